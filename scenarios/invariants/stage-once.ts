import { rule, type Rule } from './rule.ts';

/**
 * However many controllers believe that it is theirs to do, a stage widens the list once, and every stage more than the
 * one before (delivery F42, C14).
 */
export const stageOnce: Rule = rule({
  id: 'stage.once',
  title: 'a stage widens the list once',
  kind: 'safety',
  source: 'delivery F42, F9, C14',
  excuses: [],
  onlyTag: 'stage-once',
  watch({ history }, ledger) {
    let newest = -1;
    let tools = 0;
    history.on('routing.changed', ({ epoch, action, canaryTools }) => {
      if (epoch <= newest) return;
      newest = epoch;
      switch (action) {
        case 'expand_canary':
          ledger.check();
          if (canaryTools.length <= tools) {
            ledger.violate(`epoch ${epoch} widened the list from ${tools} tools to ${canaryTools.length}`);
          }
          tools = canaryTools.length;
          return;
        case 'reduce_canary':
        case 'rollback':
        case 'promote':
        case 'reset':
          tools = canaryTools.length;
          return;
      }
    });
    history.on('rollout.stage', ({ name, tools: most, state }) => {
      if (state !== 'entered') return;
      ledger.check();
      if (tools > most) ledger.violate(`stage ${name} of ${most} tools began with ${tools} in the list`);
    });
    return { finish: () => undefined };
  },
});
