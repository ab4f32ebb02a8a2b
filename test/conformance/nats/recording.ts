import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NatsProfile } from '../../../sim/nats/index.ts';
import { firstDifference, runOnModel } from './comparison.ts';
import { corpusSequences } from './corpus.ts';
import { fixedSequences } from './fixed-sequences.ts';
import { plansOf } from './generator.ts';
import { Interpreter, planName } from './interpreter.ts';
import type { Observation } from './observation.ts';
import type { Plan } from './plan.ts';
import { inParallel } from './pool.ts';
import type { Rig } from './rig.ts';

/** What a real server answered to a sequence, as far as the model agrees with it. */
export interface RecordedRun {
  readonly id: string;
  readonly plan: Plan;
  readonly observations: readonly Observation[];
}

/** So many runs at a time; they are short and few. */
const places = 24;
const rampMs = 40;
/** What does not come back was the machine's doing. */
const attempts = 8;

function path(version: NatsProfile['version']): string {
  return join(import.meta.dirname, 'recorded', `${version}.json`);
}

/** Runs the fixed sequences, what generated ones once found, and some generated ones on a server and keeps what it answered. */
export async function record(
  rig: Rig,
  version: NatsProfile['version'],
  seed: number,
  operations: number,
): Promise<readonly RecordedRun[]> {
  const fixed = [...fixedSequences, ...corpusSequences()]
    .filter(({ profiles }) => profiles.includes(version))
    .map(({ id, plan }) => ({ id, plan }));
  const generated = plansOf(seed, operations).map((plan, index) => ({ id: `seed ${seed} #${index}`, plan }));
  const runs: RecordedRun[] = [];
  await inParallel(
    [...fixed, ...generated],
    places,
    async ({ id, plan }, index) => {
      if (index < places) await rig.sleep(index * rampMs);
      const model = await runOnModel(plan, version);
      let kept: RecordedRun = { id, plan: { ...plan, steps: [] }, observations: [] };
      for (let attempt = 0; attempt < attempts; attempt++) {
        const server = await new Interpreter(rig, plan, planName(index * attempts + attempt)).run();
        const difference = firstDifference(plan, version, model, server.observations);
        if (difference === undefined) return { id, plan, observations: server.observations };
        const agreed = Math.max(0, difference.place);
        const steps = plan.steps.slice(0, agreed);
        kept = { id, plan: { ...plan, steps }, observations: server.observations.slice(0, agreed + 1) };
      }
      return kept;
    },
    (run, index) => {
      runs[index] = run;
    },
  );
  const useful = runs.filter(({ plan }) => plan.steps.length > 0);
  writeFileSync(path(version), `${JSON.stringify(useful)}\n`);
  return useful;
}

export function recordedRuns(version: NatsProfile['version']): readonly RecordedRun[] {
  return JSON.parse(readFileSync(path(version), 'utf8')) as readonly RecordedRun[];
}
