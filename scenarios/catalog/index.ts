import { backgroundAnalysis } from './background-analysis.ts';
import { badCanary } from './bad-canary.ts';
import { badLists } from './bad-lists.ts';
import { canaryNodeLoss } from './canary-node-loss.ts';
import { canaryScale } from './canary-scale.ts';
import { cassandraStorm } from './cassandra-storm.ts';
import { cassandraArchive } from './cassandra-archive.ts';
import { cassandraSchedules } from './cassandra-schedules.ts';
import { clusterRestart } from './cluster-restart.ts';
import { clockChaos } from './clock-chaos.ts';
import { defenderChurn } from './defender-churn.ts';
import { defenderDrain } from './defender-drain.ts';
import { defenderReadinessFlap } from './defender-readiness-flap.ts';
import { serviceReadinessFlap } from './service-readiness-flap.ts';
import { defenderMomentGrid } from './defender-moment-grid.ts';
import { defenderMoments } from './defender-moments.ts';
import { defenderTimelines } from './defender-timelines/index.ts';
import { gatewayCut } from './gateway-cut.ts';
import { farStore } from './far-store.ts';
import { filteredDurables } from './filtered-durables.ts';
import { chambers } from './chambers.ts';
import { electionAgent } from './election-agent.ts';
import { cutOffKeep, cutOffRefuse } from './cut-off-rollback.ts';
import { observedGateway } from './observed-gateway.ts';
import { defenderDeafWatches } from './deaf-watches.ts';
import { slowDrain } from './slow-drain.ts';
import { lateHeartbeats } from './late-heartbeats.ts';
import { leaderChaos } from './leader-chaos.ts';
import { lostAcks } from './lost-acks.ts';
import { natsFilterEditing } from './nats-filter-editing.ts';
import { natsMajority } from './nats-majority.ts';
import { nats2910Partition, nats212Partition } from './nats-partition.ts';
import { natsConsumerLeader } from './nats-consumer-leader.ts';
import { natsPowerLoss, natsPowerLoss2910, natsPowerLossSynced } from './nats-power-loss.ts';
import { natsReconnectStorm } from './nats-reconnect-storm.ts';
import { natsStorm } from './nats-storm.ts';
import { networkWeather } from './network-weather.ts';
import { nodeLoss } from './node-loss.ts';
import { quietDay } from './quiet-day.ts';
import { rebalanceStudy } from './rebalance-study.ts';
import { redeliveryStorm } from './redelivery-storm.ts';
import { referenceDay } from './reference-day.ts';
import { releaseDay } from './release-day.ts';
import { releaseQuiet } from './release-quiet.ts';
import { rollbackAnywhere } from './rollback-anywhere.ts';
import { rollbackAnywhereSmall } from './rollback-anywhere-small.ts';
import { rollbackDrill } from './rollback-drill.ts';
import { rollingUpdate } from './rolling-update.ts';
import { routingStorm } from './routing-storm.ts';
import { autoscaledRelease } from './autoscaled-release.ts';
import { configEdited } from './config-edited.ts';
import { flappingCanary } from './flapping-canary.ts';
import { gitOpsBeside } from './gitops-beside.ts';
import { halfApplied } from './half-applied.ts';
import { twoControllers } from './two-controllers.ts';
import { scaling } from './scaling.ts';
import { scalingStorm } from './scaling-storm.ts';
import { experimentFirst } from './experiment-first.ts';
import { stalledColour } from './stalled-colour.ts';
import { hurriedReleases } from './hurried-releases.ts';
import { storm } from './storm.ts';
import { v1Storm } from './v1-storm.ts';
import { v1Migration } from './v1-migration.ts';
import type { Scenario } from './scenario.ts';
import { variantSingleNats } from './single-nats.ts';
import { variantScenarios } from './variants.ts';

/** All scenarios; the first is the default. */
export const catalog: readonly Scenario[] = [
  releaseDay,
  releaseQuiet,
  badCanary,
  rollbackDrill,
  rollbackAnywhere,
  rollbackAnywhereSmall,
  gatewayCut,
  cutOffKeep,
  cutOffRefuse,
  observedGateway,
  stalledColour,
  hurriedReleases,
  routingStorm,
  halfApplied,
  twoControllers,
  flappingCanary,
  gitOpsBeside,
  configEdited,
  autoscaledRelease,
  backgroundAnalysis,
  canaryScale,
  experimentFirst,
  quietDay,
  rollingUpdate,
  scaling,
  scalingStorm,
  farStore,
  defenderChurn,
  defenderMoments,
  defenderMomentGrid,
  clusterRestart,
  ...defenderTimelines,
  rebalanceStudy,
  leaderChaos,
  electionAgent,
  chambers,
  filteredDurables,
  nodeLoss,
  defenderReadinessFlap,
  serviceReadinessFlap,
  defenderDrain,
  natsStorm,
  natsFilterEditing,
  natsReconnectStorm,
  natsConsumerLeader,
  natsPowerLoss,
  natsPowerLoss2910,
  natsPowerLossSynced,
  nats2910Partition,
  nats212Partition,
  natsMajority,
  lostAcks,
  redeliveryStorm,
  cassandraStorm,
  networkWeather,
  clockChaos,
  storm,
  referenceDay,
  v1Migration,
  v1Storm,
  cassandraArchive,
  ...cassandraSchedules,
  ...variantScenarios,
  variantSingleNats,
  lateHeartbeats,
  defenderDeafWatches,
  slowDrain,
  canaryNodeLoss,
  badLists,
];

export function scenarioNamed(name: string): Scenario | undefined {
  return catalog.find((scenario) => scenario.name === name);
}
