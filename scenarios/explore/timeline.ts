import type { World } from '../../sim/world.ts';
import { otherColour, type Colour } from '../../system/ports/colour.ts';
import { parseRolloutState, type RolloutState } from '../../system/routing/rollout/state.ts';

/** A stretch of a run in which the controller stood in one phase, by what it had stored. */
export interface Moment {
  /** `observing-1`, `rolling-back-L3`, `ended-promoted`, `paused-0+L2` while an L2 is not confirmed. */
  readonly phase: string;
  /** What Management called stable. */
  readonly stableColour: Colour;
  /** Where the release under way runs, or the last one ran; undefined before the first. */
  readonly releaseColour: Colour | undefined;
  /** Whether the colour that is not stable had pods when the moment began. */
  readonly otherColourRuns: boolean;
  readonly fromUs: number;
}

/** Phase, stage, level and outcome in one word. */
export function phaseName({ phase, withdrawal }: RolloutState): string {
  const suffix = withdrawal === null ? '' : '+L2';
  switch (phase.kind) {
    case 'idle':
    case 'preparing':
    case 'deploying':
    case 'verifying':
    case 'experimenting':
    case 'ending-experiment':
    case 'promoting':
    case 'labelling':
    case 'retaining':
    case 'retiring':
    case 'draining':
    case 'scaling-down':
      return phase.kind + suffix;
    case 'expanding':
    case 'observing':
    case 'paused':
      return `${phase.kind}-${phase.stage}${suffix}`;
    case 'rolling-back':
    case 'relabelling':
      return `${phase.kind}-${phase.level}${suffix}`;
    case 'ended':
      return `${phase.kind}-${phase.outcome}${suffix}`;
  }
}

/** The phases of one run with their beginnings, from the first stored state on; before it the controller is idle. */
export class Timeline {
  readonly #moments: Moment[] = [];
  readonly #world: World;
  #phase = 'idle';
  #stableColour: Colour = 'blue';
  #releaseColour: Colour | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#add(0);
    world.stores.watch((component, _key, value) => {
      if (component !== 'rollout') return;
      const state = parseRolloutState(value);
      if (state === undefined) return;
      this.#phase = phaseName(state);
      this.#releaseColour = state.release?.canaryColour;
      this.#add(world.kernel.nowUs);
    });
    world.history.on('routing.changed', ({ stableColour }, timeUs) => {
      this.#stableColour = stableColour;
      this.#add(timeUs);
    });
  }

  get moments(): readonly Moment[] {
    return this.#moments;
  }

  get now(): Moment {
    const last = this.#moments.at(-1);
    if (last === undefined) throw new Error('a timeline begins with a moment');
    return last;
  }

  #add(fromUs: number): void {
    const last = this.#moments.at(-1);
    const next = {
      phase: this.#phase,
      stableColour: this.#stableColour,
      releaseColour: this.#releaseColour,
      otherColourRuns:
        this.#world.kubernetes.pods({ deployment: `collector-${otherColour(this.#stableColour)}` }).length >
        0,
      fromUs,
    };
    if (
      last?.phase === next.phase &&
      last.stableColour === next.stableColour &&
      last.releaseColour === next.releaseColour
    ) {
      return;
    }
    this.#moments.push(next);
  }
}

/** The moment in which this time lies. */
export function momentAt(moments: readonly Moment[], timeUs: number): Moment | undefined {
  return moments.findLast((moment) => moment.fromUs <= timeUs);
}

/** A state that a look ahead waits for: still there, or come, after `afterUs`. */
export interface Waypoint {
  readonly phase: string;
  readonly stableColour: Colour;
  readonly afterUs: number;
  /** What stands at this time matters as well. */
  readonly notBeforeUs: number;
}

/** So much of a state is enough to know where in it to act. */
const enoughUs = 2_000_000;

/** The first stay in the state that lasts beyond `afterUs`; `toUs` is Infinity while it lasts. */
export function stayAt(
  moments: readonly Moment[],
  { phase, stableColour, afterUs }: Waypoint,
): { readonly fromUs: number; readonly toUs: number } | undefined {
  for (const [index, moment] of moments.entries()) {
    const toUs = moments[index + 1]?.fromUs ?? Number.POSITIVE_INFINITY;
    if (moment.phase === phase && moment.stableColour === stableColour && toUs > afterUs) {
      return { fromUs: moment.fromUs, toUs };
    }
  }
  return undefined;
}

/** Whether what follows cannot change what is to be learnt of the state. */
export function isPassed(moments: readonly Moment[], waypoint: Waypoint, nowUs: number): boolean {
  if (nowUs < waypoint.notBeforeUs) return false;
  const stay = stayAt(moments, waypoint);
  return stay !== undefined && (stay.toUs <= nowUs || nowUs - stay.fromUs > enoughUs);
}

/** Where the fab is to be safe from: the colour of the release, where there is one that can still be taken back. */
export function riskyColour(moment: Moment): Colour {
  return moment.releaseColour !== undefined && !/^(idle|ended|retiring)/.test(moment.phase)
    ? moment.releaseColour
    : otherColour(moment.stableColour);
}
