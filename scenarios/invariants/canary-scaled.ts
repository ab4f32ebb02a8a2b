import { otherColour, type Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

/**
 * Where the collectors of the canary come with its stages, there are enough of them before a stage begins, and none is
 * taken away while it goes on (delivery 10, C43, F70).
 */
export const canaryScaled: Rule = rule({
  id: 'canary.scaled',
  title: 'the canary has the collectors that its stage needs before it begins',
  kind: 'safety',
  source: 'delivery 10, C43, F70',
  excuses: [],
  onlyTag: 'canary-scale',
  watch({ history, facts }, ledger) {
    const replicas = new Map<string, number>();
    let canary: Colour | undefined;
    let inStages = false;
    history.on('rollout.started', ({ stableColour }) => {
      canary = otherColour(stableColour);
      inStages = false;
    });
    history.on('deployment.changed', ({ deployment, replicas: asked }) => {
      const before = replicas.get(deployment) ?? 0;
      replicas.set(deployment, asked);
      if (inStages && deployment === `collector-${canary ?? ''}` && asked < before) {
        ledger.violate(`${deployment} was scaled from ${before} to ${asked} in the middle of a release`);
      }
    });
    history.on('rollout.stage', ({ name, tools, state }) => {
      if (state !== 'entered' || canary === undefined) return;
      inStages = true;
      ledger.check();
      const needed = Math.ceil((facts.demand.collector * tools) / facts.tools);
      const found = replicas.get(`collector-${canary}`) ?? 0;
      if (found < needed) ledger.violate(`stage ${name} began with ${found} collectors, it needs ${needed}`);
    });
    history.on('rollback.started', () => {
      inStages = false;
    });
    history.on('rollout.promoted', () => {
      inStages = false;
    });
    return { finish: () => undefined };
  },
});
