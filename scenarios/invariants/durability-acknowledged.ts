import { rule, type Rule } from './rule.ts';

interface Open {
  tool: string;
  contextSequence: number;
  requests: number;
  points: number;
}

/** A request that was answered is durable: its points are in the result, or readable at quorum while the context is open (delivery R3). */
export const durabilityAcknowledged: Rule = rule({
  id: 'durability.acknowledged',
  title: 'every acknowledged request is durable',
  kind: 'safety',
  source: 'PRODUCT storing; delivery R3',
  excuses: [],
  watch({ history, facts }, ledger) {
    const open = new Map<string, Open>();
    history.on('request.acknowledged', (event) => {
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
        requests: 1,
        points: event.points,
      });
    });
    history.on('uchart.stored', (event) => {
      const acknowledged = open.get(event.contextId);
      if (acknowledged === undefined) return;
      ledger.check();
      if (event.points < acknowledged.points) {
        ledger.violate(
          `${event.contextId}: ${acknowledged.points} points were acknowledged, its result was computed from ${event.points}`,
        );
      }
      open.delete(event.contextId);
    });
    return {
      finish(): void {
        for (const [contextId, { tool, contextSequence, requests }] of open) {
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
