import { Hindrances } from '../variants/hindrances.ts';
import { rule, type Rule } from './rule.ts';

const reconnectUs = 40e6;

/** The canary ends after its traffic, so that nobody is sent to where nobody is (delivery R289, F44). */
export const thresholdDrained: Rule = rule({
  id: 'threshold.drained',
  title: 'the canary ends only after its traffic has',
  kind: 'safety',
  source: 'delivery R289, F44',
  excuses: [],
  onlyTag: 'variant-threshold',
  watch({ history, kernel }, ledger) {
    const hindrances = new Hindrances(history);
    let terminated = false;
    history.on('threshold.terminated', () => {
      terminated = true;
      ledger.check();
    });
    history.on('canary.routed', ({ gateway, client, backend }) => {
      if (!terminated || backend === 'stable') return;
      const calmUs = hindrances.calmSinceUs([gateway, 'canary-control']);
      // A gateway that the control cannot reach keeps its last share (PRODUCT, routing).
      if (calmUs > 0 && calmUs > kernel.nowUs - reconnectUs) return;
      ledger.violate(`${gateway} sent ${client} to a canary that was ended`);
    });
    return { finish: () => undefined };
  },
});
