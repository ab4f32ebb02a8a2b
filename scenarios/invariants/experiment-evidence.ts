import { rule, type Rule } from './rule.ts';

/** The least that the candidate must have had; a setting of the experiment, and shipped as this. */
const least = { stored: 300, processed: 5 };

/**
 * The first stage of a release begins only after an experiment of this very release that was successful: measured to
 * its end, not terminated, and with requests and contexts that pods of its image really had (delivery 34, 39, I6).
 */
export const experimentEvidence: Rule = rule({
  id: 'experiment.evidence',
  title: 'no first stage without an experiment of the same release that ended by itself',
  kind: 'safety',
  source: 'delivery 34, 39, 40, I6; issue 7: a terminated analysis is never evidence',
  excuses: [],
  onlyTag: 'experiment',
  watch({ history }, ledger) {
    let image = '';
    let outcome: string | undefined;
    const worked = { stored: 0, processed: 0 };
    history.on('rollout.started', (event) => {
      image = event.image;
      outcome = undefined;
    });
    history.on('experiment.started', () => {
      outcome = undefined;
      worked.stored = 0;
      worked.processed = 0;
    });
    history.on('experiment.worked', (event) => {
      if (event.side === 'candidate' && event.image === image) worked[event.work]++;
    });
    history.on('experiment.ended', (event) => {
      ledger.check();
      outcome = event.image === image ? event.outcome : undefined;
      if (event.outcome !== 'Successful') return;
      const { stored, processed } = worked;
      if (stored >= least.stored && processed >= least.processed) return;
      ledger.violate(
        `the experiment of ${event.image} was successful with ${stored} requests and ${processed} contexts of that image`,
      );
    });
    history.on('rollout.stage', ({ stage, state }) => {
      if (state !== 'entered' || stage > 0) return;
      ledger.check();
      if (outcome === 'Successful') return;
      ledger.violate(
        `the first stage of ${image} began after an experiment that was ${outcome ?? 'none of its own'}`,
      );
    });
    return { finish: () => undefined };
  },
});
