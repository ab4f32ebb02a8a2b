import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Answer, Evaluation, RecordedScene, Scene } from './scene.ts';

const path = join(import.meta.dirname, 'recorded', 'scenes.jsonl');

/** One scene a line; each evaluation with its answer, elements as pairs of labels and value. */
interface Line {
  readonly intervalMs: number;
  readonly series: readonly (readonly [labels: Readonly<Record<string, string>>, values: string])[];
  readonly asked: readonly (readonly [query: string, timeMs: number, answer: Answer])[];
}

export function loadRecorded(): readonly RecordedScene[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((text) => {
      const line: Line = JSON.parse(text);
      return {
        intervalMs: line.intervalMs,
        series: line.series.map(([labels, values]) => ({ labels, values: values.split(' ') })),
        evaluations: line.asked.map(([query, timeMs]): Evaluation => ({ query, timeMs })),
        answers: line.asked.map(([, , answer]) => answer),
      };
    });
}

export function saveRecorded(recorded: readonly RecordedScene[]): void {
  const lines = recorded.map(({ intervalMs, series, evaluations, answers }) => {
    const line: Line = {
      intervalMs,
      series: series.map(({ labels, values }) => [labels, values.join(' ')] as const),
      asked: evaluations.map(({ query, timeMs }, index) => [query, timeMs, answers[index] ?? []] as const),
    };
    return JSON.stringify(line);
  });
  writeFileSync(path, `${lines.join('\n')}\n`);
}

/** Scenes with their answers. */
export function joined(
  scenes: readonly Scene[],
  answers: readonly (readonly Answer[])[],
): readonly RecordedScene[] {
  return scenes.map((scene, index) => ({ ...scene, answers: answers[index] ?? [] }));
}
