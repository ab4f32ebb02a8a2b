import type { Place } from '../documents/source-text.ts';

/** A word of a command, without its quotes; substitutions stay as they are written. */
export interface ShellWord {
  readonly text: string;
  readonly place: Place;
}

export interface ShellAssignment {
  readonly name: string;
  readonly value: ShellWord;
}

/** A simple command: `NAME=value word word`. */
export interface ShellCommand {
  readonly place: Place;
  readonly assignments: readonly ShellAssignment[];
  readonly words: readonly ShellWord[];
}

/** Commands joined by `|`, in the order of the text; those inside `$(…)` come before the pipeline that holds them. */
export interface ShellPipeline {
  readonly place: Place;
  readonly commands: readonly ShellCommand[];
  /** How it follows the pipeline before it; undefined after a line end or `;`. */
  readonly joinedBy: '&&' | '||' | undefined;
  readonly background: boolean;
  /** The variable that takes its output, where it stands in `NAME=$(…)`. */
  readonly assignedTo: string | undefined;
}

/** A parsed script. */
export interface ShellScript {
  readonly place: Place;
  readonly text: string;
  /** File name, as far as one is known (of the file, or of a comment at the top). */
  readonly name: string | undefined;
  readonly pipelines: readonly ShellPipeline[];
}

/** Scripts that run one after the other: steps of one job, or fences below one heading. */
export interface ShellSequence {
  readonly title: string;
  /** A person types it: what never ends is ended by hand. */
  readonly byHand: boolean;
  readonly scripts: readonly ShellScript[];
}

const knownPipelines = new WeakMap<ShellSequence, readonly ShellPipeline[]>();

export function pipelinesOf(sequence: ShellSequence): readonly ShellPipeline[] {
  const known = knownPipelines.get(sequence);
  if (known !== undefined) return known;
  const pipelines = sequence.scripts.flatMap((script) => script.pipelines);
  knownPipelines.set(sequence, pipelines);
  return pipelines;
}

const wrappers = new Set(['sudo', 'env', 'time', 'nice', 'exec', 'command', 'timeout']);

/** What follows the program's name; undefined for another program. Wrappers such as `timeout 60` are looked through. */
export function argumentsOf(command: ShellCommand, program: string): readonly ShellWord[] | undefined {
  const { words } = command;
  let at = 0;
  for (let first = words[at]?.text; first !== undefined && wrappers.has(first); first = words[at]?.text) {
    at++;
    if (first !== 'timeout') continue;
    while (words[at]?.text.startsWith('-') === true) at++;
    at++;
  }
  return words[at]?.text === program ? words.slice(at + 1) : undefined;
}

/** Whether the command is ended by `timeout` at the latest. */
export function hasTimeout(command: ShellCommand): boolean {
  return command.words[0]?.text === 'timeout';
}
