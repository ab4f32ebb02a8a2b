import { RandomStream } from '../../../sim/kernel/index.ts';
import { actors, partitions, protocolChoices, type Plan, type Step, type Told } from './plan.ts';

const slotsPerPlan = 22;

/** Plans of a seed, for ever. */
export function* plansOf(seed: number): Generator<Plan> {
  for (let index = 0; ; index++) {
    const random = new RandomStream(BigInt(seed), 'kafka-plan', index);
    yield plan(random);
  }
}

/** The slot in which plans with a restart have it: all plans of one batch share a broker. */
export const restartSlot = 11;

export function withRestart(plan: Plan): Plan {
  const slots = plan.slots.map((steps, slot) =>
    slot === restartSlot ? [{ kind: 'restart-broker' } as const] : steps,
  );
  return { slots };
}

function plan(random: RandomStream): Plan {
  const style: Style = {
    isStatic: random.chance(0.3),
    mixed: random.chance(0.3),
    oddity: random.pick([0.1, 0.2, 0.4]),
    stubborn: random.chance(0.25) ? 0 : -1,
  };
  const count = random.integer(1, actors - 1);
  const slots = Array.from({ length: slotsPerPlan }, (_, slot) => round(random, slot, count, style));
  return { slots: [...slots, [{ kind: 'fetch-offsets' }]] };
}

interface Style {
  readonly isStatic: boolean;
  readonly mixed: boolean;
  /** Share of steps that a good client would not take. */
  readonly oddity: number;
  /** A client that only beats for a while, whatever it is told; −1 for none. */
  readonly stubborn: number;
}

/** Most clients do what they should, or the group would never get anywhere. */
function round(random: RandomStream, slot: number, count: number, style: Style): readonly Step[] {
  const others = Array.from({ length: count }, (_, actor) => actor);
  const late = slot > 6 && random.chance(0.1) ? [actors - 1] : [];
  const steps = [...others, ...late].map((actor): Step => {
    if (slot === 0) return join(random, actor, style);
    if (actor === style.stubborn && slot > 4 && slot < 14)
      return { kind: 'heartbeat', actor, generation: 'own' };
    return random.chance(style.oddity) ? odd(random, actor, style) : { kind: 'follow', actor };
  });
  return slot % 4 === 3
    ? [...random.shuffle(steps).slice(0, 2), { kind: 'describe' }]
    : random.shuffle(steps);
}

function odd(random: RandomStream, actor: number, style: Style): Step {
  const draw = random.float();
  if (draw < 0.18) return join(random, actor, style);
  if (draw < 0.26) return { kind: 'heartbeat', actor, generation: told(random) };
  if (draw < 0.34) return { kind: 'sync', actor, generation: told(random) };
  if (draw < 0.58) return commit(random, actor);
  if (draw < 0.66) return { kind: 'leave', actor, by: random.chance(0.7) ? 'member' : 'instance' };
  if (draw < 0.76) return { kind: 'kill', actor };
  if (draw < 0.84) return { kind: 'fetch-offsets' };
  if (draw < 0.9) {
    return {
      kind: 'produce',
      partition: random.integer(0, partitions - 1),
      acks: random.pick([-1, 0, 1] as const),
      records: random.integer(1, 3),
    };
  }
  if (draw < 0.96) {
    return { kind: 'read', partition: random.integer(0, partitions), offset: random.integer(0, 3) };
  }
  return {
    kind: 'list-offset',
    partition: random.integer(0, partitions),
    which: random.pick(['earliest', 'latest'] as const),
  };
}

function join(random: RandomStream, actor: number, style: Style): Step {
  return {
    kind: 'join',
    actor,
    as: random.pick(['known', 'known', 'known', 'known', 'none', 'stranger'] as const),
    protocols: style.mixed ? random.integer(0, protocolChoices.length - 1) : 0,
    session: random.pick([0, 1, 2, 2, 2]),
    rebalance: random.integer(0, 2),
    isStatic: style.isStatic && random.chance(0.7),
  };
}

function commit(random: RandomStream, actor: number): Step {
  return {
    kind: 'commit',
    actor,
    generation: random.pick(['own', 'own', 'own', 'behind', 'ahead', 'none'] as const),
    partition: random.integer(0, partitions),
    offset: random.integer(0, 9),
  };
}

function told(random: RandomStream): Told {
  return random.pick(['own', 'own', 'behind', 'ahead'] as const);
}
