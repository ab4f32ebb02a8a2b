import type { GatewayCondition, ManagementCondition } from './condition-watch.ts';
import type { Level } from './safety.ts';
import type { Path } from './path.ts';
import { sideFaults } from './side-fault.ts';
import type { Moment } from './timeline.ts';
import type { Colour } from '../../system/ports/colour.ts';

/** Phase of an aim that takes the state as it finds it. */
export const anyPhase = 'any';

/** A state that a path came by, with when it did. */
export interface ReachedState {
  readonly path: Path;
  readonly phase: string;
  readonly stableColour: Colour;
  readonly releaseColour: Colour | undefined;
  readonly otherColourRuns: boolean;
  readonly fromUs: number;
  readonly toUs: number;
}

/** Plans are in milliseconds: nothing shorter can be aimed at. */
const shortestUs = 2000;

/** The first time of each state on a path, from where the path counts. */
export function statesOf(path: Path, moments: readonly Moment[]): readonly ReachedState[] {
  const states = new Map<string, ReachedState>();
  moments.forEach((moment, index) => {
    const { phase, stableColour, releaseColour, otherColourRuns } = moment;
    const fromUs = Math.max(moment.fromUs, path.fromMs * 1000);
    const toUs = moments[index + 1]?.fromUs ?? path.horizonMs * 1000;
    const key = `${phase} ${stableColour}`;
    if (toUs - fromUs < shortestUs || states.has(key)) return;
    states.set(key, { path, phase, stableColour, releaseColour, otherColourRuns, fromUs, toUs });
  });
  return [...states.values()];
}

/**
 * Each state once, by the first path that comes by it: phase, roles, whether the colour that is not stable runs, and
 * whether gateways can be in order.
 */
export function distinctStates(states: readonly ReachedState[]): readonly ReachedState[] {
  const distinct = new Map<string, ReachedState>();
  for (const state of states) {
    const { path, phase, stableColour, otherColourRuns } = state;
    const key = `${phase} ${stableColour} ${otherColourRuns} ${path.gateways === undefined}`;
    if (!distinct.has(key)) distinct.set(key, state);
  }
  return [...distinct.values()];
}

/** What is to be tried: a rollback out of a state, with gateways and Management in some condition and faults beside. */
export interface Aim {
  readonly state: ReachedState;
  readonly level: Level;
  readonly gateway: GatewayCondition;
  readonly management: ManagementCondition;
  /** Indices into `sideFaults`. */
  readonly faults: readonly number[];
}

/** Name of an aim, the same in every exploration; also that of its plan. */
export function aimId({ state, level, gateway, management, faults }: Aim): string {
  const parts = [state.path.name, state.phase, `${state.stableColour}-stable`, level, gateway, management];
  return [...parts, ...faults.map((index) => sideFaults[index]?.name ?? '')].join('.').replaceAll('+', '-');
}
