import {
  correctCanaryGatewayPolicies,
  type CanaryGatewayPolicies,
} from '../../../system/routing/variants/percentage/gateway.ts';
import { correctSplit } from '../../../system/routing/variants/percentage/split.ts';

/** What planted bugs put in place of the gateway's policies. */
export const percentageBugs: Readonly<Record<string, () => CanaryGatewayPolicies>> = {
  /** A turn of its own for every request: no affinity (delivery F18). */
  'split-by-request': () => {
    let turn = 0;
    return {
      ...correctCanaryGatewayPolicies,
      choose(config, marks) {
        const choice = correctSplit.choose(config, { ...marks, cookies: undefined });
        if (choice.reason !== 'weight') return choice;
        turn = (turn + 37) % 100;
        return { backend: turn < config.weightPercent ? 'canary' : 'stable', reason: 'weight' };
      },
    };
  },
  /** Who was on the canary stays there, withdrawn or not. */
  'sticky-withdrawal': () => ({
    ...correctCanaryGatewayPolicies,
    choose: (config, marks) =>
      marks.cookies?.includes('market-intel-canary=') === true
        ? { backend: 'canary', reason: 'affinity' }
        : correctSplit.choose(config, marks),
  }),
  /** The limit counts nothing. */
  'unlimited-canary': () => ({ ...correctCanaryGatewayPolicies, limiter: () => ({ take: () => true }) }),
  /** Places by the sum of characters, which tool ids hardly differ in. */
  'crowded-buckets': () => ({
    ...correctCanaryGatewayPolicies,
    choose(config, marks) {
      const choice = correctSplit.choose(config, marks);
      if (choice.reason !== 'weight') return choice;
      const sum = Array.from(marks.client).reduce((total, letter) => total + letter.charCodeAt(0), 0);
      return { backend: sum % 1000 < config.weightPercent * 10 ? 'canary' : 'stable', reason: 'weight' };
    },
  }),
};
