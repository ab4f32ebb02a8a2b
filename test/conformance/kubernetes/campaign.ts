import { autoscalerPlans } from './autoscaler-plan.ts';
import { replay, type AutoscalerRecord } from './autoscaler-record.ts';
import { AutoscalerRig } from './autoscaler-rig.ts';
import { firstDifference, type Difference } from './comparison.ts';
import { deletionPlans } from './deletion-plan.ts';
import { wrongPairs, type DeletionRecord } from './deletion-record.ts';
import { DeletionRig } from './deletion-rig.ts';
import type { Family, GeneratedPlan } from './generator.ts';
import { LiveKubernetes } from './live/live-cluster.ts';
import { LiveRig } from './live-rig.ts';
import type { SequenceRecord } from './recording.ts';
import { runOn } from './sequence-run.ts';
import { comparisonTimes, patientTimes } from './times.ts';

export interface CampaignResult<R> {
  readonly records: readonly R[];
  /** Records that the model does not agree with, known differences aside. */
  readonly different: number;
}

type Say = (line: string) => void;

/** How often a sequence is run anew to tell a difference from a race between controllers. */
const attempts = 3;
/** Autoscalers decide once a second: more of them beside each other and the rounds come late. */
const autoscalersAtOnce = 5;

/** Runs plans of one family on the real controllers and holds the model against them. */
export async function recordSequences(
  family: Family,
  plans: readonly GeneratedPlan[],
  parallel: number,
  say: Say,
): Promise<CampaignResult<SequenceRecord>> {
  const records = new Map<string, SequenceRecord>();
  let different = 0;
  let lanes = 0;
  const cluster = await LiveKubernetes.start(family === 'nodeLosses' ? comparisonTimes : patientTimes);
  try {
    await inParallel(plans, parallel, async (generated) => {
      const { record, verdict } = await settleOn(generated, async () => {
        const rig = new LiveRig(cluster, `w${lanes++}`, generated.plan.workload);
        const run = await runOn(rig, generated.plan);
        await rig.end();
        return run;
      });
      if (verdict.startsWith('differs')) different++;
      if (record.observations.length > 1) records.set(record.id, record);
      say(
        `${record.id}: ${record.observations.length - 1} of ${generated.plan.steps.length} steps, ${verdict}`,
      );
    });
    if (cluster.kubelet.problem !== undefined) say(`the fake kubelet failed: ${cluster.kubelet.problem}`);
  } finally {
    await cluster.stop();
  }
  return { records: plans.flatMap(({ id }) => records.get(id) ?? []), different };
}

/**
 * A race between controllers comes out otherwise when it is run again; a difference stays. Kept is the first run that
 * the model agrees with, else the last one.
 */
async function settleOn(
  { id, plan }: GeneratedPlan,
  attempt: () => ReturnType<typeof runOn>,
): Promise<{ readonly record: SequenceRecord; readonly verdict: string }> {
  const seen: Difference[] = [];
  for (let count = 1; ; count++) {
    const { observations, stopped } = await attempt();
    const record = { id, plan, observations };
    const difference = await firstDifference(record);
    const end = stopped === undefined ? '' : `, stopped: ${stopped}`;
    if (difference === undefined) {
      const races = seen.map(({ place, real }) => `; raced at ${place}: ${real}`).join('');
      return { record, verdict: `agrees${end}${races}` };
    }
    if (difference.known !== undefined) return { record, verdict: `known: ${difference.known}` };
    seen.push(difference);
    if (count === attempts) {
      const shown = seen.map(
        ({ place, step, real, model }) => `\n  ${place} ${step}\n    real  ${real}\n    model ${model}`,
      );
      return { record, verdict: `differs${shown.join('')}` };
    }
  }
}

export async function recordDeletions(
  seed: number,
  count: number,
  parallel: number,
  say: Say,
): Promise<CampaignResult<DeletionRecord>> {
  const records: DeletionRecord[] = [];
  const rig = await DeletionRig.start();
  try {
    await inParallel([...deletionPlans(seed, count).entries()], parallel, async ([index, plan]) => {
      records[index] = await rig.run(`deletions ${seed} #${index}`, `d${index}`, plan);
    });
  } finally {
    await rig.stop();
  }
  const wrong = records.filter((record) => wrongPairs(record).length > 0);
  for (const record of wrong) say(`${record.id} differs: ${JSON.stringify(wrongPairs(record))}`);
  say(`deletions: ${records.length - wrong.length} of ${records.length} choices agree`);
  return { records, different: wrong.length };
}

export async function recordAutoscalers(
  seed: number,
  count: number,
  say: Say,
): Promise<CampaignResult<AutoscalerRecord>> {
  const records: AutoscalerRecord[] = [];
  const rig = await AutoscalerRig.start();
  try {
    await inParallel(
      [...autoscalerPlans(seed, count).entries()],
      autoscalersAtOnce,
      async ([index, plan]) => {
        records[index] = await rig.run(`autoscalers ${seed} #${index}`, `h${index}`, plan);
      },
    );
  } finally {
    await rig.stop();
  }
  let different = 0;
  for (const record of records) {
    const wanted = replay(record);
    const place = record.rounds.findIndex(({ desired }, index) => desired !== wanted[index]);
    if (place < 0) continue;
    different++;
    say(`${record.id} differs at ${place}: ${JSON.stringify(record.rounds[place])}, model ${wanted[place]}`);
  }
  const rounds = records.reduce((sum, record) => sum + record.rounds.length, 0);
  say(`autoscalers: ${records.length - different} of ${records.length} agree, ${rounds} rounds`);
  return { records, different };
}

async function inParallel<T>(
  items: readonly T[],
  places: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const place = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await work(next);
  };
  await Promise.all(Array.from({ length: places }, place));
}
