import type { RandomStream } from '../kernel/index.ts';

/** What can be wrong with a context, in one of its SVIDs. */
type AbnormalityKind = 'shift' | 'drift' | 'spike' | 'noise' | 'stuck' | 'late' | 'oscillation';

const abnormalityKinds: readonly AbnormalityKind[] = [
  'shift',
  'drift',
  'spike',
  'noise',
  'stuck',
  'late',
  'oscillation',
];

/** One thing that is wrong, from `from` to `until` of the context's progress (0…1). */
export interface Abnormality {
  readonly kind: AbnormalityKind;
  /** Index of the SVID in the recipe. */
  readonly signal: number;
  readonly from: number;
  readonly until: number;
  /** In standard deviations of the reading's noise, signed. */
  readonly magnitude: number;
}

export function drawAbnormality(random: RandomStream, signals: number): Abnormality {
  const kind = random.pick(abnormalityKinds);
  const from = 0.15 + 0.4 * random.float();
  const length = kind === 'spike' ? 0.04 : 0.15 + 0.25 * random.float();
  return {
    kind,
    signal: random.integer(0, signals - 1),
    from,
    until: from + length,
    magnitude: (random.chance(0.5) ? 1 : -1) * (8 + 12 * random.float()),
  };
}

/** Where in its shape the signal is at `progress`: behind its time, or standing still, where that is what is wrong. */
export function disturbedProgress(abnormality: Abnormality, progress: number): number {
  const { kind, from, until } = abnormality;
  switch (kind) {
    case 'late':
      return Math.max(0, progress - 0.12);
    case 'stuck':
      return progress >= from && progress < until + 0.2 ? from : progress;
    case 'shift':
    case 'drift':
    case 'spike':
    case 'noise':
    case 'oscillation':
      return progress;
  }
}

/** What is added to a reading, and by what its noise is multiplied, both in standard deviations of the noise. */
export function disturbance(abnormality: Abnormality, progress: number, noise: number): number {
  const { kind, from, until, magnitude } = abnormality;
  const inside = progress >= from && progress < until;
  switch (kind) {
    case 'shift':
    case 'spike':
      return inside ? noise + magnitude : noise;
    case 'drift':
      return progress >= from ? noise + (magnitude * (progress - from)) / (1 - from) : noise;
    case 'noise':
      return inside ? noise * Math.abs(magnitude) : noise;
    case 'oscillation':
      return inside ? noise + magnitude * Math.sin(40 * (progress - from)) : noise;
    case 'stuck':
      return inside ? 0 : noise;
    case 'late':
      return noise;
  }
}
