import { RandomStream } from '../../sim/kernel/index.ts';
import { isRecoverable } from './case-plan.ts';
import { gatewayConditions, managementConditions, type GatewayCondition } from './condition-watch.ts';
import { coverPairs } from './covering.ts';
import { rollback, type Path, type PathAct } from './path.ts';
import type { Level } from './safety.ts';
import type { Scale } from './scale.ts';
import { sideFaults } from './side-fault.ts';
import { aimId, anyPhase, type Aim, type ReachedState } from './state.ts';

/** How much of the product is tried. */
export interface Breadth {
  /** Of states × gateway × Management × level: all of it, every two values together, or nothing. */
  readonly product: 'all' | 'pairs' | 'none';
  /** Rollbacks with one fault active: so many, every fault in turn; `all`: every state × level × fault. */
  readonly singles: number | 'all';
  /** Rollbacks with two faults active that leave enough to recover with. */
  readonly pairs: number;
  /** Random walks of releases and rollbacks, with a rollback and at most one fault at their end. */
  readonly walks: number;
}

export const levels: readonly Level[] = ['L1', 'L2', 'L3'];

/** All that is to be tried, each once, in an order that is the same for the same seed. */
export function aimsOf(
  scale: Scale,
  states: readonly ReachedState[],
  breadth: Breadth,
  seed: bigint,
): readonly Aim[] {
  const stream = (name: string): RandomStream => new RandomStream(seed, 'explore', name);
  const aims = [
    ...productAims(states, breadth.product, stream('product')),
    ...singleAims(states, breadth.singles, stream('singles')),
    ...pairAims(states, breadth.pairs, stream('pairs')),
    ...walkAims(scale, breadth.walks, seed),
  ];
  return [...new Map(aims.map((aim) => [aimId(aim), aim])).values()];
}

function productAims(
  states: readonly ReachedState[],
  product: Breadth['product'],
  random: RandomStream,
): readonly Aim[] {
  switch (product) {
    case 'none':
      return [];
    case 'all':
      return states.flatMap((state) =>
        gatewaysOf(state).flatMap((gateway) =>
          managementConditions.flatMap((management) =>
            levels.map((level): Aim => ({ state, level, gateway, management, faults: [] })),
          ),
        ),
      );
    case 'pairs': {
      const factors = [states, gatewayConditions, managementConditions, levels] as const;
      const rows = coverPairs(
        factors.map((values) => values.length),
        random,
      );
      return rows.flatMap(([state = 0, gateway = 0, management = 0, level = 0]) =>
        aimFrom(states[state], gateway, managementConditions[management], levels[level]),
      );
    }
  }
}

/** How gateways can stand in a state. */
function gatewaysOf({ path }: ReachedState): readonly GatewayCondition[] {
  return path.gateways ?? gatewayConditions;
}

function aimFrom(
  state: ReachedState | undefined,
  gatewayIndex: number,
  management: Aim['management'] | undefined,
  level: Level | undefined,
): readonly Aim[] {
  if (state === undefined || management === undefined || level === undefined) return [];
  const gateways = gatewaysOf(state);
  const gateway = gateways[gatewayIndex % gateways.length];
  if (gateway === undefined) return [];
  return [{ state, level, gateway, management, faults: [] }];
}

/** Neither gateways nor Management in trouble. */
function calm(state: ReachedState, level: Level, faults: readonly number[]): Aim {
  return { state, level, gateway: 'in-date', management: 'up', faults };
}

function singleAims(
  states: readonly ReachedState[],
  count: Breadth['singles'],
  random: RandomStream,
): readonly Aim[] {
  const order = random.shuffle(sideFaults.map((_, index) => index));
  if (count === 'all') {
    return states.flatMap((state) =>
      levels.flatMap((level) => order.map((index) => calm(state, level, [index]))),
    );
  }
  if (states.length === 0) return [];
  return Array.from({ length: count }, (_, index) =>
    calm(random.pick(states), random.pick(levels), [order[index % order.length] ?? 0]),
  );
}

function pairAims(states: readonly ReachedState[], count: number, random: RandomStream): readonly Aim[] {
  if (states.length === 0) return [];
  const aims: Aim[] = [];
  while (aims.length < count) {
    const first = random.integer(0, sideFaults.length - 1);
    const second = random.integer(0, sideFaults.length - 1);
    const aim = calm(random.pick(states), random.pick(levels), [first, second]);
    if (first !== second && isRecoverable(aim)) aims.push(aim);
  }
  return aims;
}

const walkActs = 6;

function walkAims(scale: Scale, count: number, seed: bigint): readonly Aim[] {
  return Array.from({ length: count }, (_, index): Aim => {
    const random = new RandomStream(seed, 'explore-walk', index);
    const acts: PathAct[] = [];
    let timeMs = scale.firstStartMs;
    for (let act = 1; act <= walkActs; act++) {
      acts.push(walkAct(random, act, timeMs));
      timeMs += 1000 + Math.round(random.exponential(scale.meanPauseMs));
    }
    const path: Path = {
      name: `walk-${index + 1}`,
      summary: 'releases and rollbacks at random',
      fromMs: timeMs,
      horizonMs: timeMs,
      acts,
    };
    const state: ReachedState = {
      path,
      phase: anyPhase,
      stableColour: 'blue',
      releaseColour: 'green',
      otherColourRuns: false,
      fromUs: timeMs * 1000,
      toUs: timeMs * 1000,
    };
    return {
      state,
      level: random.pick(levels),
      gateway: random.pick(gatewayConditions),
      management: random.pick(managementConditions),
      faults: random.chance(0.5) ? [random.integer(0, sideFaults.length - 1)] : [],
    };
  });
}

/** A walk begins with a release, or it would seldom leave home. */
function walkAct(random: RandomStream, act: number, startMs: number): PathAct {
  if (act === 1 || random.chance(0.6)) {
    return { kind: 'operator.start-rollout', parameters: { image: `v1.${act}` }, startMs };
  }
  return rollback(random.pick(levels), startMs);
}
