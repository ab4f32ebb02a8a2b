import type { RunResult } from '../run-result.ts';
import { firstDisturbedMs, planFor, type Firing } from './case-plan.ts';
import type { ExploreWorld } from './explore-world.ts';
import type { Safety } from './safety.ts';
import { anyPhase, type Aim, type ReachedState } from './state.ts';
import { momentAt, stayAt, type Moment } from './timeline.ts';

/** One rollback that was tried. */
export interface Explored {
  readonly aim: Aim;
  readonly fireMs: number;
  /** Absent where the order could not be given at all. */
  readonly safety: Safety | undefined;
  readonly result: RunResult;
  readonly overrides: Readonly<Record<string, string>>;
}

/** The order takes this long to the controller. */
const transitMs = 3;
/** Into a long state so far at most, unless what is broken needs longer to come about. */
const intoMs = 100_000;
/** Into a state that came late because of what is broken. */
const shiftedIntoMs = 1000;
const attempts = 2;
/** What begins only milliseconds before the order finds even a short state as it was. */
const leadShares = [1, 0.003];
/** Where a gateway is cut off on the way to a state: before its list is called stale. */
const beforeStaleMs = 30_000;

/** A moment well inside a state, for an order that arrives a little later. */
function inside(fromUs: number, toUs: number, mostMs: number, leastMs: number): number {
  const lengthMs = (toUs - fromUs) / 1000;
  const wantedMs = Math.max(Math.min(lengthMs / 2, mostMs), Math.min(leastMs, 0.95 * lengthMs));
  return Math.max(
    1,
    Math.floor(fromUs / 1000) - transitMs + 1,
    Math.round(fromUs / 1000 + wantedMs - transitMs),
  );
}

function isIn(moment: Moment | undefined, state: ReachedState): boolean {
  return moment?.phase === state.phase && moment.stableColour === state.stableColour;
}

/**
 * When to order so that the state is met although faults begin before it does: looks ahead with the faults and without
 * the order, and moves both until the state is there, then with faults that begin only just before. Stands where the
 * undisturbed state was if it is never met.
 */
async function aimAt(world: ExploreWorld, aim: Aim): Promise<Firing> {
  const { state } = aim;
  if (state.phase === anyPhase) return { fireMs: state.fromUs / 1000, leadShare: 1 };
  const isCutAlready = state.path.gateways !== undefined && aim.gateway === 'cut-off';
  const mostMs = isCutAlready ? beforeStaleMs : intoMs;
  const undisturbedMs = inside(state.fromUs, state.toUs, mostMs, leadMsOf(aim));
  for (const leadShare of leadShares) {
    let fireMs = undisturbedMs;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const firing = { fireMs, leadShare };
      const disturbedUs = firstDisturbedMs(aim, firing) * 1000;
      const isUndisturbed = fireMs === undisturbedMs && disturbedUs >= state.fromUs;
      if (isUndisturbed || disturbedUs === fireMs * 1000) return firing;
      const arrivesUs = (fireMs + transitMs) * 1000;
      const waypoint = {
        phase: state.phase,
        stableColour: state.stableColour,
        afterUs: disturbedUs,
        notBeforeUs: arrivesUs,
      };
      const moments = await world.look(planFor(aim, firing, true), fireMs + world.scale.shiftMs, waypoint);
      if (isIn(momentAt(moments, arrivesUs), state)) return firing;
      const stay = stayAt(moments, waypoint);
      if (stay === undefined) break;
      fireMs = inside(stay.fromUs, stay.toUs, shiftedIntoMs, 0);
    }
  }
  return { fireMs: undisturbedMs, leadShare: 1 };
}

/** How long before the order the first of what is broken begins, and a moment more. */
function leadMsOf(aim: Aim): number {
  const fireMs = aim.state.toUs / 1000 + intoMs;
  return fireMs - firstDisturbedMs(aim, { fireMs, leadShare: 1 }) + 10 * transitMs;
}

/** Tries one rollback. Deterministic: the same world and aim give the same plan and the same result. */
export async function exploreCase(world: ExploreWorld, aim: Aim): Promise<Explored> {
  const firing = await aimAt(world, aim);
  const { fireMs } = firing;
  const job = world.jobOf(fireMs + world.scale.followedMs);
  const { safety, result } = await world.run({
    ...job,
    plan: planFor(aim, firing, false),
    fire: { fireUs: fireMs * 1000, level: aim.level },
  });
  return { aim, fireMs, safety, result, overrides: job.overrides };
}
