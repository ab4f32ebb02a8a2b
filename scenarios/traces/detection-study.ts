import {
  allStrategies,
  defaultStrategies,
  judgeAll,
  learnAll,
} from '../../system/charts/strategies/defence.ts';
import { minQualifiedContexts } from '../../system/charts/strategies/history.ts';
import type { Strategy } from '../../system/charts/strategies/strategy.ts';
import { computeUChart } from '../../system/charts/uchart.ts';
import type { UChart } from '../../system/charts/uchart.ts';
import { firstHalfCount } from './trace-set.ts';
import type { TraceSet, Wafer } from './trace-set.ts';

/** How many wafers were judged, and how many of them raised an alarm. */
export interface DetectionFigures {
  readonly abnormal: number;
  readonly abnormalAlarmed: number;
  readonly normal: number;
  readonly normalAlarmed: number;
}

export interface StrategyFigures {
  readonly strategy: Strategy['name'] | 'default';
  /** Limits from the normal wafers of the first half, judged on the second. */
  readonly qualified: DetectionFigures;
  /** Limits from all wafers of the first half, as if nobody had labelled them, judged on the second. */
  readonly unlabelled: DetectionFigures;
  /** Within the first half: each fifth (every fifth wafer) by limits from the normal wafers of the others. */
  readonly crossValidated: DetectionFigures;
}

export interface DetectionStudy {
  readonly wafers: number;
  readonly sampleCount: number;
  readonly qualifiedWafers: number;
  /** Which strategies make up `default`. */
  readonly defaultStrategies: readonly Strategy['name'][];
  readonly strategies: readonly StrategyFigures[];
  /** The default, learnt from the first so many normal wafers only, judged on the second half. */
  readonly shortHistories: readonly { readonly contexts: number; readonly figures: DetectionFigures }[];
}

const folds = 5;
const historyLength = 20;
const contextUs = 1.2e9;
const shortHistoryLengths = [minQualifiedContexts, 50, 100, 200];

/**
 * What each defence strategy finds in recorded wafers, without a simulation. A wafer is one context of 20 minutes, all of one
 * unit in file order; strategies that look back see the 20 wafers before it. Limits never see a wafer that they judge.
 */
export function studyDetection(traces: TraceSet): DetectionStudy {
  const { wafers } = traces;
  const charts = wafers.map(chartOf);
  const half = firstHalfCount(traces);
  const first = [...wafers.keys()].slice(0, half);
  const second = [...wafers.keys()].slice(half);
  const normalFirst = first.filter((index) => wafers[index]?.label === 'normal');
  const judge = (strategies: readonly Strategy[], learnt: readonly number[], judged: readonly number[]) =>
    figuresOf(strategies, wafers, charts, learnt, judged);
  const crossValidate = (strategies: readonly Strategy[]): DetectionFigures =>
    Array.from({ length: folds }, (_fold, fold) =>
      judge(
        strategies,
        normalFirst.filter((index) => index % folds !== fold),
        first.filter((index) => index % folds === fold),
      ),
    ).reduce(sumOf);
  const study = (
    strategy: StrategyFigures['strategy'],
    strategies: readonly Strategy[],
  ): StrategyFigures => ({
    strategy,
    qualified: judge(strategies, normalFirst, second),
    unlabelled: judge(strategies, first, second),
    crossValidated: crossValidate(strategies),
  });
  return {
    wafers: wafers.length,
    sampleCount: traces.sampleCount,
    qualifiedWafers: normalFirst.length,
    defaultStrategies: defaultStrategies.map(({ name }) => name),
    strategies: [
      study('default', defaultStrategies),
      ...allStrategies.map((strategy) => study(strategy.name, [strategy])),
    ],
    shortHistories: shortHistoryLengths
      .filter((contexts) => contexts <= normalFirst.length)
      .map((contexts) => ({
        contexts,
        figures: judge(defaultStrategies, normalFirst.slice(0, contexts), second),
      })),
  };
}

function chartOf({ id, samples }: Wafer, index: number): UChart {
  const startUs = index * contextUs;
  return computeUChart({
    contextId: id,
    unit: 'traces',
    recipe: 'trace',
    contextSequence: index + 1,
    startUs,
    endUs: startUs + contextUs,
    series: [
      {
        svid: 1,
        timesUs: Float64Array.from(
          samples,
          (_sample, i) => startUs + Math.round((i * contextUs) / samples.length),
        ),
        values: samples,
      },
    ],
  });
}

function figuresOf(
  strategies: readonly Strategy[],
  wafers: readonly Wafer[],
  charts: readonly UChart[],
  learnt: readonly number[],
  judged: readonly number[],
): DetectionFigures {
  const limits = learnAll(
    strategies,
    learnt.map((index) => charts[index]).filter((chart) => chart !== undefined),
  );
  const figures = { abnormal: 0, abnormalAlarmed: 0, normal: 0, normalAlarmed: 0 };
  for (const index of judged) {
    const chart = charts[index];
    const label = wafers[index]?.label;
    if (chart === undefined || label === undefined) continue;
    const recent = charts.slice(Math.max(0, index - historyLength), index);
    figures[label]++;
    if (judgeAll(strategies, limits, recent, chart).alarm) figures[`${label}Alarmed`]++;
  }
  return figures;
}

function sumOf(a: DetectionFigures, b: DetectionFigures): DetectionFigures {
  return {
    abnormal: a.abnormal + b.abnormal,
    abnormalAlarmed: a.abnormalAlarmed + b.abnormalAlarmed,
    normal: a.normal + b.normal,
    normalAlarmed: a.normalAlarmed + b.normalAlarmed,
  };
}
