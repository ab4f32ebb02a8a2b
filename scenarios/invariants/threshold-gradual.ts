import { timeScale } from '../variants/threshold/scale.ts';
import { rule, type Rule } from './rule.ts';

const stepPercent = 20;
const stepUs = 60e6 * timeScale;

/** A rollback by and by goes down by 20 % a minute, and never up again in this release (delivery R290). */
export const thresholdGradual: Rule = rule({
  id: 'threshold.gradual',
  title: 'a gradual rollback takes 20 % a minute, and never turns back',
  kind: 'safety',
  source: 'delivery R290',
  excuses: [],
  onlyTag: 'variant-threshold',
  watch({ history, kernel }, ledger) {
    let weightPercent = 0;
    let reducedUs: number | undefined;
    let isReducing = false;
    history.on('threshold.decided', ({ mode }) => {
      if (mode === 'reducing') isReducing = true;
      else if (isReducing && (mode === 'advancing' || mode === 'promoted')) {
        ledger.violate(`a rollback that had begun was turned into ${mode}`);
      }
    });
    history.on('canary.configured', (event) => {
      const change = event.weightPercent - weightPercent;
      weightPercent = event.weightPercent;
      if (!event.enabled) return;
      if (change > 0 && reducedUs !== undefined) ledger.violate(`the share grew again to ${weightPercent} %`);
      if (change >= 0) return;
      ledger.check();
      if (-change > stepPercent) ledger.violate(`the share fell by ${-change} % at once`);
      // The step is timed by the decision, the change follows it within a retry.
      if (reducedUs !== undefined && kernel.nowUs - reducedUs < stepUs * 0.7) {
        ledger.violate(`the share fell twice within ${Math.round((kernel.nowUs - reducedUs) / 1e6)} s`);
      }
      reducedUs = kernel.nowUs;
    });
    return { finish: () => undefined };
  },
});
