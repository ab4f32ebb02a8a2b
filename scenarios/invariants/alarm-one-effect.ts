import { rule, type Rule } from './rule.ts';

/** A judgement this young at the end of a run need not have raised its alarm yet. */
const dueUs = 60_000_000;

/** At most one effect of an alarm per context, and one for every context that is judged abnormal (PRODUCT, delivery). */
export const alarmOneEffect: Rule = rule({
  id: 'alarm.one-effect',
  title: 'at most one alarm per context, and none missing',
  kind: 'safety',
  source: 'PRODUCT delivery; cassandra-and-live P4',
  excuses: [],
  watch({ kernel, history }, ledger) {
    const effects = new Map<string, number>();
    /** Contexts that were judged abnormal, and when, until an alarm of them is raised. */
    const due = new Map<string, number>();
    history.on('alarm.judged', ({ contextId, alarm }, timeUs) => {
      if (!alarm) due.delete(contextId);
      else if (!effects.has(contextId) && !due.has(contextId)) due.set(contextId, timeUs);
    });
    history.on('alarm.raised', ({ contextId, effective }) => {
      ledger.check();
      due.delete(contextId);
      const count = (effects.get(contextId) ?? 0) + (effective ? 1 : 0);
      effects.set(contextId, count);
      if (effective && count > 1) ledger.violate(`${contextId}: the alarm took effect ${count} times`);
    });
    return {
      finish(): void {
        for (const [contextId, timeUs] of due) {
          if (kernel.nowUs - timeUs < dueUs) continue;
          ledger.check();
          ledger.violate(`${contextId} was judged abnormal but no alarm was raised`, timeUs);
        }
      },
    };
  },
});
