import { demand } from '../variants/pipelines/cluster.ts';
import { rule, type Rule } from './rule.ts';

/** The only fault of its kind at a time. */
const secretsDiffer = 'stage.secrets-differ';
/** What the fab ran before the run began. */
const firstBuild = 'b0';

/** What a pipeline asks before it flips takes less. */
const lookUs = 5_000_000;

/**
 * Traffic goes only to a build that passed its tests on that side, that a person approved, and that is ready (delivery F75);
 * and no flip is begun while the secrets of the sides differ (F60).
 */
export const pipelineGated: Rule = rule({
  id: 'pipeline.gated',
  title: 'only a tested, approved and ready build gets traffic',
  kind: 'safety',
  source: 'delivery R227–R233, R248, R265, F60, F75, F76',
  excuses: [],
  onlyTag: 'variant-pipelines',
  watch({ history }, ledger) {
    const tested = new Set<string>();
    const approved = new Set([firstBuild]);
    history.on('pipeline.tested', ({ build }) => {
      tested.add(build);
    });
    history.on('pipeline.meant', ({ order, build }) => {
      if (order === 'approve') approved.add(build);
    });
    history.on('pipeline.changed', ({ what, colour, build, ready, live }) => {
      if (what !== 'route' || colour === live) return;
      ledger.check();
      if (build !== firstBuild && !tested.has(build)) ledger.violate(`${build} got traffic untested`);
      else if (!approved.has(build)) ledger.violate(`${build} got traffic that nobody approved`);
      else if (ready < demand) ledger.violate(`${colour} got traffic with ${ready} of ${demand} ready`);
    });
    let differUs = Infinity;
    history.on('fault.started', ({ faultKind }, timeUs) => {
      if (faultKind === secretsDiffer) differUs = timeUs;
    });
    history.on('fault.ended', ({ faultKind }) => {
      if (faultKind === secretsDiffer) differUs = Infinity;
    });
    history.on('pipeline.entered', ({ build, step }, timeUs) => {
      if (step !== 'flipping') return;
      ledger.check();
      if (timeUs - differUs > lookUs) ledger.violate(`${build} was flipped while the secrets differed`);
    });
    return { finish: () => undefined };
  },
});
