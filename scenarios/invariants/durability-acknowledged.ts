import { rule, type Rule } from './rule.ts';

interface Open {
  readonly tool: string;
  readonly contextSequence: number;
  readonly sinceUs: number;
  requests: number;
  points: number;
}

/** Chunks that no completion ever packed live for a day (PRODUCT, storing); those that may have expired are not looked for. */
const stagingUs = 23 * 3_600_000_000;

/** A request that was answered is durable: its points are in the result, or readable at quorum while the context is open (delivery R3). */
export const durabilityAcknowledged: Rule = rule({
  id: 'durability.acknowledged',
  title: 'every acknowledged request is durable',
  kind: 'safety',
  source: 'PRODUCT storing; delivery R3',
  excuses: [],
  watch({ kernel, history, facts }, ledger) {
    const open = new Map<string, Open>();
    history.on('request.acknowledged', (event, timeUs) => {
      const found = open.get(event.contextId);
      if (found !== undefined) {
        found.requests++;
        found.points += event.points;
        return;
      }
      const slash = event.contextId.lastIndexOf('/');
      open.set(event.contextId, {
        tool: event.tool,
        contextSequence: Number(event.contextId.slice(slash + 1)),
        sinceUs: timeUs,
        requests: 1,
        points: event.points,
      });
    });
    history.on('uchart.stored', (event) => {
      const acknowledged = open.get(event.contextId);
      if (acknowledged === undefined) return;
      ledger.check();
      open.delete(event.contextId);
      if (event.points >= acknowledged.points) return;
      // Points that are durable but were left out are for `result.fault-free`.
      const { tool, contextSequence, requests } = acknowledged;
      const stored = facts.storedRequests(tool, contextSequence);
      if (stored < requests) {
        ledger.violate(
          `${event.contextId}: ${acknowledged.points} points were acknowledged, its result was computed from ${event.points}, and of ${requests} requests ${stored} can be read at quorum`,
        );
      }
    });
    return {
      finish(): void {
        for (const [contextId, { tool, contextSequence, sinceUs, requests }] of open) {
          if (kernel.nowUs - sinceUs > stagingUs) continue;
          ledger.check();
          const stored = facts.storedRequests(tool, contextSequence);
          if (stored < requests) {
            ledger.violate(
              `${contextId}: ${requests} requests were acknowledged, ${stored} can be read at quorum`,
            );
          }
        }
      },
    };
  },
});
