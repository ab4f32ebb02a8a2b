import { capacityTaken, readinessFlapping } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** A pod that is evicted is replaced within this time: its drain (18 s), its successor's start, and the next request (5 s). */
const podMs = 45_000;
/** Of a pod that stays until the end of its grace, whatever else. */
const graceMs = 60_000;

interface Drain {
  readonly sinceUs: number;
  readonly boundMs: number;
  /** Pods whose budget will never let them go. */
  readonly blocked: Set<string>;
}

/**
 * A drain ends, or is told as blocked; there is no third way (delivery 84, 85, F66). One that every budget allows ends
 * within a bound; one that a budget never allows is given up by its time-out or by whoever ordered it, with the names of
 * the pods that are still there; and a machine that is told as empty is.
 */
export const drainTold: Rule = rule({
  id: 'drain.told',
  title: 'a drain ends within its bound, or is told as blocked, by the names of the pods',
  kind: 'liveness',
  source: 'delivery 84, 85, F66',
  excuses: [capacityTaken, readinessFlapping],
  watch({ history }, ledger) {
    const podsOn = new Map<string, Set<string>>();
    const nodeOf = new Map<string, string>();
    const drains = new Map<string, Drain>();
    const remaining = (node: string): ReadonlySet<string> => podsOn.get(node) ?? new Set();
    history.on('pod.scheduled', ({ pod, node }) => {
      nodeOf.set(pod, node);
      const pods = podsOn.get(node) ?? new Set();
      podsOn.set(node, pods.add(pod));
    });
    history.on('pod.ended', ({ pod }) => {
      podsOn.get(nodeOf.get(pod) ?? '')?.delete(pod);
      nodeOf.delete(pod);
    });
    history.on('operator.act', ({ act, detail: node }, timeUs) => {
      if (act !== 'drain-node') return;
      // Where several machines are drained at once, each waits for the others: one budget is for all.
      const pods = [node, ...drains.keys()].reduce((sum, other) => sum + remaining(other).size, 0);
      drains.set(node, { sinceUs: timeUs, boundMs: pods * podMs + graceMs, blocked: new Set() });
    });
    history.on('pod.eviction-refused', ({ pod, needed, replicas }) => {
      if (needed >= replicas) drains.get(nodeOf.get(pod) ?? '')?.blocked.add(pod);
    });
    history.on('node.drained', ({ node, durationMs }) => {
      const drain = drains.get(node);
      if (drain === undefined) return;
      drains.delete(node);
      ledger.check();
      const left = [...remaining(node)];
      if (left.length > 0) ledger.violate(`${node} was told as drained, and ${left.join(', ')} are on it`);
      if (durationMs > drain.boundMs) {
        ledger.violateUnlessExcused(`the drain of ${node} took ${seconds(durationMs)}`, durationMs * 1000);
      }
    });
    history.on('node.drain-given-up', ({ node, pods, durationMs }) => {
      const drain = drains.get(node);
      if (drain === undefined) return;
      drains.delete(node);
      ledger.check();
      const unnamed = [...remaining(node)].filter((pod) => !pods.includes(pod));
      if (unnamed.length > 0)
        ledger.violate(`the drain of ${node} was given up without a word of ${unnamed.join(', ')}`);
      if (drain.blocked.size === 0 && durationMs > drain.boundMs) {
        ledger.violateUnlessExcused(
          `the drain of ${node} was given up after ${seconds(durationMs)}, though every budget allows it`,
          durationMs * 1000,
        );
      }
    });
    history.on('node.uncordoned', ({ node }) => {
      if (!drains.delete(node)) return;
      ledger.check();
      ledger.violate(`the drain of ${node} ended without a word`);
    });
    return {
      finish(): void {
        for (const node of drains.keys()) {
          ledger.check();
          ledger.violate(`of the drain of ${node} nothing was ever told`);
        }
      },
    };
  },
});

function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(0)} s`;
}
