import { kubectlCall } from '../shell/kubectl.ts';
import { argumentsOf } from '../shell/script.ts';
import { pipelinesOf } from '../shell/script.ts';
import type { LintRule } from './rule.ts';

export const readyCheckByAbsence: LintRule = {
  id: 'L27',
  title: 'Health is concluded from the absence of False',
  effect: 'passes with no pod at all, and with pods whose state is Unknown',
  fix: 'count: as many pods with True as wanted, and more than none; or kubectl rollout status',
  source: 'delivery L27',
  check: (input) =>
    input.sequences.flatMap((sequence) => {
      const pipelines = pipelinesOf(sequence);
      return pipelines.flatMap(({ commands }, index) => {
        const at = commands.findIndex((command) => {
          const words = argumentsOf(command, 'grep')?.map((word) => word.text) ?? [];
          const silent = words.some((word) => /^-\w*q/.test(word));
          const inverted = words.some((word) => /^-\w*v/.test(word));
          return silent && !inverted && words.some((word) => /^["']?False["']?$/i.test(word));
        });
        const source = at > 0 ? commands[at - 1] : undefined;
        const call = source === undefined ? undefined : kubectlCall(source);
        const next = pipelines[index + 1];
        const stops = next?.joinedBy === '&&' && next.commands[0]?.words[0]?.text === 'exit';
        const grep = commands[at];
        if (call?.verb.text !== 'get' || !stops || grep === undefined) return [];
        return [
          { place: grep.place, why: 'only a False stops the script; no output at all is taken for health' },
        ];
      });
    }),
};
