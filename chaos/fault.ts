import type { RandomStream } from '../sim/kernel/index.ts';
import type { Parameter, ParameterValues } from './parameter.ts';
import type { FaultWorld } from './world-access.ts';

/** A fault in force. */
export interface ActiveFault {
  /** Names of pods, servers, deployments or links, chosen when it began. Empty: there was nothing to break. */
  readonly targets: readonly string[];
  /** Messages, requests or processes it touched until now. Zero: it never bit. */
  hits(): number;
  /** Repairs what it broke, as far as it lies with whoever broke it. Called once; never for an instant fault. */
  end(): void;
  /** A pod began to run while the fault is in force: one that fits the target group is hit as well. */
  podStarted?(pod: string): void;
}

/** What a fault does to the things that must survive; the generator's budget is made of it. */
export interface Impact {
  /** What is broken: `nats-blue`, `cassandra`, `management`, `defender-green`, …. Budgets are kept for each. */
  readonly dependency: string;
  /** Big ones take a dependency, or so much of it that a second one at the same time would; they exclude each other. */
  readonly big: boolean;
  /** Nodes whose unsynced or stored data is gone for good. */
  readonly storageLost: number;
  /** Nodes of the replica group, where `storageLost` counts. A minority of them may be lost within `settleMs`. */
  readonly groupSize: number;
  /** How long after its end the dependency may still be recovering. */
  readonly settleMs: number;
}

/** A kind of fault. The catalogue, the validator of plans, the generator and the injector all live off this. */
export interface FaultKind {
  /** `area.what`, stable: it stands in plans and in the excuses of rules. */
  readonly kind: string;
  readonly summary: string;
  /** What it does in the simulated world. */
  readonly effect: string;
  /** How the same is done to real servers. */
  readonly live: string;
  /** Ids of rules that tend to be put to the test by it. */
  readonly rulesUsuallyHit: readonly string[];
  /** One act without an end: such a fault has no `endMs`. */
  readonly instant: boolean;
  /** How long generated ones last; unused for instant kinds. */
  readonly typicalDurationMs: readonly [number, number];
  readonly parameters: readonly Parameter[];
  impact(values: ParameterValues): Impact;
  /** Breaks the world. `values` are complete and valid; `random` belongs to this one fault. */
  begin(world: FaultWorld, values: ParameterValues, random: RandomStream): ActiveFault;
}

const unusedDuration: readonly [number, number] = [0, 0];

/** Declares a kind that lasts from its start to its end. */
export function lastingFault(definition: Omit<FaultKind, 'instant'>): FaultKind {
  return { ...definition, instant: false };
}

/** Declares a kind that is one act. */
export function instantFault(
  definition: Omit<FaultKind, 'instant' | 'typicalDurationMs' | 'begin'> & {
    act(world: FaultWorld, values: ParameterValues, random: RandomStream): readonly string[];
  },
): FaultKind {
  const { act, ...rest } = definition;
  return {
    ...rest,
    instant: true,
    typicalDurationMs: unusedDuration,
    begin(world, values, random) {
      const targets = act(world, values, random);
      return { targets, hits: () => targets.length, end: () => undefined };
    },
  };
}
