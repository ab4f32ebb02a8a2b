import type { RunResult } from '../run-result.ts';
import { firstDisturbedMs, followedMs, planFor, type Firing } from './case-plan.ts';
import type { Job, Observation } from './observe.ts';
import type { Safety } from './safety.ts';
import { anyPhase, type Aim, type ReachedState } from './state.ts';
import { momentAt, type Moment } from './timeline.ts';

/** One rollback that was tried. */
export interface Explored {
  readonly aim: Aim;
  readonly fireMs: number;
  /** Absent where the order could not be given at all. */
  readonly safety: Safety | undefined;
  readonly result: RunResult;
  readonly overrides: Readonly<Record<string, string>>;
}

export interface ExploreWorld {
  readonly seed: bigint;
  readonly tools: number;
  /** Other sizes of the fab, as of `--set`. */
  readonly size: Readonly<Record<string, string>>;
  run(job: Job): Promise<Observation>;
}

/** The order takes this long to the controller. */
const transitMs = 3;
/** Into a long state so far at most, so that every condition has had its time. */
const intoMs = 100_000;
/** Into a state that came late because of what is broken. */
const shiftedIntoMs = 1000;
const lookAheadMs = 10 * 60_000;
const attempts = 2;
/** What begins less early disturbs the way to the state less. */
const leadShares = [1, 0.15];

/** A moment well inside a state, for an order that arrives a little later. */
function inside(fromUs: number, toUs: number, mostMs: number): number {
  const lengthMs = (toUs - fromUs) / 1000;
  const wantedMs = fromUs / 1000 + Math.min(lengthMs / 2, mostMs) - transitMs;
  return Math.max(1, Math.floor(fromUs / 1000) - transitMs + 1, Math.round(wantedMs));
}

function isIn(moment: Moment | undefined, state: ReachedState): boolean {
  return moment?.phase === state.phase && moment.stableColour === state.stableColour;
}

function minutesFor(endMs: number): string {
  return String(Math.max(10, Math.ceil(endMs / 60_000)));
}

/**
 * When to order so that the state is met although faults begin before it does: looks ahead with the faults and without
 * the order, and moves both until the state is there, then with faults that begin only just before. Stands where the
 * undisturbed state was if it is never met.
 */
async function aimAt(world: ExploreWorld, aim: Aim): Promise<Firing> {
  const { state } = aim;
  if (state.phase === anyPhase) return { fireMs: state.fromUs / 1000, leadShare: 1 };
  const undisturbedMs = inside(state.fromUs, state.toUs, intoMs);
  for (const leadShare of leadShares) {
    let fireMs = undisturbedMs;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const firing = { fireMs, leadShare };
      const disturbedUs = firstDisturbedMs(aim, firing) * 1000;
      const isUndisturbed = fireMs === undisturbedMs && disturbedUs >= state.fromUs;
      if (isUndisturbed || disturbedUs === fireMs * 1000) return firing;
      const moments = await lookAhead(world, aim, firing);
      if (isIn(momentAt(moments, (fireMs + transitMs) * 1000), state)) return firing;
      const next = (index: number): number => moments[index + 1]?.fromUs ?? Number.POSITIVE_INFINITY;
      const index = moments.findIndex((moment, at) => isIn(moment, state) && next(at) > disturbedUs);
      const met = moments[index];
      if (met === undefined) break;
      fireMs = inside(met.fromUs, next(index), shiftedIntoMs);
    }
  }
  return { fireMs: undisturbedMs, leadShare: 1 };
}

async function lookAhead(world: ExploreWorld, aim: Aim, firing: Firing): Promise<readonly Moment[]> {
  const endMs = firing.fireMs + lookAheadMs;
  const { moments } = await world.run({
    seed: world.seed,
    overrides: { ...world.size, tools: String(world.tools), minutes: minutesFor(endMs) },
    plan: planFor(aim, firing, true),
    stopUs: endMs * 1000,
  });
  return moments;
}

/** Tries one rollback. Deterministic: the same world and aim give the same plan and the same result. */
export async function exploreCase(world: ExploreWorld, aim: Aim): Promise<Explored> {
  const firing = await aimAt(world, aim);
  const { fireMs } = firing;
  const overrides = {
    ...world.size,
    tools: String(world.tools),
    minutes: minutesFor(fireMs + followedMs),
  };
  const { safety, result } = await world.run({
    seed: world.seed,
    overrides,
    plan: planFor(aim, firing, false),
    fire: { fireUs: fireMs * 1000, level: aim.level },
  });
  return { aim, fireMs, safety, result, overrides };
}
