import type { RandomStream } from '../kernel/index.ts';
import type { Attempt } from './attempt.ts';
import { BatchCoordination } from './batch-coordination.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { isSerial } from './consistency.ts';
import { refused } from './operation.ts';
import { PaxosCoordination } from './paxos-coordination.ts';
import { ReadCoordination } from './read-coordination.ts';
import { coordinateWrite } from './replicated-write.ts';
import type { RingCore } from './ring-core.ts';

/** What a coordinator does with a request that arrives. */
export function coordinate(
  core: RingCore,
  random: RandomStream,
  coordinator: CassandraNode,
  attempt: Attempt,
): void {
  if (coordinator.overloadShares.some((share) => random.chance(share))) {
    coordinator.overloadHits++;
    attempt.respond(refused({ kind: 'overloaded' }));
    return;
  }
  const { body, consistency } = attempt.operation;
  switch (body.kind) {
    case 'insert':
    case 'update':
    case 'delete-row':
    case 'delete-cells':
    case 'delete-range':
    case 'delete-partition':
      coordinateWrite(core, coordinator, attempt);
      return;
    case 'batch':
      new BatchCoordination(core, coordinator, attempt, body).start();
      return;
    case 'conditional':
      new PaxosCoordination(core, coordinator, attempt, body).start();
      return;
    case 'select': {
      const { selection } = body;
      if (isSerial(consistency) && !core.deviations.has('serial-read-is-quorum-read')) {
        new PaxosCoordination(core, coordinator, attempt, { kind: 'read', selection }).start();
        return;
      }
      new ReadCoordination(core, {
        coordinator,
        operation: attempt.operation,
        selection,
        consistency,
        seed: attempt.seed,
        phase: 0,
        nowSecond: coordinator.nowSecond(),
        respond: (outcome) => attempt.respond(outcome),
      }).start();
      return;
    }
  }
}
