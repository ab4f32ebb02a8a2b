import { kubectlCalls } from '../input/shell-search.ts';
import { pipelinesOf } from '../shell/script.ts';
import type { LintRule } from './rule.ts';

export const waitForUnbornPods: LintRule = {
  id: 'L26',
  title: 'kubectl wait for pods that may not exist yet',
  effect:
    'fails with "no matching resources found" where no pod is created yet, and waits only for those that exist now',
  fix: 'wait for the owner: kubectl rollout status deployment/NAME --timeout=600s for each',
  source: 'delivery L26',
  check: (input) =>
    kubectlCalls(input).flatMap(({ call, sequence, index, command }) => {
      if (call.verb.text !== 'wait' || !/^(pods?|po)$/.test(call.operands[0]?.text ?? '')) return [];
      if (!call.flags.has('all') && !call.flags.has('selector')) return [];
      if (/^(delete|create)/.test(call.flags.get('for') ?? '')) return [];
      const owners = pipelinesOf(sequence)
        .slice(0, index)
        .some((pipeline) =>
          pipeline.commands.some(({ words }) =>
            /^kubectl rollout status\b/.test(words.map((word) => word.text).join(' ')),
          ),
        );
      if (owners) return [];
      const chosen = call.flags.has('all') ? '--all' : 'a selector';
      return [{ place: command.place, why: `${chosen} takes the pods that exist at this moment` }];
    }),
};
