import type { History } from '../../sim/history/history.ts';
import type { Colour } from '../../system/ports/colour.ts';
import { DefenderRoster } from '../invariants/defender-roster.ts';
import { watchMaps } from '../invariants/map-in-force.ts';

/** What a run says of a design of the cluster: times in virtual milliseconds. */
export interface RebalanceFigures {
  /** Members that died and whose units were served again, by a map without them or by whoever took their id. */
  readonly recoveries: number;
  readonly recoveryTotalMs: number;
  readonly recoveryMaxMs: number;
  /** Members declared dead. */
  readonly emergencies: number;
  /** Of those, members whose process was there: it stood still for a while, was cut off or slow. */
  readonly falseEmergencies: number;
  readonly maps: number;
  readonly redeliveries: number;
  /** Results that were stored although the context had one. */
  readonly duplicateResults: number;
  /** From the publication of a completion to its acknowledgement. */
  readonly settledP99Ms: number;
  readonly settledMaxMs: number;
}

/** Folds the history of one run; ask when it is over. */
export function watchRebalances(history: History): () => RebalanceFigures {
  const deaths = new Map<string, number>();
  const recoveriesMs: number[] = [];
  const settledMs: number[] = [];
  const publishedUs = new Map<string, number>();
  const stored = new Set<string>();
  let emergencies = 0;
  let falseEmergencies = 0;
  let maps = 0;
  let redeliveries = 0;
  let duplicateResults = 0;

  function died(pod: string, timeUs: number): void {
    const holder = roster.holderIn(pod);
    if (holder === undefined || !roster.isMember(holder.colour, holder.defenderId)) return;
    deaths.set(keyOf(holder.colour, holder.defenderId), timeUs);
  }
  function served(colour: Colour, defenderId: string, timeUs: number): void {
    const key = keyOf(colour, defenderId);
    const diedUs = deaths.get(key);
    if (diedUs === undefined) return;
    deaths.delete(key);
    recoveriesMs.push((timeUs - diedUs) / 1000);
  }
  // Before the roster learns of them: it is asked for what was.
  history.on('pod.restarting', ({ pod }, timeUs) => died(pod, timeUs));
  history.on('pod.ended', ({ pod }, timeUs) => died(pod, timeUs));
  const roster = new DefenderRoster(history);
  history.on('identity.claimed', ({ colour, defenderId }, timeUs) => served(colour, defenderId, timeUs));
  watchMaps(history, ({ colour, left }, timeUs) => {
    maps++;
    for (const defenderId of left) served(colour, defenderId, timeUs);
  });
  history.on('member.dead', ({ colour, defenderId }) => {
    emergencies++;
    if (roster.holderOf(colour, defenderId) !== undefined) falseEmergencies++;
  });
  history.on('completion.published', ({ contextId }, timeUs) => {
    if (!publishedUs.has(contextId)) publishedUs.set(contextId, timeUs);
  });
  history.on('completion.delivered', ({ deliveryCount }) => {
    if (deliveryCount > 1) redeliveries++;
  });
  history.on('uchart.stored', ({ contextId }) => {
    if (stored.has(contextId)) duplicateResults++;
    stored.add(contextId);
  });
  history.on('completion.acknowledged', ({ contextId }, timeUs) => {
    const sinceUs = publishedUs.get(contextId);
    if (sinceUs === undefined) return;
    publishedUs.delete(contextId);
    settledMs.push((timeUs - sinceUs) / 1000);
  });
  return () => {
    const sorted = settledMs.toSorted((left, right) => left - right);
    return {
      recoveries: recoveriesMs.length,
      recoveryTotalMs: recoveriesMs.reduce((sum, each) => sum + each, 0),
      recoveryMaxMs: Math.max(0, ...recoveriesMs),
      emergencies,
      falseEmergencies,
      maps,
      redeliveries,
      duplicateResults,
      settledP99Ms: sorted[Math.ceil(0.99 * sorted.length) - 1] ?? 0,
      settledMaxMs: sorted.at(-1) ?? 0,
    };
  };
}

function keyOf(colour: Colour, defenderId: string): string {
  return `${colour}/${defenderId}`;
}
