import { rule, type Rule } from './rule.ts';

/** As the scenarios that have a background analysis set it up. */
const failureLimit = 1;
const inconclusiveLimit = 2;

/**
 * What the background analysis finds is acted on in the same look, before anything else of the stage: failed
 * measurements take the release back, also out of a pause; those in the warning band pause it (delivery 14, F35).
 */
export const backgroundHeeded: Rule = rule({
  id: 'background.heeded',
  title: 'a background analysis that failed takes the release back at once',
  kind: 'safety',
  source: 'delivery 14, 29, F35, F36',
  excuses: [],
  onlyTag: 'background-analysis',
  watch({ history, kernel }, ledger) {
    let unheeded: { readonly why: string; readonly timeUs: number } | undefined;
    let isPaused = false;
    function judge(): void {
      if (unheeded === undefined || unheeded.timeUs === kernel.nowUs) return;
      ledger.violate(unheeded.why);
      unheeded = undefined;
    }
    history.on('analysis.measured', ({ failed, inconclusive }, timeUs) => {
      judge();
      ledger.check();
      if (failed > failureLimit) unheeded = { why: `${failed} failed measurements changed nothing`, timeUs };
      else if (inconclusive > inconclusiveLimit && !isPaused) {
        unheeded = { why: `${inconclusive} measurements in the warning band changed nothing`, timeUs };
      }
    });
    history.on('rollout.stage', ({ name, state }) => {
      switch (state) {
        case 'entered':
        case 'passed':
          if (unheeded !== undefined) ledger.violate(`stage ${name} was ${state} although ${unheeded.why}`);
          unheeded = undefined;
          isPaused = false;
          return;
        case 'paused':
          isPaused = true;
          if (unheeded?.why.includes('failed') === false) unheeded = undefined;
          return;
        case 'extended':
          return;
      }
    });
    history.on('rollback.started', () => {
      unheeded = undefined;
      isPaused = false;
    });
    history.on('request.routed', judge);
    return { finish: judge };
  },
});
