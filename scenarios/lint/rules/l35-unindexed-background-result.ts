import { unindexedConditions } from './l01-unindexed-result.ts';
import type { LintRule } from './rule.ts';

export const unindexedBackgroundResult: LintRule = {
  id: 'L35',
  title: 'Background analysis compares a list with a number',
  effect:
    'every measurement is an Error; about 40 s after its first step the background analysis aborts a healthy rollout (as L1)',
  fix: 'write result[0], and say what an empty result means: len(result) > 0 && result[0] >= 0.95',
  source: 'delivery L35, L1, 14, 35',
  check: (input) => unindexedConditions(input, true),
};
