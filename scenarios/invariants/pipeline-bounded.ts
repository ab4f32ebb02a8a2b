import { Hindrances } from '../variants/hindrances.ts';
import { pipelineTimes } from '../variants/pipelines/times.ts';
import { rule, type Rule } from './rule.ts';

const spareUs = 40e6;
const slackUs = 15e6;
const decisive = ['pipelines', 'store', 'platform-outage', 'route-unreadable'];

/** How long a step may last; undefined: until somebody orders. */
function mostMs(step: string): number | undefined {
  switch (step) {
    case 'waiting-ready':
      return pipelineTimes.readyTimeoutMs;
    case 'tested':
      return pipelineTimes.approvalTimeoutMs;
    case 'draining':
      return pipelineTimes.drainMs;
    case 'watching':
      return pipelineTimes.watchMs;
    case 'deploying':
    case 'testing':
    case 'flipping':
    case 'rolling-back':
    case 'retiring':
    case 'failing':
      return 0;
    default:
      return undefined;
  }
}

/** Every wait of the pipelines ends by itself, but the day after the flip, which a person ends (delivery R226, R252, F80). */
export const pipelineBounded: Rule = rule({
  id: 'pipeline.bounded',
  title: 'every step of the pipelines ends in time',
  kind: 'liveness',
  source: 'delivery R226, R252, F80, C23; issue 7',
  excuses: [],
  onlyTag: 'variant-pipelines',
  watch({ history, kernel }, ledger) {
    const hindrances = new Hindrances(history);
    let current: { readonly build: string; readonly step: string; readonly sinceUs: number } | undefined;
    function judge(): void {
      const limitMs = current === undefined ? undefined : mostMs(current.step);
      if (current === undefined || limitMs === undefined) return;
      ledger.check();
      const { build, step, sinceUs } = current;
      const lastedUs = kernel.nowUs - sinceUs;
      const allowedUs =
        limitMs * 1000 + spareUs + hindrances.betweenUs(decisive, sinceUs, kernel.nowUs, slackUs);
      if (lastedUs <= allowedUs) return;
      ledger.violate(`${build} was ${step} for ${Math.round(lastedUs / 1e6)} s`);
    }
    history.on('pipeline.entered', ({ build, step }, timeUs) => {
      if (current?.step === step && current.build === build) return;
      judge();
      current = { build, step, sinceUs: timeUs };
    });
    return { finish: judge };
  },
});
