import type { FaultKind } from './fault.ts';
import { cassandraCutNode } from './faults/cassandra-cut-node.ts';
import { cassandraKillNode } from './faults/cassandra-kill-node.ts';
import { cassandraSlowNode } from './faults/cassandra-slow-node.ts';
import { gatewayCutManagement } from './faults/gateway-cut-management.ts';
import { linkDelay } from './faults/link-delay.ts';
import { linkLoss } from './faults/link-loss.ts';
import { linkOneWayCut } from './faults/link-one-way-cut.ts';
import { natsClientCut } from './faults/nats-client-cut.ts';
import { natsImpairAcks } from './faults/nats-impair-acks.ts';
import { natsKillNode } from './faults/nats-kill-node.ts';
import { natsPartition } from './faults/nats-partition.ts';
import { natsPauseNode } from './faults/nats-pause-node.ts';
import { natsPowerLoss } from './faults/nats-power-loss.ts';
import { nodeLoss } from './faults/node-loss.ts';
import { operatorRollback } from './faults/operator-rollback.ts';
import { operatorRollingUpdate } from './faults/operator-rolling-update.ts';
import { operatorScale } from './faults/operator-scale.ts';
import { operatorStartRollout } from './faults/operator-start-rollout.ts';
import { podClockStep } from './faults/pod-clock-step.ts';
import { podFreeze } from './faults/pod-freeze.ts';
import { podKill } from './faults/pod-kill.ts';
import { prometheusOutage } from './faults/prometheus-outage.ts';

/** All kinds of faults; a new one is a file in `faults/` and a line here. */
export const faultKinds: readonly FaultKind[] = [
  natsPartition,
  natsKillNode,
  natsPowerLoss,
  natsPauseNode,
  natsImpairAcks,
  natsClientCut,
  podKill,
  podFreeze,
  podClockStep,
  nodeLoss,
  cassandraSlowNode,
  cassandraKillNode,
  cassandraCutNode,
  gatewayCutManagement,
  prometheusOutage,
  linkDelay,
  linkLoss,
  linkOneWayCut,
  operatorStartRollout,
  operatorRollback,
  operatorScale,
  operatorRollingUpdate,
];

const byName = new Map(faultKinds.map((kind) => [kind.kind, kind]));

export function findFaultKind(kind: string): FaultKind | undefined {
  return byName.get(kind);
}
