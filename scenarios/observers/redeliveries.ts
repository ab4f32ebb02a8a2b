import type { History } from '../../sim/history/history.ts';

/** Why a completion was delivered again, as far as the history shows it. */
export type RedeliveryReason =
  'result stored, ack lost' | 'its Defender ended' | 'given back' | 'ack wait over';

const ackWaitMs = 30_000;

/** Counts deliveries of a completion that had been delivered before, by what became of the one before. */
export function watchRedeliveries(history: History): () => Record<RedeliveryReason, number> {
  const counts: Record<RedeliveryReason, number> = {
    'result stored, ack lost': 0,
    'its Defender ended': 0,
    'given back': 0,
    'ack wait over': 0,
  };
  const open = new Map<string, { pod: string; sinceUs: number; stored: boolean }>();
  const ended = new Set<string>();
  history.on('pod.ended', ({ pod }) => ended.add(pod));
  history.on('pod.restarting', ({ pod }) => ended.add(pod));
  history.on('identity.claimed', ({ pod }) => ended.delete(pod));
  history.on('uchart.stored', ({ colour, contextId }) => {
    const before = open.get(`${colour} ${contextId}`);
    if (before !== undefined) before.stored = true;
  });
  history.on('completion.acknowledged', ({ colour, contextId }) => open.delete(`${colour} ${contextId}`));
  history.on('completion.delivered', ({ colour, contextId, pod, deliveryCount }, timeUs) => {
    const key = `${colour} ${contextId}`;
    const before = open.get(key);
    open.set(key, { pod, sinceUs: timeUs, stored: before?.stored === true });
    if (deliveryCount <= 1 && before === undefined) return;
    counts[reasonOf(before, ended, timeUs)]++;
  });
  return () => ({ ...counts });
}

function reasonOf(
  before: { readonly pod: string; readonly sinceUs: number; readonly stored: boolean } | undefined,
  ended: ReadonlySet<string>,
  timeUs: number,
): RedeliveryReason {
  // Acknowledged by its own account, and here it is again.
  if (before === undefined || before.stored) return 'result stored, ack lost';
  if (ended.has(before.pod)) return 'its Defender ended';
  return (timeUs - before.sinceUs) / 1000 < ackWaitMs ? 'given back' : 'ack wait over';
}
