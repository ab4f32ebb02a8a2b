import { kubectlCall, type KubectlCall } from '../shell/kubectl.ts';
import { pipelinesOf, type ShellCommand, type ShellPipeline, type ShellSequence } from '../shell/script.ts';
import type { LintInput } from './lint-input.ts';

/** A call of kubectl and where it stands. */
export interface PlacedCall {
  readonly sequence: ShellSequence;
  readonly pipeline: ShellPipeline;
  /** Index of the pipeline in its sequence. */
  readonly index: number;
  readonly command: ShellCommand;
  /** Index of the command in its pipeline. */
  readonly position: number;
  readonly call: KubectlCall;
}

/** Every call of kubectl in any script, in the order of the texts. */
export function kubectlCalls(input: LintInput): readonly PlacedCall[] {
  return input.sequences.flatMap((sequence) =>
    pipelinesOf(sequence).flatMap((pipeline, index) =>
      pipeline.commands.flatMap((command, position) => {
        const call = kubectlCall(command);
        return call === undefined ? [] : [{ sequence, pipeline, index, command, position, call }];
      }),
    ),
  );
}

export function allPipelines(input: LintInput): readonly ShellPipeline[] {
  return input.sequences.flatMap(pipelinesOf);
}

/** Words of a command as texts. */
export function wordTexts(command: ShellCommand | undefined): readonly string[] {
  return command?.words.map((word) => word.text) ?? [];
}

/** Name of the variable that a word stands for: `$X`, `${X}`, `$(X)`. */
export function variableIn(text: string): string | undefined {
  return /^\$(?:\{(\w+)\}|\((\w+)\)|(\w+))$/
    .exec(text)
    ?.slice(1)
    .find((name) => name !== undefined);
}
