import type { Job, Observation } from './observe.ts';
import { aimsOf, type Breadth } from './aims.ts';
import { exploreCase } from './explore-case.ts';
import { ExploreWorld } from './explore-world.ts';
import { boundMs, outcomeOf, type Outcome } from './outcome.ts';
import { findStates } from './branch.ts';
import type { Path } from './path.ts';
import type { Scale } from './scale.ts';
import { aimId, type Aim } from './state.ts';
import { summarise, type Exploration } from './summary.ts';
import type { Moment } from './timeline.ts';

export interface ExploreOptions {
  readonly seed: bigint;
  readonly scale: Scale;
  readonly tools: number;
  /** Other sizes of the fab, as of `--set`; absent: as the scenario has them. */
  readonly size?: Readonly<Record<string, string>>;
  readonly breadth: Breadth;
  /** Only the case of this name. */
  readonly only?: string;
  /** How replay lines name the folder with the plans. */
  readonly planFolder: string;
  /** Cases that are finished already, of an exploration with the same options. */
  readonly known?: ReadonlyMap<string, Outcome>;
  /** Cases that are worked on side by side. */
  readonly lanes: number;
  /** Runs one job, on whatever thread. */
  run(job: Job): Promise<Observation>;
  /** Asked before every case; true: those that have not begun never will. */
  stopped?(): boolean;
  /** Every undisturbed path as its states are known, before the cases. */
  explored?(path: string, moments: number): void;
  /** Every case as it is finished. */
  finished?(outcome: Outcome, done: number, all: number): void;
}

export class UnknownCaseError extends Error {}

/**
 * Finds the states that undisturbed paths come by, orders rollbacks out of them, and measures until when every tool is
 * safe. The same options give the same exploration, whatever the number of lanes. Throws an `UnknownCaseError` where
 * `only` names none of its cases.
 */
export async function explore(options: ExploreOptions): Promise<Exploration> {
  const { seed, scale, tools, only, size = {} } = options;
  const world = new ExploreWorld({ seed, scale, tools, size, run: (job) => options.run(job) });
  const states = await findStates(scale, async (path) => {
    const moments = await lookAlong(world, path);
    options.explored?.(path.name, moments.length);
    return moments;
  });
  let aims = aimsOf(scale, states, options.breadth, seed);
  if (only !== undefined) aims = aims.filter((aim) => aimId(aim) === only);
  if (only !== undefined && aims.length === 0) throw new UnknownCaseError(only);
  const outcomes = await tryAll(world, aims, options);
  const names = states.map(
    ({ path, phase, stableColour }) => `${path.name}: ${phase}, ${stableColour} stable`,
  );
  return summarise({ seed, scale: scale.name, tools, states: names, boundMs }, outcomes);
}

async function lookAlong(world: ExploreWorld, path: Path): Promise<readonly Moment[]> {
  const { moments } = await world.run({
    ...world.jobOf(path.horizonMs),
    plan: { version: 1, faults: path.acts.map((act, index) => ({ id: `p${index + 1}`, ...act })) },
    stopUs: path.horizonMs * 1000,
  });
  return moments;
}

async function tryAll(
  world: ExploreWorld,
  aims: readonly Aim[],
  options: ExploreOptions,
): Promise<readonly Outcome[]> {
  const outcomes: (Outcome | undefined)[] = [];
  const queue = aims.entries();
  let done = 0;
  const lane = async (): Promise<void> => {
    for (const [index, aim] of queue) {
      if (options.stopped?.() === true) return;
      const known = options.known?.get(aimId(aim));
      const outcome = known ?? outcomeOf(await exploreCase(world, aim), options.seed, options.planFolder);
      outcomes[index] = outcome;
      done += 1;
      if (known === undefined) options.finished?.(outcome, done, aims.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.lanes, aims.length) }, () => lane()));
  return outcomes.filter((outcome) => outcome !== undefined);
}
