import type { Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

/** A side belongs to one build until its release is over (delivery F78, F79). */
export const pipelineLocked: Rule = rule({
  id: 'pipeline.locked',
  title: 'no build is deployed over one that is under way',
  kind: 'safety',
  source: 'delivery R264, F78, F79',
  excuses: [],
  onlyTag: 'variant-pipelines',
  watch({ history }, ledger) {
    const owners = new Map<Colour, string>();
    history.on('pipeline.entered', ({ build, dark, step }) => {
      switch (step) {
        case 'done':
        case 'failed':
        case 'expired':
        case 'rolled-back':
          if (owners.get(dark) === build) owners.delete(dark);
          return;
        default:
          return;
      }
    });
    history.on('pipeline.changed', ({ what, colour, build }) => {
      if (what !== 'build') return;
      ledger.check();
      const owner = owners.get(colour);
      if (owner !== undefined && owner !== build) {
        ledger.violate(`${build} was deployed over ${owner}, which is under way on ${colour}`);
      }
      owners.set(colour, build);
    });
    return { finish: () => undefined };
  },
});
