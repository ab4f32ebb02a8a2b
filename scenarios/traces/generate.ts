import { RandomStream } from '../../sim/kernel/index.ts';
import type { TraceSet, Wafer, WaferLabel } from './trace-set.ts';

/** What makes a synthetic wafer file; the same options give the same bytes. */
export interface GeneratorOptions {
  readonly seed: bigint;
  readonly waferCount: number;
  readonly sampleCount: number;
  /** Share of abnormal wafers, spread evenly over the file. */
  readonly abnormalShare: number;
}

/** Of the committed `sample-wafers.csv`; `npx vitest run test/scenarios/traces -u` writes it anew. */
export const sampleOptions: GeneratorOptions = {
  seed: 1n,
  waferCount: 120,
  sampleCount: 60,
  abnormalShare: 0.125,
};

/** A point of a trace at `place` 0…1 of its context, before noise. */
type Shape = (place: number) => number;

const abnormalKinds = ['late ramp', 'lost step', 'drift', 'spike', 'noisy plateau', 'early end'] as const;
type AbnormalKind = (typeof abnormalKinds)[number];

const NOISE = 0.02;
const DECIMALS = 5;

/**
 * Synthetic wafers: a ramp, a plateau, a second step with a decaying overshoot, and the way down, each a little different
 * from wafer to wafer; abnormal ones differ in one of six ways, in turn. Normalised one by one (mean 0, deviation 1), so
 * that only shape tells them apart, as in recorded files of this form.
 */
export function generateTraces(options: GeneratorOptions): TraceSet {
  const { seed, waferCount, sampleCount, abnormalShare } = options;
  const wafers: Wafer[] = [];
  let abnormal = 0;
  for (let w = 0; w < waferCount; w++) {
    const isAbnormal = Math.floor((w + 0.5) * abnormalShare) < Math.floor((w + 1.5) * abnormalShare);
    const kind = isAbnormal ? abnormalKinds[abnormal++ % abnormalKinds.length] : undefined;
    const label: WaferLabel = isAbnormal ? 'abnormal' : 'normal';
    wafers.push({
      id: `w${String(w + 1).padStart(4, '0')}`,
      label,
      samples: waferSamples(seed, w, kind, sampleCount),
    });
  }
  return { wafers, sampleCount };
}

/** The file of these wafers: five decimals, LF. */
export function tracesToCsv(traces: TraceSet): string {
  const names = Array.from({ length: traces.sampleCount }, (_sample, s) => `s${s}`);
  const lines = [['wafer', 'label', ...names].join(',')];
  for (const { id, label, samples } of traces.wafers) {
    lines.push([id, label, ...Array.from(samples, (sample) => String(sample))].join(','));
  }
  return `${lines.join('\n')}\n`;
}

function waferSamples(
  seed: bigint,
  w: number,
  kind: AbnormalKind | undefined,
  sampleCount: number,
): Float64Array {
  const random = new RandomStream(seed, 'sample-wafers', w);
  const shape = kind === undefined ? normalShape(random) : abnormalShape(kind, normalShape(random), random);
  const noise = kind === 'noisy plateau' ? 8 * NOISE : NOISE;
  const raw = Float64Array.from({ length: sampleCount }, (_sample, s) => {
    const place = (s + 0.5) / sampleCount;
    return shape(place) + noise * random.normal();
  });
  return normalised(raw);
}

function normalShape(random: RandomStream): Shape {
  const rampEnd = 0.12 + 0.01 * random.normal();
  const stepAt = 0.5 + 0.01 * random.normal();
  const stepHeight = 0.6 + 0.02 * random.normal();
  const downAt = 0.86 + 0.01 * random.normal();
  const overshoot = 0.25 + 0.03 * random.normal();
  return (place) => {
    if (place < rampEnd) return place / rampEnd;
    if (place < stepAt) return 1;
    if (place < downAt) {
      const since = (place - stepAt) / 0.04;
      return 1 + stepHeight + overshoot / (1 + since * since);
    }
    return Math.max(0, (1 + stepHeight) * (1 - (place - downAt) / 0.08));
  };
}

function abnormalShape(kind: AbnormalKind, normal: Shape, random: RandomStream): Shape {
  const size = 0.8 + 0.4 * random.float();
  const spikeAt = 0.25 + 0.15 * random.float();
  switch (kind) {
    case 'late ramp':
      return (place) => normal(Math.max(0, place - 0.12 * size));
    case 'lost step':
      return (place) => Math.min(normal(place), 1 + 0.25 * size);
    case 'drift':
      return (place) => normal(place) + (place > 0.12 && place < 0.86 ? 0.6 * size * (place - 0.12) : 0);
    case 'spike':
      return (place) => normal(place) + (Math.abs(place - spikeAt) < 0.02 ? 1.2 * size : 0);
    case 'noisy plateau':
      return normal;
    case 'early end':
      return (place) => normal(Math.min(1, place + (place > 0.5 ? 0.12 * size : 0)));
  }
}

/** Mean 0 and deviation 1, then rounded: rounding hides what the last bits of a logarithm may differ in. */
function normalised(raw: Float64Array): Float64Array {
  let sum = 0;
  for (const sample of raw) sum += sample;
  const mean = sum / raw.length;
  let squares = 0;
  for (const sample of raw) squares += (sample - mean) * (sample - mean);
  const deviation = Math.sqrt(squares / (raw.length - 1));
  return raw.map((sample) => Number(((sample - mean) / deviation).toFixed(DECIMALS)));
}
