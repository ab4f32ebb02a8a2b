import type { CassandraNode } from './cassandra-node.ts';
import type { Hint } from './hint-store.ts';
import { forEachPartition } from './mutation.ts';
import type { Mutation } from './mutation.ts';
import { restamp } from './paxos-replica.ts';
import { ReplicaCall } from './replica-call.ts';
import type { RingCore } from './ring-core.ts';

const hintPhase = 63;

/** Keeps a mutation for a replica that is down or did not answer in time. False where the rules do not allow it (cassandra-and-live 41, 42). */
export function storeHint(
  core: RingCore,
  coordinator: CassandraNode,
  target: CassandraNode,
  mutation: Mutation,
): boolean {
  if (coordinator === target) return false;
  const { kernel, options, detector, deviations } = core;
  const downUs = detector.sees(coordinator.index, target.index)
    ? 0
    : kernel.nowUs - detector.downSinceUs(coordinator.index, target.index);
  const oldestUs = coordinator.hints.oldestUs(target.index);
  const windowUs = deviations.has('hint-window-ignored') ? Infinity : options.hintWindowUs;
  if (downUs > windowUs || kernel.nowUs - oldestUs > windowUs) return false;
  const first = coordinator.hints.count === 0;
  coordinator.hints.add(target.index, mutation, kernel.nowUs);
  if (first) scheduleHandoff(core, coordinator);
  return true;
}

/** Starts the periodic replay; it ends by itself when no hint is left. */
export function scheduleHandoff(core: RingCore, coordinator: CassandraNode): void {
  const letter = core.internode.letter(coordinator, replay, core, coordinator);
  core.internode.deliverIn(core.options.hintIntervalUs, letter);
}

function replay(core: RingCore, coordinator: CassandraNode): void {
  if (coordinator.hints.count === 0 || core.deviations.has('hints-never-replayed')) return;
  const { kernel, options, detector, nodes } = core;
  const share = options.hintBytesPerSecond / Math.max(1, nodes.length - 1);
  const budgetBytes = (share * options.hintIntervalUs) / 1e6;
  for (const target of nodes) {
    if (!detector.sees(coordinator.index, target.index)) continue;
    const resendUs = kernel.nowUs - options.hintIntervalUs;
    for (const hint of coordinator.hints.due(target.index, resendUs, budgetBytes)) {
      sendHint(core, coordinator, target, hint);
    }
  }
  scheduleHandoff(core, coordinator);
}

function sendHint(core: RingCore, coordinator: CassandraNode, target: CassandraNode, hint: Hint): void {
  const { kernel, plan, journal, options } = core;
  const partition = hint.mutation.partition;
  const table = partition.store.schema.table.name;
  // A hint may not outlive the tombstones that could contradict it; with gc grace 0 there are none (17, 41).
  const graceUs = core.parametersOf(table).gcGraceSeconds * 1e6;
  if (hint.createdUs + graceUs <= kernel.nowUs) {
    coordinator.hints.delivered(hint);
    return;
  }
  const mutation = core.deviations.has('hint-is-stamped-anew')
    ? restamp(hint.mutation, coordinator.nextTimestampUs())
    : hint.mutation;
  hint.sentUs = kernel.nowUs;
  const ordinal = core.topology.ordinalOn(partition.range, target.index);
  new ReplicaCall<undefined>(core, {
    from: coordinator,
    to: target,
    relay: undefined,
    stage: 'mutation',
    draw: plan.draw(hint.createdUs, hintPhase),
    medianUs: plan.of(table).writeUs,
    bytes: mutation.bytes,
    expiresUs: kernel.nowUs + options.hintIntervalUs,
    work: (atUs) => {
      forEachPartition(mutation, (each) => each.materialise());
      journal.applyOne(kernel.nowUs, mutation, ordinal, atUs);
      return undefined;
    },
    done: () => coordinator.hints.delivered(hint),
  }).start();
}
