import { RandomStream } from '../kernel/index.ts';
import { disturbance, disturbedProgress, type Abnormality } from './abnormality.ts';
import { shapePoints, svids, type Recipe } from './recipe.ts';
import type { ContextPlan } from './workload.ts';

const noiseBits = 10;
const noiseValues = 1 << noiseBits;
const noiseMask = noiseValues - 1;

/** Standard normal readings, so that noise costs a third of a draw and a look-up. */
const noiseTable = standardised(new RandomStream(1n, 'equipment', 'noise'));

function standardised(random: RandomStream): Float64Array {
  const table = Float64Array.from({ length: noiseValues }, () => random.normal());
  const mean = table.reduce((sum, value) => sum + value, 0) / noiseValues;
  const deviation = Math.sqrt(table.reduce((sum, value) => sum + (value - mean) ** 2, 0) / noiseValues);
  return table.map((value) => (value - mean) / deviation);
}

export interface SyntheticContext {
  readonly recipe: Recipe;
  readonly chamber: number;
  readonly sampleCount: number;
  readonly samplePeriodUs: number;
  readonly abnormality: Abnormality | undefined;
  /** Of each SVID, in its unit, for the whole context. */
  readonly offsets: Float64Array;
  /** The context's own chance. */
  readonly random: RandomStream;
}

/** A context of the synthetic generator: shape of the recipe + offset of tool and context + noise, at the sensor's resolution. */
export class SyntheticPlan implements ContextPlan {
  readonly recipe: string;
  readonly chamber: number;
  readonly abnormal: boolean;
  readonly wafer = undefined;
  readonly svids = svids;
  readonly sampleCount: number;
  readonly samplePeriodUs: number;
  readonly #context: SyntheticContext;

  constructor(context: SyntheticContext) {
    this.#context = context;
    this.recipe = context.recipe.name;
    this.chamber = context.chamber;
    this.abnormal = context.abnormality !== undefined;
    this.sampleCount = context.sampleCount;
    this.samplePeriodUs = context.samplePeriodUs;
  }

  fill(values: Float64Array, from: number, until: number): void {
    const { recipe, offsets, random, abnormality, sampleCount } = this.#context;
    const { signals } = recipe;
    const pointsPerSample = (shapePoints - 1) / sampleCount;
    for (let signal = 0; signal < signals.length; signal++) {
      const shape = signals[signal];
      if (shape === undefined) continue;
      const { levels, noise, resolution } = shape;
      const offset = offsets[signal] ?? 0;
      const disturbed = abnormality !== undefined && abnormality.signal === signal;
      const column = signal * sampleCount;
      let bits = 0;
      for (let sample = from; sample < until; sample++) {
        bits = (sample - from) % 3 === 0 ? random.uint32() : bits >>> noiseBits;
        let deviations = noiseTable[bits & noiseMask] ?? 0;
        let point = sample * pointsPerSample;
        if (disturbed) {
          const progress = sample / sampleCount;
          deviations = disturbance(abnormality, progress, deviations);
          point = disturbedProgress(abnormality, progress) * (shapePoints - 1);
        }
        const before = Math.floor(point);
        const left = levels[before] ?? 0;
        const right = levels[before + 1] ?? left;
        const reading = left + (right - left) * (point - before) + offset + deviations * noise;
        values[column + sample] = Math.round(reading * resolution) / resolution;
      }
    }
  }
}
