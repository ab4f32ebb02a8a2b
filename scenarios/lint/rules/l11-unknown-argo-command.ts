import { suggestion } from '../../../chaos/nearest.ts';
import { argumentsOf } from '../shell/script.ts';
import { allPipelines } from '../input/shell-search.ts';
import type { LintRule } from './rule.ts';

const known = `abort completion create dashboard get help lint list notifications pause promote restart
    retry set status terminate undo version`.split(/\s+/);

export const unknownArgoCommand: LintRule = {
  id: 'L11',
  title: 'Subcommand that kubectl argo rollouts does not have',
  effect: 'the command fails, and the pipeline with it, before anything was waited for',
  fix: 'to wait for a rollout: kubectl argo rollouts status NAME --timeout 30m',
  source: 'delivery L11',
  check: (input) =>
    allPipelines(input)
      .flatMap((pipeline) => pipeline.commands)
      .flatMap((command) => {
        const words = argumentsOf(command, 'kubectl');
        if (words?.[0]?.text !== 'argo' || words[1]?.text !== 'rollouts') return [];
        const subcommand = words.slice(2).find((word) => !word.text.startsWith('-'));
        if (
          subcommand === undefined ||
          known.includes(subcommand.text) ||
          !/^[a-z][a-z-]*$/.test(subcommand.text)
        )
          return [];
        const meant = subcommand.text === 'wait' ? '; status waits' : suggestion(subcommand.text, known);
        return [
          { place: subcommand.place, why: `there is no kubectl argo rollouts ${subcommand.text}${meant}` },
        ];
      }),
};
