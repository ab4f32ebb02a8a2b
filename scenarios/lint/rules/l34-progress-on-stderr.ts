import type { LintInput, PipelineStep } from '../input/lint-input.ts';
import { placeOf } from '../input/resource.ts';
import { nodeAt, textAt } from '../documents/manifest-node.ts';
import { argumentsOf, type ShellScript } from '../shell/script.ts';
import type { LintRule } from './rule.ts';

function scriptOf(input: LintInput, step: PipelineStep): ShellScript | undefined {
  if (step.script !== undefined) return step.script;
  const name = step.scriptPath?.split('/').at(-1);
  const scripts = input.sequences.flatMap((sequence) => sequence.scripts);
  return scripts.find((script) => name !== undefined && script.name?.split('/').at(-1) === name);
}

export const progressOnStderr: LintRule = {
  id: 'L34',
  title: 'failOnStderr with a command that reports progress there',
  effect: 'curl writes its progress meter to stderr where the output is no terminal: the step fails always',
  fix: 'curl -fsS (quiet, errors only), or rely on exit codes and drop failOnStderr',
  source: 'delivery L34',
  check: (input) =>
    input.steps.flatMap((step) => {
      const owner = nodeAt(step.node, 'failOnStderr') === undefined ? nodeAt(step.node, 'inputs') : step.node;
      if (textAt(owner, 'failOnStderr') !== 'true') return [];
      const commands = scriptOf(input, step)?.pipelines.flatMap((pipeline) => pipeline.commands) ?? [];
      const loud = commands.find((command) => {
        const words = argumentsOf(command, 'curl')?.map((word) => word.text);
        return words?.some((word) => /^-[a-zA-Z]*s|^--silent$|^--no-progress-meter$/.test(word)) === false;
      });
      if (loud === undefined) return [];
      const { file, line } = loud.place;
      return [{ place: placeOf(owner, 'failOnStderr'), why: `curl at ${file}:${line} is not silent` }];
    }),
};
