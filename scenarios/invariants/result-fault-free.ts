import { rule, type Rule } from './rule.ts';

/** The statistics of every context equal, bit for bit, what a fault-free run computes from the tool's own points (PRODUCT, history). */
export const resultFaultFree: Rule = rule({
  id: 'result.fault-free',
  title: 'every statistic equals a fault-free computation',
  kind: 'safety',
  source: 'PRODUCT history; DESIGN faults and verdicts',
  excuses: [],
  watch({ history }, ledger) {
    // Whichever of the two comes first waits here for the other.
    const expected = new Map<string, { digest: number; points: number }>();
    const early = new Map<string, { digest: number; points: number; pod: string }[]>();
    function compare(
      contextId: string,
      want: { digest: number; points: number },
      got: { digest: number; points: number; pod: string },
    ): void {
      ledger.check();
      if (want.digest === got.digest) return;
      ledger.violate(
        `${contextId}: ${got.pod} stored statistics ${got.digest} of ${got.points} points, a fault-free run gives ${want.digest} of ${want.points}`,
      );
    }
    history.on('uchart.stored', (event) => {
      const want = expected.get(event.contextId);
      if (want !== undefined) compare(event.contextId, want, event);
      else early.set(event.contextId, [...(early.get(event.contextId) ?? []), event]);
    });
    history.on('context.completed', (event) => {
      const want = { digest: event.expectedDigest, points: event.points };
      expected.set(event.contextId, want);
      for (const got of early.get(event.contextId) ?? []) compare(event.contextId, want, got);
      early.delete(event.contextId);
    });
    return { finish: () => undefined };
  },
});
