import { rule, type Rule } from './rule.ts';

/** A gap is looked at again every minute; that and the reading twice over. */
const recheckUs = 150_000_000;

interface Provisional {
  readonly tool: string;
  readonly timeUs: number;
}

/** A judgement made while an earlier context was missing is made again once that one has arrived (PRODUCT, history). */
export const alarmJudgedAgain: Rule = rule({
  id: 'alarm.judged-again',
  title: 'a provisional judgement is made again when what was missing is there',
  kind: 'liveness',
  source: 'PRODUCT history',
  excuses: [],
  watch({ kernel, history, facts }, ledger) {
    const provisional = new Map<string, Provisional>();
    const lastStoredUs = new Map<string, number>();
    history.on('alarm.judged', ({ tool, contextId, provisional: isProvisional }, timeUs) => {
      if (isProvisional) {
        if (!provisional.has(contextId)) provisional.set(contextId, { tool, timeUs });
      } else if (provisional.delete(contextId)) ledger.check();
    });
    history.on('uchart.stored', (event, timeUs) => {
      lastStoredUs.set(event.tool, timeUs);
    });
    return {
      finish(): void {
        for (const [contextId, { tool, timeUs }] of provisional) {
          // Unknown to the fault-free computation: something before it was never completed.
          if (facts.faultFreeJudgement(contextId) === undefined) continue;
          if (kernel.nowUs - (lastStoredUs.get(tool) ?? 0) < recheckUs) continue;
          ledger.check();
          ledger.violate(
            `${contextId} was judged at ${(timeUs / 1e6).toFixed(1)} s with an earlier context missing, and never again`,
            timeUs,
          );
        }
      },
    };
  },
});
