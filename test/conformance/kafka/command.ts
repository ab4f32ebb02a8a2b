import { kafkaVersion, LiveBroker } from '../../../chaos/live/kafka/index.ts';
import { flagsOf, wholeNumber } from '../../../scenarios/cli/flags.ts';
import { exitCodes, framed } from '../command-frame.ts';
import { runOnServer, steadyPlans, stepsOf, type ServerRun, type SteadyPlan } from './campaign.ts';
import { LiveRig } from './live-rig.ts';
import { keepRuns } from './recording.ts';
import { brokerProperties } from './rig.ts';

const usage = 'npm run conformance -- kafka [--ops N] [--seed S] [--parallel N] [--record]';
/** A run that disagrees is done again: what does not come back was the machine's doing. */
const repeats = 2;
const stepsPerPlan = 45;

/**
 * Runs generated joins, leaves, kills, pauses and commits on the model and on a real broker, a quarter of them over a
 * kill -9 of the broker, and prints what was counted. Resolves to the exit code.
 */
export async function run(parameters: readonly string[]): Promise<number> {
  return await framed(usage, parameters, async () => {
    const values = flagsOf(parameters, {
      ops: { type: 'string', default: '2000' },
      seed: { type: 'string', default: '1' },
      parallel: { type: 'string', default: '24' },
      record: { type: 'boolean', default: false },
    });
    const count = Math.max(4, Math.ceil(wholeNumber('ops', values.ops, 1) / stepsPerPlan));
    const seed = wholeNumber('seed', values.seed);
    const parallel = wholeNumber('parallel', values.parallel, 1);
    const restarts = Math.ceil(count / 4);
    const plain = await steadyPlans(seed, count - restarts, false);
    const restarted = await steadyPlans(seed, restarts, true);
    const broker = await LiveBroker.start({ settings: brokerProperties });
    try {
      // Those with a restart first: a broker with few topics is back sooner.
      const runs = [
        ...(await runAll(broker, restarted, parallel)),
        ...(await runAll(broker, plain, parallel)),
      ];
      if (values.record) {
        const agreed = runs.filter(({ difference }) => difference === undefined);
        keepRuns(agreed.map(({ id, plan, server }) => ({ id, plan, observations: server })));
      }
      return report(runs);
    } finally {
      await broker.stop();
    }
  });
}

async function runAll(
  broker: LiveBroker,
  plans: readonly SteadyPlan[],
  parallel: number,
): Promise<readonly ServerRun[]> {
  const done: ServerRun[] = [];
  let left = plans;
  for (let attempt = 0; attempt <= repeats && left.length > 0; attempt++) {
    const differing: SteadyPlan[] = [];
    for (let start = 0; start < left.length; start += parallel) {
      const batch = left.slice(start, start + parallel);
      for (const run of await runOnServer(new LiveRig(broker, batch.length), batch)) {
        if (run.difference === undefined || attempt === repeats) done.push(run);
        else differing.push(run);
      }
    }
    left = differing;
  }
  return done;
}

function report(runs: readonly ServerRun[]): number {
  const different = runs.filter(({ difference }) => difference !== undefined);
  for (const { id, difference } of different.slice(0, 10)) {
    console.log(`\n${id}\n  model:  ${difference?.model}\n  broker: ${difference?.server}`);
  }
  const steps = runs.reduce((sum, run) => sum + stepsOf(run), 0);
  console.log(
    `Kafka ${kafkaVersion}: ${steps} operations in ${runs.length} sequences, ${runs.length - different.length} sequences agree, ${different.length} do not`,
  );
  return different.length === 0 ? exitCodes.agreed : exitCodes.disagreed;
}
