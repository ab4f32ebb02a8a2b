const minuteMs = 60_000;

export const scaleNames = ['shipped', 'small'] as const;
export type ScaleName = (typeof scaleNames)[number];

/** How large and how quick the fab is in which rollbacks are tried. Times are virtual milliseconds. */
export interface Scale {
  readonly name: ScaleName;
  readonly scenario: string;
  /** Unless asked otherwise. */
  readonly tools: number;
  /** Shortest and lengths in whole minutes: those that the scenario takes. */
  readonly leastMinutes: number;
  readonly firstStartMs: number;
  /** States are counted from here on. */
  readonly fromMs: number;
  /** From the start of a release to the end of its retention at most. */
  readonly releaseMs: number;
  /** An act or a fault comes so long after a stage was entered. */
  readonly intoStageMs: number;
  /** Between the end of one release and the next. */
  readonly betweenMs: number;
  /** A rollback with all that follows from it. */
  readonly takenBackMs: number;
  /** A stage without evidence, and the pause that follows, to the end of the rollback after it. */
  readonly blindMs: number;
  /** What is left of a release after an L2. */
  readonly withdrawnMs: number;
  /** A state comes so much later by what is broken, at most. */
  readonly shiftMs: number;
  /** Between the order and the healing phase. */
  readonly followedMs: number;
  /** Between two acts of a random walk, on average. */
  readonly meanPauseMs: number;
}

/** Settings that ship: stages of 10 to 30 min, each three times as long for evidence at most, a retention of 30 min. */
const shipped: Scale = {
  name: 'shipped',
  scenario: 'rollback-anywhere',
  tools: 24,
  leastMinutes: 10,
  firstStartMs: 3 * minuteMs,
  fromMs: 2 * minuteMs,
  releaseMs: 240 * minuteMs,
  intoStageMs: minuteMs,
  betweenMs: 2 * minuteMs,
  takenBackMs: 10 * minuteMs,
  blindMs: 90 * minuteMs,
  withdrawnMs: 120 * minuteMs,
  shiftMs: 10 * minuteMs,
  followedMs: 4 * minuteMs,
  meanPauseMs: 20 * minuteMs,
};

/** Stages of 100 s, of 5 min with all extensions, a retention of 100 s; what is cut for an order is cut 60 s longer. */
const small: Scale = {
  name: 'small',
  scenario: 'rollback-anywhere-small',
  tools: 10,
  leastMinutes: 2,
  firstStartMs: 2 * minuteMs,
  fromMs: 1.5 * minuteMs,
  releaseMs: 13 * minuteMs,
  intoStageMs: 20_000,
  betweenMs: 0.5 * minuteMs,
  takenBackMs: 5 * minuteMs,
  blindMs: 11.5 * minuteMs,
  withdrawnMs: 10 * minuteMs,
  shiftMs: 4 * minuteMs,
  followedMs: 75_000,
  meanPauseMs: 2 * minuteMs,
};

export function scaleNamed(name: ScaleName): Scale {
  switch (name) {
    case 'shipped':
      return shipped;
    case 'small':
      return small;
  }
}
