import { encodeUChart } from '../../system/charts/uchart.ts';
import { epochUs, RandomStream } from '../kernel/index.ts';
import { chartOf } from './context-chart.ts';
import { playedWafers, qualifiedWafers, type Wafer } from './wafer.ts';
import { toolIdOf, type ContextPlan, type ToolProfile, type Workload } from './workload.ts';

const traceRecipe = 'trace';
const traceSvid = 1;
const meanContextUs = 1_200_000_000;
/** Lengths of one recipe differ little; but if they did not differ, each tool would get the same wafers for ever. */
const lengthSigma = 0.1;

/**
 * Recorded wafers: one is one context of one SVID, its samples evenly spaced over about 20 min (log-normal, sigma 0.1; the
 * sample period is rounded to milliseconds). The second half of the file is dealt to contexts in file order, as they
 * start, and again from the start; the normal ones of the first half are the qualified history.
 */
export class TraceWorkload implements Workload {
  readonly #seed: bigint;
  readonly #qualified: readonly Wafer[];
  readonly #played: readonly Wafer[];
  #dealt = 0;

  /** `wafers` in file order. Throws a `RangeError` where none is left to play. */
  constructor(seed: bigint, wafers: readonly Wafer[]) {
    this.#seed = seed;
    this.#qualified = qualifiedWafers(wafers);
    this.#played = playedWafers(wafers);
    if (this.#played.length === 0) throw new RangeError('no wafer to play');
  }

  profile(tool: number): ToolProfile {
    const chambers = new RandomStream(this.#seed, 'equipment/tool', tool).integer(1, 4);
    return {
      tool: toolIdOf(tool),
      chambers,
      weight: this.#played[0]?.samples.length ?? 0,
      typicalCycleMs: meanContextUs / 1000,
      critical: false,
    };
  }

  plan(tool: number, contextSequence: number): ContextPlan {
    const wafer = this.#played[this.#dealt++ % this.#played.length];
    if (wafer === undefined) throw new RangeError('no wafer to play');
    const random = new RandomStream(this.#seed, 'equipment/context', `${tool}/${contextSequence}`);
    return tracePlan(wafer, random, this.profile(tool).chambers);
  }

  qualifiedCharts(): ReadonlyMap<string, readonly Uint8Array[]> {
    const charts = this.#qualified.map((wafer, ordinal) => {
      const identity = {
        contextId: `qualified/${wafer.id}`,
        unit: 'qualified',
        contextSequence: ordinal + 1,
        startUs: epochUs - (this.#qualified.length - ordinal) * meanContextUs,
      };
      const random = new RandomStream(this.#seed, 'equipment/qualified', ordinal);
      return encodeUChart(chartOf(identity, tracePlan(wafer, random, 1), wafer.samples));
    });
    return new Map([[traceRecipe, charts]]);
  }
}

function tracePlan(wafer: Wafer, random: RandomStream, chambers: number): ContextPlan {
  const { id, abnormal, samples } = wafer;
  const lengthMs = (meanContextUs / 1_000) * Math.exp(lengthSigma * random.normal());
  return {
    recipe: traceRecipe,
    chamber: random.integer(1, chambers),
    abnormal,
    wafer: id,
    svids: [traceSvid],
    sampleCount: samples.length,
    samplePeriodUs: 1_000 * Math.max(1, Math.round(lengthMs / samples.length)),
    fill(values, from, until) {
      for (let sample = from; sample < until; sample++) values[sample] = samples[sample] ?? NaN;
    },
  };
}
