import type { FaultKind } from './fault.ts';
import { cassandraClockStep } from './faults/cassandra-clock-step.ts';
import { cassandraCutNode } from './faults/cassandra-cut-node.ts';
import { cassandraKillNode } from './faults/cassandra-kill-node.ts';
import { cassandraLoseDisk } from './faults/cassandra-lose-disk.ts';
import { cassandraOverload } from './faults/cassandra-overload.ts';
import { cassandraPauseNode } from './faults/cassandra-pause-node.ts';
import { cassandraSlowNode } from './faults/cassandra-slow-node.ts';
import { gatewayCutManagement } from './faults/gateway-cut-management.ts';
import { kafkaKillBroker } from './faults/kafka-kill-broker.ts';
import { kafkaPauseBroker } from './faults/kafka-pause-broker.ts';
import { kubeletFlapReadiness } from './faults/kubelet-flap-readiness.ts';
import { linkDelay } from './faults/link-delay.ts';
import { linkLoss } from './faults/link-loss.ts';
import { linkOneWayCut } from './faults/link-one-way-cut.ts';
import { natsClientCut } from './faults/nats-client-cut.ts';
import { jetStreamDamageFiles } from './faults/jetstream-damage-files.ts';
import { natsImpairAcks } from './faults/nats-impair-acks.ts';
import { natsKillNode } from './faults/nats-kill-node.ts';
import { natsPartition } from './faults/nats-partition.ts';
import { natsPauseNode } from './faults/nats-pause-node.ts';
import { natsPowerLoss } from './faults/nats-power-loss.ts';
import { jetStreamClockStep } from './faults/jetstream-clock-step.ts';
import { jetStreamForgetInterest } from './faults/jetstream-forget-interest.ts';
import { jetStreamLimitReconnects } from './faults/jetstream-limit-reconnects.ts';
import { jetStreamMoveMember } from './faults/jetstream-move-member.ts';
import { jetStreamStickReplica } from './faults/jetstream-stick-replica.ts';
import { natsShutDownNode } from './faults/nats-shut-down-node.ts';
import { natsStepDown } from './faults/nats-step-down.ts';
import { nodeLoss } from './faults/node-loss.ts';
import { operatorDrainNode } from './faults/operator-drain-node.ts';
import { operatorRollback } from './faults/operator-rollback.ts';
import { operatorRollingUpdate } from './faults/operator-rolling-update.ts';
import { operatorScale } from './faults/operator-scale.ts';
import { operatorStartRollout } from './faults/operator-start-rollout.ts';
import { podClockStep } from './faults/pod-clock-step.ts';
import { podFreeze } from './faults/pod-freeze.ts';
import { podKill } from './faults/pod-kill.ts';
import { prometheusOutage } from './faults/prometheus-outage.ts';
import { managementSlow } from './faults/management-slow.ts';
import { managementErrors } from './faults/management-errors.ts';
import { managementLostAnswers } from './faults/management-lost-answers.ts';
import { managementLostPush } from './faults/management-lost-push.ts';
import { managementBadList } from './faults/management-bad-list.ts';
import { routingGatewayRestart } from './faults/routing-gateway-restart.ts';
import { routingClockBehind } from './faults/routing-clock-behind.ts';
import { metricsScrapeGap } from './faults/metrics-scrape-gap.ts';
import { metricsLateScrapes } from './faults/metrics-late-scrapes.ts';
import { metricsClockStep } from './faults/metrics-clock-step.ts';

/** All kinds of faults; a new one is a file in `faults/` and a line here. */
export const faultKinds: readonly FaultKind[] = [
  natsPartition,
  natsKillNode,
  natsPowerLoss,
  natsPauseNode,
  natsImpairAcks,
  natsClientCut,
  natsStepDown,
  natsShutDownNode,
  jetStreamClockStep,
  jetStreamStickReplica,
  jetStreamForgetInterest,
  jetStreamDamageFiles,
  jetStreamMoveMember,
  jetStreamLimitReconnects,
  podKill,
  podFreeze,
  podClockStep,
  nodeLoss,
  cassandraSlowNode,
  cassandraKillNode,
  cassandraCutNode,
  cassandraPauseNode,
  cassandraOverload,
  cassandraClockStep,
  cassandraLoseDisk,
  gatewayCutManagement,
  prometheusOutage,
  managementSlow,
  managementErrors,
  managementLostAnswers,
  managementLostPush,
  managementBadList,
  routingGatewayRestart,
  routingClockBehind,
  metricsScrapeGap,
  metricsLateScrapes,
  metricsClockStep,
  linkDelay,
  linkLoss,
  linkOneWayCut,
  operatorStartRollout,
  operatorRollback,
  operatorScale,
  operatorRollingUpdate,
  kafkaKillBroker,
  kafkaPauseBroker,
  kubeletFlapReadiness,
  operatorDrainNode,
];

const byName = new Map(faultKinds.map((kind) => [kind.kind, kind]));

export function findFaultKind(kind: string): FaultKind | undefined {
  return byName.get(kind);
}
