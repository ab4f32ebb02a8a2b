import { demand } from '../variants/pipelines/cluster.ts';
import { rule, type Rule } from './rule.ts';

/** The side that has the traffic is never deployed onto, and never scaled below the demand (delivery F77, F81). */
export const pipelineLiveKept: Rule = rule({
  id: 'pipeline.live-kept',
  title: 'the live side is never touched',
  kind: 'safety',
  source: 'delivery R223, F77, F81, F84; lint L23, L31',
  excuses: [],
  onlyTag: 'variant-pipelines',
  watch({ history }, ledger) {
    history.on('pipeline.changed', ({ what, colour, build, replicas, live }) => {
      if (what === 'route') return;
      ledger.check();
      if (colour !== live) return;
      if (what === 'build') ledger.violate(`${build} was deployed onto ${colour}, which is live`);
      else if (replicas < demand) ledger.violate(`${colour} was scaled to ${replicas}, and is live`);
    });
    return { finish: () => undefined };
  },
});
