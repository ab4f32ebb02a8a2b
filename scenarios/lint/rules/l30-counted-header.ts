import { argumentsOf } from '../shell/script.ts';
import { allPipelines, wordTexts } from '../input/shell-search.ts';
import type { LintRule } from './rule.ts';

export const countedHeader: LintRule = {
  id: 'L30',
  title: 'The header line is counted as an alert',
  effect: 'at least one alert is counted, always: the step never goes on',
  fix: 'amtool alert query -o json … | jq length',
  source: 'delivery L30',
  check: (input) =>
    allPipelines(input).flatMap(({ commands }) => {
      const at = commands.findIndex((command) => {
        const texts = wordTexts(command);
        return texts.includes('amtool') && texts.includes('alert');
      });
      const command = commands[at];
      if (command === undefined || argumentsOf(commands[at + 1] ?? command, 'wc') === undefined) return [];
      const json = wordTexts(command).some(
        (word, index, words) =>
          /^(-o|--output)(=?json)?$/.test(word) && (word.includes('json') || words[index + 1] === 'json'),
      );
      return json
        ? []
        : [{ place: command.place, why: 'amtool prints a header line even without any alert' }];
    }),
};
