import { firstDifference } from './comparison.ts';
import { knownDifference } from './known-differences.ts';
import { RolloutsCluster } from './live-cluster.ts';
import { runLive } from './live-rig.ts';
import { runModel } from './model-rig.ts';
import type { RecordedPlan, RolloutPlan } from './plan.ts';

export interface CampaignReport {
  /** What the controller showed, of the plans that came to rest. */
  readonly recorded: readonly RecordedPlan[];
  /** Plans that never came to rest, or that the controller itself played in two ways. */
  readonly voided: readonly RolloutPlan[];
}

/**
 * Plays plans on a real controller, some at a time. A plan that disagrees with the model is played again: only what
 * the controller shows twice counts, since the order of its reconciles is free.
 */
export async function playPlans(
  plans: readonly RolloutPlan[],
  atATime: number,
  told: (line: string) => void,
  keep: (recorded: readonly RecordedPlan[]) => void,
): Promise<CampaignReport> {
  const cluster = await RolloutsCluster.start();
  const recorded: RecordedPlan[] = [];
  const voided: RolloutPlan[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < plans.length; index = next++) {
      const plan = plans[index] as RolloutPlan;
      const found = await playTwiceIfNeeded(cluster, `r${index}`, plan, told);
      if (found === undefined) voided.push(plan);
      else recorded.push(found);
      if ((recorded.length + voided.length) % 10 === 0) {
        told(`${recorded.length} of ${plans.length} plans played, ${voided.length} void`);
        keep(recorded);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: atATime }, work));
  } finally {
    await cluster.stop();
  }
  return { recorded, voided };
}

async function playTwiceIfNeeded(
  cluster: RolloutsCluster,
  name: string,
  plan: RolloutPlan,
  told: (line: string) => void,
): Promise<RecordedPlan | undefined> {
  const expected = runModel(plan);
  let before: string | undefined;
  for (const attempt of ['a', 'b', 'c']) {
    const observations = await runLive(cluster, `${name}${attempt}`, plan, expected);
    if (observations === undefined) {
      told(`${name}${attempt} never came to rest: ${JSON.stringify(plan)}`);
      return undefined;
    }
    const found = { plan, observations };
    const difference = firstDifference(found);
    if (difference === undefined || JSON.stringify(observations) === before) return found;
    const known = knownDifference(found);
    if (known !== undefined) {
      told(`${name}${attempt}: known difference ${known.id}`);
      return found;
    }
    told(
      `${name}${attempt} differs: ${difference.act}: ${difference.fields.join('; ')}: ${JSON.stringify(plan)}`,
    );
    before = JSON.stringify(observations);
  }
  return undefined;
}
