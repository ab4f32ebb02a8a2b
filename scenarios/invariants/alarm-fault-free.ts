import { rule, type Rule } from './rule.ts';

interface Judged {
  readonly alarm: boolean;
  readonly provisional: boolean;
  readonly score: number;
}

/** The judgement that stands at the end is the one a fault-free run makes (PRODUCT, history). */
export const alarmFaultFree: Rule = rule({
  id: 'alarm.fault-free',
  title: 'every alarm decision equals that of a fault-free run',
  kind: 'safety',
  source: 'PRODUCT history',
  excuses: [],
  watch({ history, facts }, ledger) {
    // Only judgements that nothing has confirmed yet are kept: nearly all are confirmed when the context is completed.
    const doubtful = new Map<string, Judged>();
    function isConfirmed(contextId: string, alarm: boolean): boolean {
      return facts.faultFreeJudgement(contextId)?.alarm === alarm;
    }
    history.on('alarm.judged', ({ contextId, alarm, provisional, score }) => {
      ledger.check();
      if (isConfirmed(contextId, alarm)) doubtful.delete(contextId);
      else doubtful.set(contextId, { alarm, provisional, score });
    });
    history.on('context.completed', ({ contextId }) => {
      const judged = doubtful.get(contextId);
      if (judged !== undefined && isConfirmed(contextId, judged.alarm)) doubtful.delete(contextId);
    });
    return {
      finish(): void {
        for (const [contextId, judged] of doubtful) {
          const expected = facts.faultFreeJudgement(contextId);
          if (expected === undefined || expected.alarm === judged.alarm) continue;
          ledger.violate(
            `${contextId}: judged ${verdict(judged.alarm)} (score ${judged.score.toFixed(2)}${judged.provisional ? ', provisional' : ''}), a fault-free run says ${verdict(expected.alarm)}`,
          );
        }
      },
    };
  },
});

function verdict(alarm: boolean): string {
  return alarm ? 'abnormal' : 'normal';
}
