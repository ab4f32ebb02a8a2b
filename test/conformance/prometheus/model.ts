import { evaluatePromql } from '../../../sim/prometheus/promql/evaluate.ts';
import type { PromqlDeviation } from '../../../sim/prometheus/promql/deviation.ts';
import { PromSyntaxError } from '../../../sim/prometheus/promql/lexer.ts';
import { parsePromQuery } from '../../../sim/prometheus/promql/parser.ts';
import { promLabels, type PromPoint, type PromSeries } from '../../../sim/prometheus/promql/series.ts';
import { PromQueryError } from '../../../sim/prometheus/promql/value.ts';
import { labelText, sortedAnswer, valueText, type Answer, type Scene, type SceneSeries } from './scene.ts';

const lookbackMs = 5 * 60_000;

/** What our evaluation answers to a scene, with deliberate errors where some are named. */
export function askModel(scene: Scene, deviations: readonly PromqlDeviation[] = []): readonly Answer[] {
  const series = scene.series.map((each) => storedSeries(each, scene.intervalMs));
  return scene.evaluations.map(({ query, timeMs }) => {
    try {
      const value = evaluatePromql(parsePromQuery(query), timeMs, {
        series,
        queryMs: timeMs,
        lookbackMs,
        evaluationIntervalMs: scene.intervalMs,
        deviations: new Set(deviations),
      });
      switch (value.kind) {
        case 'scalar':
          return [['', valueText(value.value)]];
        case 'string':
          return 'error';
        case 'vector':
          return sortedAnswer(
            value.samples.map((sample) => [labelText(sample.labels), valueText(sample.value)] as const),
          );
      }
    } catch (error) {
      if (error instanceof PromQueryError || error instanceof PromSyntaxError) return 'error';
      throw error;
    }
  });
}

function storedSeries({ labels, values }: SceneSeries, intervalMs: number): PromSeries {
  const points = values.flatMap((text, index): readonly PromPoint[] => {
    if (text === '_') return [];
    return [{ timeMs: index * intervalMs, value: text === 'stale' ? undefined : readValue(text) }];
  });
  return { labels: promLabels(Object.entries(labels)), points };
}

function readValue(text: string): number {
  if (text === 'Inf' || text === '-Inf') return text === 'Inf' ? Infinity : -Infinity;
  return Number(text);
}
