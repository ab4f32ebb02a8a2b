import { rule, type Rule } from './rule.ts';

/**
 * Copies for the canary cost stable nothing: a publish succeeds while the canary refuses, stable consumes everything that
 * was acknowledged, and the canary only what was chosen for it (delivery R127–R131).
 */
export const shadowBestEffort: Rule = rule({
  id: 'shadow.best-effort',
  title: 'publishing to the canary costs stable nothing',
  kind: 'safety',
  source: 'delivery R127–R131',
  excuses: [],
  onlyTag: 'variant-shadow-publish',
  watch({ history }, ledger) {
    const acknowledged = new Set<string>();
    const consumed = new Set<string>();
    const foreign = new Set<string>();
    history.on('shadow.published', ({ tool, messageId, ok, canaryRefused, isSelected }) => {
      ledger.check();
      if (ok) acknowledged.add(messageId);
      else if (canaryRefused) ledger.violate(`a completion of ${tool} failed while only the canary refused`);
      if (!isSelected) foreign.add(messageId);
    });
    history.on('shadow.consumed', ({ version, subject, messageId }) => {
      if (!subject.endsWith('.complete')) ledger.violate(`${version} saw the subject ${subject}`);
      if (version === 'stable') consumed.add(messageId);
      else if (foreign.has(messageId))
        ledger.violate(`the canary consumed ${subject}, which is not shadowed`);
    });
    return {
      finish() {
        for (const messageId of acknowledged) {
          if (!consumed.has(messageId))
            ledger.violate(`${messageId} was acknowledged, and stable never saw it`);
        }
      },
    };
  },
});
