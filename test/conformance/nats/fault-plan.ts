import fc from 'fast-check';

/** Who is struck: chosen by what it is at that moment, so that a plan means the same in every world. */
export type Victim = 'leader' | 'follower';

export type FaultKind =
  | 'kill'
  | 'pause'
  | 'isolate'
  /** What it sends to the other servers is lost. */
  | 'mute'
  /** What the other servers send to it is lost. */
  | 'deafen'
  | 'step-down';

export interface FaultPhase {
  readonly fault: FaultKind;
  readonly victim: Victim;
  /** How long it lasts. */
  readonly lastsMs: number;
  /** Until the next one. */
  readonly calmMs: number;
}

/** Faults, one after the other, under writers that publish all the time. */
export interface FaultPlan {
  readonly writers: number;
  readonly phases: readonly FaultPhase[];
}

const phase: fc.Arbitrary<FaultPhase> = fc.record({
  fault: fc.constantFrom<FaultKind>('kill', 'pause', 'isolate', 'mute', 'deafen', 'step-down'),
  victim: fc.constantFrom<Victim>('leader', 'leader', 'follower'),
  lastsMs: fc.integer({ min: 500, max: 9_000 }),
  calmMs: fc.integer({ min: 1_000, max: 5_000 }),
});

const faultPlan: fc.Arbitrary<FaultPlan> = fc.record({
  writers: fc.integer({ min: 2, max: 4 }),
  phases: fc.array(phase, { minLength: 1, maxLength: 3 }),
});

/** The same plans for the same seed, without end. */
export function* faultPlansOf(seed: number): Generator<FaultPlan> {
  for (let round = 0; ; round++) yield* fc.sample(faultPlan, { seed: seed + round, numRuns: 20 });
}
