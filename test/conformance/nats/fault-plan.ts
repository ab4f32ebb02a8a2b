import fc from 'fast-check';
import type { AckKind } from './plan.ts';

/** Whose leader, or whose followers, are struck: chosen at that moment, so that a plan means the same in every world. */
export interface Victim {
  readonly of: 'stream' | 'consumer' | 'bucket';
  readonly role: 'leader' | 'follower';
}

/** What can be done to one server. */
export type ServerFault =
  | 'kill'
  /** Orderly, by SIGTERM. */
  | 'shut-down'
  | 'pause'
  | 'isolate'
  /** What it sends to the other servers is lost. */
  | 'mute'
  /** What the other servers send to it is lost. */
  | 'deafen'
  /** It and the next one lose each other; the third hears both. */
  | 'part';

export interface FaultPhase {
  /** `step-down`: the leader hands over, no server is struck. */
  readonly fault: ServerFault | 'step-down';
  readonly victim: Victim;
  /** How long it lasts. */
  readonly lastsMs: number;
  /** Until the next one. */
  readonly calmMs: number;
}

/** How a delivery is settled; `leave` lets its ack wait pass. */
export type Settlement = Exclude<AckKind, 'ack-next'> | 'ack-confirmed' | 'terminate-confirmed' | 'leave';

export type FaultCommand =
  | { readonly kind: 'publish'; readonly subject: number }
  /** The last message id without a clear answer once more. */
  | { readonly kind: 'publish-again' }
  /** What it brings is settled in turn. */
  | {
      readonly kind: 'pull';
      readonly consumer: number;
      readonly batch: number;
      readonly settle: readonly Settlement[];
    }
  | { readonly kind: 'put' | 'create' | 'update' | 'delete' | 'get'; readonly key: number };

/** A client, with a connection of its own, that does its commands over and over. */
export interface FaultActor {
  /** The server it stays at; null: any, and another when that is gone. */
  readonly home: number | null;
  readonly pauseMs: number;
  readonly commands: readonly FaultCommand[];
}

/** Faults, one after the other, under actors. Plain data: it is kept in the corpus. */
export interface FaultPlan {
  readonly actors: readonly FaultActor[];
  /** Connections that watch the whole bucket. */
  readonly watches: number;
  readonly phases: readonly FaultPhase[];
}

/** One takes everything, the other one subject. */
export const faultConsumers = ['>', 's0'] as const;
export const faultSubjects = ['s0', 's1'] as const;

const serverNumber = fc.integer({ min: 0, max: 2 });

const phase: fc.Arbitrary<FaultPhase> = fc.record({
  fault: fc.constantFrom<FaultPhase['fault']>(
    'kill',
    'shut-down',
    'pause',
    'isolate',
    'mute',
    'deafen',
    'part',
    'step-down',
  ),
  victim: fc.record({
    of: fc.constantFrom<Victim['of']>('stream', 'consumer', 'bucket'),
    role: fc.constantFrom<Victim['role']>('leader', 'leader', 'follower'),
  }),
  lastsMs: fc.integer({ min: 500, max: 9_000 }),
  calmMs: fc.integer({ min: 1_000, max: 5_000 }),
});

const publishing: fc.Arbitrary<FaultCommand> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('publish' as const), subject: fc.integer({ min: 0, max: 1 }) }),
  },
  { weight: 1, arbitrary: fc.constant<FaultCommand>({ kind: 'publish-again' }) },
);

const pulling: fc.Arbitrary<FaultCommand> = fc.record({
  kind: fc.constant('pull' as const),
  consumer: fc.integer({ min: 0, max: faultConsumers.length - 1 }),
  batch: fc.integer({ min: 1, max: 20 }),
  settle: fc.array(
    fc.constantFrom<Settlement>(
      'ack',
      'ack',
      'ack-confirmed',
      'ack-confirmed',
      'nak',
      'nak-later',
      'in-progress',
      'terminate',
      'terminate-confirmed',
      'leave',
    ),
    { minLength: 1, maxLength: 5 },
  ),
});

const bucketing: fc.Arbitrary<FaultCommand> = fc.record({
  kind: fc.constantFrom(
    'put' as const,
    'create' as const,
    'update' as const,
    'update' as const,
    'delete' as const,
    'get' as const,
  ),
  key: fc.integer({ min: 0, max: 3 }),
});

function actor(command: fc.Arbitrary<FaultCommand>, pauseMs: number): fc.Arbitrary<FaultActor> {
  return fc.record({
    home: fc.option(serverNumber, { freq: 2, nil: null }),
    pauseMs: fc.constant(pauseMs),
    commands: fc.array(command, { minLength: 2, maxLength: 6 }),
  });
}

const publisher = actor(publishing, 15);
const puller = actor(pulling, 30);
const bucketUser = actor(bucketing, 25);

const faultPlan: fc.Arbitrary<FaultPlan> = fc
  .record({
    publishers: fc.array(publisher, { minLength: 1, maxLength: 3 }),
    pullers: fc.array(puller, { minLength: 1, maxLength: 3 }),
    bucketUsers: fc.array(bucketUser, { minLength: 1, maxLength: 3 }),
    watches: fc.integer({ min: 0, max: 2 }),
    phases: fc.array(phase, { minLength: 1, maxLength: 3 }),
  })
  .map(({ publishers, pullers, bucketUsers, watches, phases }) => ({
    actors: [...publishers, ...pullers, ...bucketUsers],
    watches,
    phases,
  }));

/** The same plans for the same seed, without end. */
export function* faultPlansOf(seed: number): Generator<FaultPlan> {
  for (let round = 0; ; round++) yield* fc.sample(faultPlan, { seed: seed + round, numRuns: 20 });
}
