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
  #phase = 'idle';
  #stableColour: Colour = 'blue';
  #releaseColour: Colour | undefined;

  constructor(world: World) {
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

/** Where the fab is to be safe from: the colour of the release, where there is one that can still be taken back. */
export function riskyColour(moment: Moment): Colour {
  return moment.releaseColour !== undefined && !/^(idle|ended|retiring)/.test(moment.phase)
    ? moment.releaseColour
    : otherColour(moment.stableColour);
}
