import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { outcomeSchema, type Outcome } from '../explore/outcome.ts';
import { scaleNames, type ScaleName } from '../explore/scale.ts';
import { InputError } from './input-error.ts';
import type { OutputFolder } from './output-folder.ts';

/** What decides the outcome of a case, apart from its name. */
export interface ExploredFab {
  readonly commit: string | undefined;
  readonly seed: bigint;
  readonly scale: ScaleName;
  readonly tools: number;
  readonly size: Readonly<Record<string, string>>;
}

const headSchema = z.strictObject({
  commit: z.string().nullable(),
  seed: z.string(),
  scale: z.enum(scaleNames),
  tools: z.int(),
  size: z.record(z.string(), z.string()),
});

const headFile = 'fab.json';
const folder = 'cases';

/** The finished cases of an exploration, in its results folder, so that one that was interrupted can be gone on with. */
export class KnownCases {
  readonly outcomes = new Map<string, Outcome>();
  readonly #output: OutputFolder;

  /** Reads what is there. Throws an `InputError` where it is of another fab, or no exploration at all. */
  constructor(output: OutputFolder, { commit, seed, scale, tools, size }: ExploredFab) {
    this.#output = output;
    const head = headSchema.parse({
      commit: commit ?? null,
      seed: `0x${seed.toString(16)}`,
      scale,
      tools,
      size: Object.fromEntries(Object.entries(size).toSorted(([left], [right]) => (left < right ? -1 : 1))),
    });
    const text = `${JSON.stringify(head, undefined, 2)}\n`;
    const path = join(output.path, headFile);
    if (!existsSync(path)) {
      if (existsSync(join(output.path, folder))) throw new InputError(`${path}: missing`);
      output.write(headFile, text);
      return;
    }
    if (readFileSync(path, 'utf8') !== text) {
      throw new InputError(
        `--resume ${output.path}: explored another fab; expected ${headFile} to be ${text}`,
      );
    }
    this.#read(join(output.path, folder));
  }

  keep(outcome: Outcome): void {
    this.#output.write(join(folder, `${outcome.id}.json`), `${JSON.stringify(outcome)}\n`);
  }

  #read(path: string): void {
    if (!existsSync(path)) return;
    for (const name of readdirSync(path).toSorted()) {
      if (!name.endsWith('.json')) continue;
      const parsed = outcomeSchema.safeParse(parseJson(readFileSync(join(path, name), 'utf8')));
      if (!parsed.success) throw new InputError(`${join(path, name)}: expected the outcome of a case`);
      this.outcomes.set(parsed.data.id, parsed.data);
    }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
