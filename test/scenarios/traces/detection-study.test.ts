import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, test } from 'vitest';
import { studyDetection } from '../../../scenarios/traces/detection-study.ts';
import type { DetectionFigures, DetectionStudy } from '../../../scenarios/traces/detection-study.ts';
import { parseTraces } from '../../../scenarios/traces/trace-file.ts';
import type { TraceSet } from '../../../scenarios/traces/trace-set.ts';
import { allStrategies } from '../../../system/charts/strategies/defence.ts';

const sample = new URL('../../../scenarios/traces/sample-wafers.csv', import.meta.url);
const recorded = new URL('../../../bench/wafer-traces.csv.gz', import.meta.url);

function read(file: URL): TraceSet {
  const bytes = readFileSync(file);
  const result = parseTraces((file.pathname.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.traces;
}

function figuresOf(study: DetectionStudy, name: string) {
  const found = study.strategies.find(({ strategy }) => strategy === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

function detected({ abnormal, abnormalAlarmed }: DetectionFigures): number {
  return abnormalAlarmed / abnormal;
}

function falseAlarms({ normal, normalAlarmed }: DetectionFigures): number {
  return normalAlarmed / normal;
}

/** The same wafers as another sampling rate would have seen them. */
function resampled(traces: TraceSet, sampleCount: number): TraceSet {
  const wafers = traces.wafers.map((wafer) => ({
    ...wafer,
    samples: Float64Array.from({ length: sampleCount }, (_sample, i) => {
      const place = (i * (traces.sampleCount - 1)) / (sampleCount - 1);
      const before = wafer.samples[Math.floor(place)] ?? 0;
      const after = wafer.samples[Math.ceil(place)] ?? 0;
      return before + (place - Math.floor(place)) * (after - before);
    }),
  }));
  return { wafers, sampleCount };
}

test('every strategy is studied, on each wafer of the second half once', () => {
  const traces = read(sample);
  const study = studyDetection(traces);
  expect(study.strategies.map(({ strategy }) => strategy)).toEqual([
    'default',
    ...allStrategies.map(({ name }) => name),
  ]);
  for (const { qualified, unlabelled, crossValidated } of study.strategies) {
    expect(qualified.normal + qualified.abnormal).toBe(
      traces.wafers.length - Math.floor(traces.wafers.length / 2),
    );
    expect(unlabelled).toMatchObject({ normal: qualified.normal, abnormal: qualified.abnormal });
    expect(crossValidated.normal).toBe(study.qualifiedWafers);
  }
  expect(detected(figuresOf(study, 'default').qualified)).toBeGreaterThanOrEqual(0.9);
  expect(falseAlarms(figuresOf(study, 'default').qualified)).toBeLessThanOrEqual(0.02);
});

test('labels of the judged wafers change the count, never the alarms', () => {
  const traces = read(sample);
  const half = Math.floor(traces.wafers.length / 2);
  const swapped: TraceSet = {
    ...traces,
    wafers: traces.wafers.map((wafer, index) =>
      index < half ? wafer : { ...wafer, label: wafer.label === 'normal' ? 'abnormal' : 'normal' },
    ),
  };
  const before = studyDetection(traces).strategies;
  for (const [index, { qualified }] of studyDetection(swapped).strategies.entries()) {
    expect(qualified.normalAlarmed).toBe(before[index]?.qualified.abnormalAlarmed);
    expect(qualified.abnormalAlarmed).toBe(before[index]?.qualified.normalAlarmed);
  }
});

describe('on recorded wafers the default', () => {
  const traces = read(recorded);

  it('detects at least 90 % with at most 2 % false alarms, on the second half and across the first', () => {
    const { qualified, crossValidated } = figuresOf(studyDetection(traces), 'default');
    for (const figures of [qualified, crossValidated]) {
      expect(detected(figures)).toBeGreaterThanOrEqual(0.9);
      expect(falseAlarms(figures)).toBeLessThanOrEqual(0.02);
    }
  });

  it('does so with the halves exchanged, and in another order', () => {
    const half = Math.floor(traces.wafers.length / 2);
    const interleaved = traces.wafers.map((_wafer, index) => (index * 7) % traces.wafers.length);
    for (const wafers of [
      [...traces.wafers.slice(half), ...traces.wafers.slice(0, half)],
      interleaved.map((index) => traces.wafers[index]).filter((wafer) => wafer !== undefined),
    ]) {
      const { qualified } = figuresOf(studyDetection({ ...traces, wafers }), 'default');
      expect(detected(qualified)).toBeGreaterThanOrEqual(0.9);
      expect(falseAlarms(qualified)).toBeLessThanOrEqual(0.02);
    }
  });

  it.each([40, 76, 300])('does so at %i samples a wafer', (sampleCount) => {
    const { qualified } = figuresOf(studyDetection(resampled(traces, sampleCount)), 'default');
    expect(detected(qualified)).toBeGreaterThanOrEqual(0.9);
    expect(falseAlarms(qualified)).toBeLessThanOrEqual(0.02);
  });

  it('keeps false alarms below 2 % however short the history', () => {
    for (const { figures } of studyDetection(traces).shortHistories) {
      expect(falseAlarms(figures)).toBeLessThanOrEqual(0.02);
    }
  });
});
