import type { Colour } from '../../system/ports/colour.ts';
import { demand } from '../variants/pipelines/cluster.ts';
import { pipelineTimes } from '../variants/pipelines/times.ts';
import { rule, type Rule } from './rule.ts';

/**
 * The old side serves the whole demand until a person said go, a day after the flip, with alerts known to be none: until
 * then a rollback is one field (delivery R236–R241, R256).
 */
export const pipelineRetired: Rule = rule({
  id: 'pipeline.retired',
  title: 'the old side runs in full until a go after a day without alerts',
  kind: 'safety',
  source: 'delivery R236–R241, R256, F77, F85',
  excuses: [],
  onlyTag: 'variant-pipelines',
  watch({ history, kernel }, ledger) {
    let flippedUs: number | undefined;
    let previous: Colour | undefined;
    let go: { readonly alerts: number | undefined } | undefined;
    let meant = false;
    history.on('pipeline.meant', ({ order }) => {
      if (order === 'retire') meant = true;
    });
    history.on('pipeline.ordered', ({ order, accepted, alerts }) => {
      if (order !== 'retire' || !accepted) return;
      go = { alerts };
      if (alerts === undefined) ledger.violate('a go was taken while nobody could know the alerts');
    });
    history.on('pipeline.entered', ({ step }) => {
      if (step === 'rolled-back' || step === 'done') previous = undefined;
    });
    history.on('pipeline.changed', ({ what, colour, replicas, live }) => {
      if (what === 'route' && colour !== live) {
        flippedUs = kernel.nowUs;
        previous = live;
        go = undefined;
        meant = false;
        return;
      }
      if (what !== 'scale' || replicas >= demand || colour !== previous) return;
      ledger.check();
      const sinceUs = kernel.nowUs - (flippedUs ?? 0);
      if (sinceUs < pipelineTimes.soakMs * 1000) {
        ledger.violate(`${colour} was retired ${Math.round(sinceUs / 1e6)} s after the flip`);
      } else if (!meant && go === undefined) ledger.violate(`${colour} was retired without a go`);
    });
    return { finish: () => undefined };
  },
});
