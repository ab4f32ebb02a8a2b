import { rule, type Rule } from './rule.ts';

/** The judgement that stands at the end is the one a fault-free run makes; a provisional one is judged again (PRODUCT, history). */
export const alarmFaultFree: Rule = rule({
  id: 'alarm.fault-free',
  title: 'every alarm decision equals that of a fault-free run',
  kind: 'safety',
  source: 'PRODUCT history',
  excuses: [],
  watch({ history, facts }, ledger) {
    const last = new Map<string, { alarm: boolean; provisional: boolean; score: number }>();
    history.on('alarm.judged', (event) => {
      last.set(event.contextId, { alarm: event.alarm, provisional: event.provisional, score: event.score });
    });
    return {
      finish(): void {
        for (const [contextId, judged] of last) {
          const expected = facts.faultFreeJudgement(contextId);
          if (expected === undefined) continue;
          ledger.check();
          if (expected.alarm !== judged.alarm) {
            ledger.violate(
              `${contextId}: judged ${judged.alarm ? 'abnormal' : 'normal'} (score ${judged.score.toFixed(2)}${judged.provisional ? ', provisional' : ''}), a fault-free run says ${expected.alarm ? 'abnormal' : 'normal'}`,
            );
          }
        }
      },
    };
  },
});
