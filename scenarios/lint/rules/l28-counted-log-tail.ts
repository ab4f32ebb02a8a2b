import { argumentsOf } from '../shell/script.ts';
import { kubectlCalls } from '../input/shell-search.ts';
import type { LintRule } from './rule.ts';

export const countedLogTail: LintRule = {
  id: 'L28',
  title: 'Errors are counted in the last ten lines',
  effect:
    'with a selector kubectl shows ten lines a pod: an hour of errors counts as ten at most, and the threshold is never reached',
  fix: 'add --tail=-1, or better ask the metrics: the word "error" in a harmless line counts, too',
  source: 'delivery L28',
  check: (input) =>
    kubectlCalls(input).flatMap(({ call, command, pipeline, position }) => {
      if (call.verb.text !== 'logs' || !call.flags.has('selector') || call.flags.has('tail')) return [];
      if (call.flags.has('follow')) return [];
      const counted = pipeline.commands
        .slice(position + 1)
        .some((next) =>
          ['grep', 'egrep', 'wc', 'awk', 'rg'].some((name) => argumentsOf(next, name) !== undefined),
        );
      return counted
        ? [{ place: command.place, why: 'logs with a selector and no --tail are cut to 10 lines a pod' }]
        : [];
    }),
};
