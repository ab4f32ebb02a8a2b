import { hasTimeout } from '../shell/script.ts';
import { kubectlCalls } from '../input/shell-search.ts';
import type { LintRule } from './rule.ts';

export const endlessFollow: LintRule = {
  id: 'L29',
  title: 'A step that never ends',
  effect: 'the stage hangs until the job is killed: what stands after it is never done',
  fix: 'bound it: timeout 5m kubectl logs -f …',
  source: 'delivery L29',
  check: (input) =>
    kubectlCalls(input).flatMap(({ call, command, pipeline, sequence }) => {
      const follows = call.verb.text === 'logs' && call.flags.has('follow');
      const watches = call.verb.text === 'get' && (call.flags.has('watch') || call.flags.has('w'));
      const bounded = pipeline.commands.some(hasTimeout) || pipeline.background || sequence.byHand;
      if ((!follows && !watches) || bounded) return [];
      return [
        {
          place: command.place,
          why: `kubectl ${call.verb.text} follows without an end and nothing limits it`,
        },
      ];
    }),
};
