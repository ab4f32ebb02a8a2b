import { rule, type Rule } from './rule.ts';

/** A first stage of ten minutes is held for three lengths where it has few requests, and each look takes seconds. */
const boundUs = (3 * 600 + 60) * 1e6;

/**
 * A canary that fails a part of its requests, never enough in a row for a health check, is taken back by the gate before
 * it gets a second stage (delivery F21, F22). Of scenarios whose canary does so from its first request on.
 */
export const canaryTakenBack: Rule = rule({
  id: 'canary.taken-back',
  title: 'a canary that fails requests is taken back in its first stage',
  kind: 'safety',
  source: 'delivery F21, F22, R114',
  excuses: [],
  onlyTag: 'failing-canary',
  watch({ history, kernel }, ledger) {
    let sinceUs: number | undefined;
    function late(): void {
      if (sinceUs === undefined || kernel.nowUs - sinceUs < boundUs) return;
      sinceUs = undefined;
      ledger.violate('a canary that fails requests is there after half an hour');
    }
    history.on('rollout.stage', ({ name, state }, timeUs) => {
      late();
      switch (state) {
        case 'entered':
          ledger.check();
          sinceUs ??= timeUs;
          return;
        case 'passed':
          ledger.violate(`a canary that fails requests passed stage ${name}`);
          return;
        case 'extended':
        case 'paused':
          return;
      }
    });
    history.on('rollback.started', () => {
      late();
      sinceUs = undefined;
    });
    return { finish: late };
  },
});
