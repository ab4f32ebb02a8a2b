import type { NatsProfile } from '../../../sim/nats/index.ts';
import { runOnModel } from './comparison.ts';
import { fixedSequences, type FixedSequence } from './fixed-sequences.ts';
import { Interpreter, planName } from './interpreter.ts';
import type { Observation } from './observation.ts';
import { inParallel } from './pool.ts';
import type { Rig } from './rig.ts';

/** So many sequences at a time: timed ones must keep their moments. */
const places = 6;
/** What does not come back was the machine's doing. */
const attempts = 3;

/** How a fixed sequence went on a server, beside the model. */
export interface FixedOutcome {
  readonly sequence: FixedSequence;
  /** Every step that they saw otherwise; 0 is the creation, one past the steps the end. Those after the first may follow from it. */
  readonly differences: readonly {
    readonly step: number;
    readonly model: Observation;
    readonly server: Observation;
  }[];
}

/** Runs the fixed sequences of a profile on a server and on the model, in the order of their list. */
export async function runFixed(rig: Rig, version: NatsProfile['version']): Promise<readonly FixedOutcome[]> {
  const outcomes: FixedOutcome[] = [];
  const fitting = fixedSequences.filter(({ profiles }) => profiles.includes(version));
  let names = 0;
  await inParallel(
    fitting,
    places,
    async (sequence): Promise<FixedOutcome> => {
      const { plan } = sequence;
      const model = await runOnModel(plan, version);
      let differences: FixedOutcome['differences'] = [];
      for (let attempt = 0; attempt < attempts; attempt++) {
        const server = await new Interpreter(rig, plan, planName(names++)).run();
        differences = between(model.observations, server.observations);
        if (differences.length === 0) break;
      }
      return { sequence, differences };
    },
    (outcome, index) => {
      outcomes[index] = outcome;
    },
  );
  return outcomes;
}

function between(model: readonly Observation[], server: readonly Observation[]): FixedOutcome['differences'] {
  return model.flatMap((left, step) => {
    const right = server[step] ?? 'nothing';
    return left === right ? [] : [{ step, model: left, server: right }];
  });
}
