import type { CassandraNode } from './cassandra-node.ts';
import type { Hint } from './hint-store.ts';
import type { Mutation } from './mutation.ts';
import { ReplicaCall } from './replica-call.ts';
import type { RingCore } from './ring-core.ts';

const hintPhase = 63;

/** Keeps a mutation for a replica that is down or did not answer in time, if the rules allow (cassandra-and-live 41, 42). */
export function storeHint(
  core: RingCore,
  coordinator: CassandraNode,
  target: CassandraNode,
  mutation: Mutation,
): void {
  if (coordinator === target) return;
  const { kernel, options, detector } = core;
  const downUs = detector.sees(coordinator.index, target.index)
    ? 0
    : kernel.nowUs - detector.downSinceUs(coordinator.index, target.index);
  const oldestUs = coordinator.hints.oldestUs(target.index);
  if (downUs > options.hintWindowUs || kernel.nowUs - oldestUs > options.hintWindowUs) return;
  const first = coordinator.hints.count === 0;
  coordinator.hints.add(target.index, mutation, kernel.nowUs);
  if (first) scheduleHandoff(core, coordinator);
}

/** Starts the periodic replay; it ends by itself when no hint is left. */
export function scheduleHandoff(core: RingCore, coordinator: CassandraNode): void {
  const letter = core.internode.letter(coordinator, replay, core, coordinator);
  core.internode.deliverIn(core.options.hintIntervalUs, letter);
}

function replay(core: RingCore, coordinator: CassandraNode): void {
  if (coordinator.hints.count === 0) return;
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
  const mutation = hint.mutation;
  const partition = mutation.partition;
  hint.sentUs = kernel.nowUs;
  const ordinal = core.topology.ordinalOn(partition.range, target.index);
  new ReplicaCall<undefined>(core, {
    from: coordinator,
    to: target,
    draw: plan.draw(hint.createdUs, hintPhase),
    medianUs: plan.of(partition.store.schema.table.name).writeUs,
    bytes: mutation.bytes,
    expiresUs: kernel.nowUs + options.hintIntervalUs,
    work: (atUs) => {
      partition.materialise();
      journal.applyOne(kernel.nowUs, mutation, ordinal, atUs);
      return undefined;
    },
    done: () => coordinator.hints.delivered(hint),
  }).start();
}
