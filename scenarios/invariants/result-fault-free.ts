import { rule, type Rule } from './rule.ts';

interface Result {
  readonly digest: number;
  readonly points: number;
  readonly pod: string;
}

/** The statistics of every context equal, bit for bit, what a fault-free run computes from the tool's own points (PRODUCT, history). */
export const resultFaultFree: Rule = rule({
  id: 'result.fault-free',
  title: 'every statistic equals a fault-free computation',
  kind: 'safety',
  source: 'PRODUCT history; DESIGN faults and verdicts',
  excuses: [],
  watch({ history }, ledger) {
    // Whichever of the two comes first waits here for the other.
    const expected = new Map<string, number>();
    const early = new Map<string, readonly Result[]>();
    function compare(contextId: string, digest: number, { pod, ...got }: Result): void {
      ledger.check();
      if (digest === got.digest) return;
      ledger.violate(
        `${contextId}: ${pod} stored statistics ${got.digest} of ${got.points} points, a fault-free run gives ${digest}`,
      );
    }
    history.on('uchart.stored', ({ contextId, digest, points, pod }) => {
      const got = { digest, points, pod };
      const want = expected.get(contextId);
      if (want !== undefined) compare(contextId, want, got);
      else early.set(contextId, [...(early.get(contextId) ?? []), got]);
    });
    history.on('context.completed', ({ contextId, expectedDigest }) => {
      expected.set(contextId, expectedDigest);
      for (const got of early.get(contextId) ?? []) compare(contextId, expectedDigest, got);
      early.delete(contextId);
    });
    return { finish: () => undefined };
  },
});
