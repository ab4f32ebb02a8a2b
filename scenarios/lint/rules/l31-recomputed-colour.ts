import { textOfWords } from './shell-text.ts';
import { kubectlCalls, variableIn, type PlacedCall } from '../input/shell-search.ts';
import type { LintInput } from '../input/lint-input.ts';
import { kubectlCall, targetOf } from '../shell/kubectl.ts';
import { pipelinesOf } from '../shell/script.ts';
import type { LintRule } from './rule.ts';

/** Variables that are filled from the live route, anywhere in the files. */
function liveVariables(input: LintInput): ReadonlySet<string> {
  const names = new Set<string>();
  for (const pipeline of input.sequences.flatMap(pipelinesOf)) {
    if (pipeline.assignedTo === undefined) continue;
    for (const command of pipeline.commands) {
      const call = kubectlCall(command);
      const kind = call === undefined ? '' : targetOf(call).kind;
      if (call?.verb.text === 'get' && /route|ingress|^service$/.test(kind)) names.add(pipeline.assignedTo);
    }
  }
  return names;
}

/** Whether the variable is compared with something before it is used. */
function isAsserted({ sequence, index }: PlacedCall, variable: string): boolean {
  return pipelinesOf(sequence)
    .slice(0, index)
    .some(({ commands }) =>
      commands.some((command) => {
        const first = command.words[0]?.text;
        const test = first === '[' || first === '[[' || first === 'test';
        return test && /[!=]=?/.test(textOfWords(command)) && textOfWords(command).includes(`$${variable}`);
      }),
    );
}

export const recomputedColour: LintRule = {
  id: 'L31',
  title: 'The old colour is recomputed after the flip',
  effect:
    'a pipeline that starts later asks the route anew and gets the new colour: it scales the live environment to 0',
  fix: 'take the colour from the record of the flip, and stop unless it differs from the live one',
  source: 'delivery L31, F77',
  check: (input) => {
    const live = liveVariables(input);
    return kubectlCalls(input).flatMap((placed) => {
      const { call, command } = placed;
      const stops =
        call.verb.text === 'delete' || (call.verb.text === 'scale' && call.flags.get('replicas') === '0');
      const variable = variableIn(call.flags.get('namespace') ?? '');
      if (!stops || variable === undefined || !live.has(variable) || isAsserted(placed, variable)) return [];
      return [
        { place: command.place, why: `${variable} is what the live route says at the time it is asked` },
      ];
    });
  },
};
