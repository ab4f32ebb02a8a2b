import type { PromqlDeviation } from '../../../sim/prometheus/promql/deviation.ts';
import { askModel } from './model.ts';
import type { Answer, RecordedScene } from './scene.ts';

export interface Disagreement {
  readonly scene: number;
  readonly query: string;
  readonly timeMs: number;
  readonly real: Answer;
  readonly model: Answer;
}

/** Where our evaluation answers otherwise than Prometheus did. */
export function compare(
  recorded: readonly RecordedScene[],
  deviations: readonly PromqlDeviation[] = [],
): readonly Disagreement[] {
  return recorded.flatMap((scene, index) => {
    const answers = askModel(scene, deviations);
    return scene.evaluations.flatMap(({ query, timeMs }, at) => {
      const real = scene.answers[at] ?? [];
      const model = answers[at] ?? [];
      return agree(query, real, model) ? [] : [{ scene: index, query, timeMs, real, model }];
    });
  });
}

export function describeDisagreement({ scene, query, timeMs, real, model }: Disagreement): string {
  return `scene ${scene}, ${query} at ${timeMs} ms: Prometheus ${JSON.stringify(real)}, model ${JSON.stringify(model)}`;
}

/**
 * Values are compared to the last bit, but for queries in which the real order of additions is that of a hash table
 * (aggregations), for functions whose last bit the standard library of each language decides, and for
 * `histogram_quantile`, which the gates share and which multiplies before it divides.
 */
const free = /\b(sum|avg|stddev|stdvar|quantile|histogram_quantile|exp|ln|log2|log10|atan2)\b|\^/;
const relativeTolerance = 1e-12;

function agree(query: string, real: Answer, model: Answer): boolean {
  if (real === 'error' || model === 'error') return real === model;
  // Of equal values the real one keeps those that its storage gives first.
  const ranked = /^(topk|bottomk)\b/.test(query);
  const order = (answer: Exclude<Answer, 'error'>): Exclude<Answer, 'error'> =>
    ranked ? answer.toSorted(([, left], [, right]) => Number(left) - Number(right)) : answer;
  const [left, right] = [order(real), order(model)];
  return (
    left.length === right.length &&
    left.every(([labels, value], index) => {
      const [otherLabels, otherValue] = right[index] ?? ['', ''];
      return (ranked || labels === otherLabels) && sameValue(value, otherValue, free.test(query));
    })
  );
}

function sameValue(left: string, right: string, isFree: boolean): boolean {
  if (left === right) return true;
  if (!isFree) return Number(left) === 0 && Number(right) === 0;
  const [first, second] = [Number(left), Number(right)];
  if (!Number.isFinite(first) || !Number.isFinite(second)) return false;
  return Math.abs(first - second) <= relativeTolerance * Math.max(Math.abs(first), Math.abs(second));
}
