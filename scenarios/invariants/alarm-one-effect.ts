import { rule, type Rule } from './rule.ts';

/** At most one effect of an alarm per context, and one for every context that is judged abnormal (PRODUCT, delivery). */
export const alarmOneEffect: Rule = rule({
  id: 'alarm.one-effect',
  title: 'at most one alarm per context, and none missing',
  kind: 'safety',
  source: 'PRODUCT delivery; cassandra-and-live P4',
  excuses: [],
  watch({ history }, ledger) {
    const effects = new Map<string, number>();
    const due = new Map<string, boolean>();
    history.on('alarm.judged', (event) => {
      if (event.alarm || due.has(event.contextId)) due.set(event.contextId, event.alarm);
    });
    history.on('alarm.raised', (event) => {
      ledger.check();
      const count = (effects.get(event.contextId) ?? 0) + (event.effective ? 1 : 0);
      effects.set(event.contextId, count);
      if (event.effective && count > 1)
        ledger.violate(`${event.contextId}: the alarm took effect ${count} times`);
    });
    return {
      finish(): void {
        for (const [contextId, alarm] of due) {
          if (!alarm) continue;
          ledger.check();
          if (!effects.has(contextId))
            ledger.violate(`${contextId} was judged abnormal but no alarm was raised`);
        }
      },
    };
  },
});
