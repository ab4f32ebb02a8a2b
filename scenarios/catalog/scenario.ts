import type { DrawnMoments } from '../../chaos/moment-arbitrary.ts';
import type { PlannedFault } from '../../chaos/plan.ts';
import type { EventKind, EventOf } from '../../sim/history/history.ts';
import type { World } from '../../sim/world.ts';
import type { NatsSettings, V1Options, WorldOptions } from '../../sim/world-options.ts';
import type { MomentColumns } from '../observers/moments.ts';
import type { Timeline } from '../timelines/timeline.ts';
import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import type { KnownRed } from './known-red.ts';

/** A size of the world that `--set name=value` changes. */
export interface ScenarioParameter {
  readonly name: string;
  readonly unit: string;
  readonly minimum: number;
  readonly maximum: number;
  /** Undefined: derived from the number of tools. */
  readonly default: number | undefined;
  readonly doc: string;
}

/** Complete and checked values. */
export interface ScenarioValues {
  readonly tools: number;
  readonly defenders: number;
  readonly collectors: number;
  readonly gateways: number;
  readonly natsNodes: number;
  readonly cassandraNodes: number;
  readonly replicationFactor: number;
  /** Share of the scenario's own length, so that a plan's moments move with it. */
  readonly minutes: number;
}

/** Something interesting that a run should contain; without it a pass proves little. */
export interface Goal {
  readonly goal: string;
  readonly required: boolean;
  readonly kind: EventKind;
  matches(event: EventOf<EventKind>): boolean;
}

/** The least that a gate's window must hold (PRODUCT, gates). */
export interface GateEvidence {
  readonly requests: number;
  readonly contexts: number;
  /** Of a first stage of a few tools, which also needs a context of each. */
  readonly firstRequests: number;
}

/** Counts events of one kind that satisfy a condition. */
export function goal<K extends EventKind>(
  name: string,
  kind: K,
  condition: (event: EventOf<K>) => boolean = () => true,
  required = true,
): Goal {
  return {
    goal: name,
    required,
    kind,
    matches: (event) => event.kind === kind && condition(event as EventOf<K>),
  };
}

/** Which faults the seed may add to the fixed ones. */
export interface DrawnFaults {
  /** Prefixes of fault kinds. */
  readonly kinds: readonly string[];
  /** At most so many, before swarm subsets thin them out. */
  readonly most: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Without the budget that keeps every dependency recoverable; liveness is then not judged. */
  readonly unlimited?: boolean;
  /** Pins them to moments of the protocol. */
  readonly moments?: DrawnMoments;
}

export interface ScenarioSetup {
  readonly durationMs: number;
  /** Both colours run from the start, instead of an idle one at zero replicas. */
  readonly bothColours: boolean;
  /** Version and disk care of NATS; 2.12 with default sync unless given. */
  readonly nats?: NatsSettings;
  /** What Defenders own and consume in order; the tool unless given (delivery C3, C4). */
  readonly unitKind?: WorldOptions['unitKind'];
  /** How Defenders get their completions; a durable for each unit unless given (defender §5). */
  readonly consumerModel?: WorldOptions['consumerModel'];
  /** Who grants leadership; NATS KV unless given. */
  readonly leadership?: WorldOptions['leadership'];
  /** How the tools work; the reference workload unless given. */
  readonly equipment?: WorldOptions['equipment'];
  /** What its gates need; as shipped (PRODUCT, gates) unless given. For the rule only: the controller's own settings are a customisation. */
  readonly gateEvidence?: GateEvidence;
  /** Ends the healing phase as soon as everything has settled (`watchSettling`), not after its whole length. */
  readonly endsSettled?: boolean;
  /** V1 on Kafka behind one colour. */
  readonly v1?: V1Options;
  /** Before the first stage of a release; none unless given. */
  readonly experiment?: WorldOptions['experiment'];
  /** Of the collectors; none unless given. */
  readonly autoscaling?: WorldOptions['autoscaling'];
  /** None unless given. */
  readonly disruptionBudgets?: WorldOptions['disruptionBudgets'];
  readonly fixedFaults: readonly PlannedFault[];
  readonly drawnFaults?: DrawnFaults;
  /** What faults are pinned to moments of the protocol, where that is not what is drawn. */
  readonly columns?: MomentColumns;
  readonly goals: readonly Goal[];
  /** What the Defenders of such a run must do and when, for scenarios with the tag `timeline`. */
  readonly timeline?: Timeline;
  /** The system as this scenario runs it, where that is not as it ships. */
  readonly customisation?: SystemCustomisation;
  /** Puts something of the scenario's own into the world before it runs. `pattern`: what a planted bug puts in its place. */
  readonly begin?: (world: World, pattern: string | undefined) => void;
}

export interface Scenario {
  readonly name: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly parameters: readonly ScenarioParameter[];
  readonly knownRed?: KnownRed;
  /** So many seeds in a row go through all its cases; absent where a seed is as good as any other. */
  readonly cases?: number;
  /** `seed` is for scenarios that go through a list of cases, one a seed; what is drawn does not need it. */
  setUp(values: ScenarioValues, seed: bigint): ScenarioSetup;
}

export const minuteMs = 60_000;

/** Every scenario has these; `minutes` is its own. */
export function parametersOf(minutes: number): readonly ScenarioParameter[] {
  return [
    { name: 'tools', unit: 'tools', minimum: 10, maximum: 15_000, default: 1500, doc: 'tools of the fab' },
    {
      name: 'minutes',
      unit: 'virtual minutes',
      minimum: 10,
      maximum: 2880,
      default: minutes,
      doc: 'length before the healing phase',
    },
    {
      name: 'defenders',
      unit: 'replicas a colour',
      minimum: 1,
      maximum: 250,
      default: undefined,
      doc: 'Defenders of each colour (default: one for 33 tools, at least 6)',
    },
    {
      name: 'collectors',
      unit: 'replicas a colour',
      minimum: 1,
      maximum: 100,
      default: undefined,
      doc: 'Data Collectors of each colour (default: one for 150 tools, at least 2)',
    },
    { name: 'gateways', unit: 'replicas', minimum: 1, maximum: 20, default: 3, doc: 'gateways' },
    {
      name: 'natsNodes',
      unit: 'servers a cluster',
      minimum: 3,
      maximum: 3,
      default: 3,
      doc: 'NATS servers of each colour; streams are R3',
    },
    {
      name: 'cassandraNodes',
      unit: 'servers',
      minimum: 1,
      maximum: 60,
      default: 6,
      doc: 'Cassandra servers',
    },
    {
      name: 'replicationFactor',
      unit: 'copies',
      minimum: 1,
      maximum: 5,
      default: 3,
      doc: 'replication factor of Cassandra',
    },
  ];
}

/** Names the faults of a scenario's own plan `s1`, `s2`, …, so that drawn ones cannot clash with them. */
export function fixed(faults: readonly Omit<PlannedFault, 'id'>[]): readonly PlannedFault[] {
  return faults.map((fault, index) => ({ id: `s${index + 1}`, ...fault }));
}
