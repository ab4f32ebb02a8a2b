import { typicalGapUs } from './compute-statistics.ts';
import type { Series } from './series.ts';
import { sharedSvids } from './shared-svids.ts';
import { statisticCount } from './statistics.ts';
import type { SvidCharts } from './statistics.ts';
import { StreamingStatistics } from './streaming-statistics.ts';
import { usablePoints } from './usable-points.ts';
import type { UsablePoints } from './usable-points.ts';

/** More distinct values than this are no step numbers: such an SVID gives no steps at all. */
export const maxSteps = 256;

/**
 * The statistics of one step (phase) of the recipe; of all its visits together where the recipe comes back to it. The step
 * SVID is not among its SVIDs. Points of a visit are neighbours, points of two visits are not (area, steps); flagged and
 * conflicting points and segments are not kept by step (NaN).
 */
export interface StepChart extends SvidCharts {
  /** What the step SVID said. */
  readonly step: number;
  /** Start of the first visit and end of the last one, microseconds since the epoch. */
  readonly startUs: number;
  readonly endUs: number;
}

/** One uninterrupted stretch of one step; `endUs` is where the next one begins. */
interface Visit {
  /** Index of its step in the order of first visits. */
  readonly step: number;
  readonly startUs: number;
  endUs: number;
}

/** When the tool was in which step. */
export interface StepPlan {
  readonly stepSvid: number;
  readonly steps: readonly number[];
  readonly visits: readonly Visit[];
}

/**
 * The steps of a context as the SVID `stepSvid` tells them: a step lasts from the first instant at which its number is
 * reported to the first one of another number, the last one to the end of the context. Undefined where the SVID is not
 * there, has no usable value, or is plainly no step number ({@link maxSteps}). What lies before the first number is in no step.
 */
export function stepPlanOf(series: readonly Series[], stepSvid: number, endUs: number): StepPlan | undefined {
  const told = series.find(({ svid }) => svid === stepSvid);
  if (told === undefined) return undefined;
  const { timesUs, values, count } = usablePoints(told);
  const indexOfStep = new Map<number, number>();
  const visits: Visit[] = [];
  let current: Visit | undefined;
  let previous = Number.NaN;
  for (let i = 0; i < count; i++) {
    const value = (values[i] ?? 0) + 0;
    if (value === previous) continue;
    previous = value;
    const timeUs = timesUs[i] ?? 0;
    const step = indexOfStep.get(value) ?? indexOfStep.size;
    if (step === maxSteps) return undefined;
    indexOfStep.set(value, step);
    if (current !== undefined) current.endUs = timeUs;
    current = { step, startUs: timeUs, endUs: Math.max(timeUs, endUs) };
    visits.push(current);
  }
  return visits.length === 0 ? undefined : { stepSvid, steps: [...indexOfStep.keys()], visits };
}

/** Gathers the charts of all steps, one SVID after the other. */
export class StepCharts {
  readonly #plan: StepPlan;
  readonly #svids: number[] = [];
  /** By step, one row after the other. */
  readonly #statistics: number[][];

  constructor(plan: StepPlan) {
    this.#plan = plan;
    this.#statistics = plan.steps.map(() => []);
  }

  /** SVIDs ascending. One pass over the points, whatever the number of steps and visits. */
  add(svid: number, points: UsablePoints): void {
    const { stepSvid, steps, visits } = this.#plan;
    if (svid === stepSvid) return;
    const { timesUs, values, count } = points;
    const gapUs = typicalGapUs(timesUs, count);
    const perStep = steps.map(() => new StreamingStatistics(gapUs));
    let at = 0;
    while (at < count && (timesUs[at] ?? 0) < (visits[0]?.startUs ?? 0)) at++;
    for (const [index, { step, startUs, endUs }] of visits.entries()) {
      const statistics = perStep[step];
      const isLast = index === visits.length - 1;
      statistics?.enter(startUs);
      for (; at < count && (isLast || (timesUs[at] ?? 0) < endUs); at++) {
        statistics?.add(timesUs[at] ?? 0, values[at] ?? 0);
      }
      statistics?.leave(endUs);
    }
    this.#svids.push(svid);
    const row = new Float64Array(statisticCount);
    for (const [step, statistics] of perStep.entries()) {
      statistics.writeTo(row);
      this.#statistics[step]?.push(...row);
    }
  }

  finish(): StepChart[] {
    const { steps, visits } = this.#plan;
    const svids = sharedSvids(this.#svids);
    return steps.map((step, index) => {
      const own = visits.filter((visit) => visit.step === index);
      return {
        step,
        startUs: own[0]?.startUs ?? 0,
        endUs: own.at(-1)?.endUs ?? 0,
        svids,
        statistics: Float64Array.from(this.#statistics[index] ?? []),
      };
    });
  }
}
