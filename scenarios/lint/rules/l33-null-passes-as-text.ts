import { argumentsOf, pipelinesOf } from '../shell/script.ts';
import { textOfWords } from './shell-text.ts';
import type { LintRule } from './rule.ts';

export const nullPassesAsText: LintRule = {
  id: 'L33',
  title: 'A missing field passes as the text null',
  effect: 'jq -r prints null for a missing field, which is not empty: the check passes',
  fix: 'add // empty to the filter, or use jq -e and its exit code',
  source: 'delivery L33',
  check: (input) =>
    input.sequences.flatMap((sequence) => {
      const pipelines = pipelinesOf(sequence);
      return pipelines.flatMap(({ assignedTo, commands }, index) => {
        const command = commands.at(-1);
        const words =
          command === undefined ? undefined : argumentsOf(command, 'jq')?.map((word) => word.text);
        if (assignedTo === undefined || command === undefined || words === undefined) return [];
        const raw = words.some((word) => /^-\w*r|^--raw-output/.test(word));
        const guarded = words.some((word) => /^-\w*e|^--exit-status/.test(word) || word.includes('//'));
        if (!raw || guarded) return [];
        const test = new RegExp(String.raw`^(\[|\[\[|test) (! )?-[zn] \$${assignedTo}\b`);
        const tested = pipelines
          .slice(index)
          .some((later) => later.commands.some((one) => test.test(textOfWords(one))));
        return tested ? [{ place: command.place, why: `${assignedTo} is tested for being empty only` }] : [];
      });
    }),
};
