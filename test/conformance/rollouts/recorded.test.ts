import { describe, expect, test } from 'vitest';
import { compare, describeDisagreement, firstDifference } from './comparison.ts';
import { deviations } from './deviations.ts';
import { loadRecorded } from './recording.ts';

const recorded = loadRecorded('plans');

test('the model does what the controller of Argo Rollouts did', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(200);
  expect(compare(recorded).map((each) => describeDisagreement(each))).toEqual([]);
});

test('the records hold what matters', () => {
  const seen = recorded.flatMap(({ observations }) => observations);
  const phases = new Set(seen.map(({ phase }) => phase));
  expect([...phases].toSorted((left, right) => left.localeCompare(right, 'en'))).toEqual([
    'Degraded',
    'Healthy',
    'Paused',
    'Progressing',
  ]);
  for (const phase of ['Failed', 'Error', 'Inconclusive', 'Successful', 'Running']) {
    const runs = seen.filter(({ analyses }) => analyses.some((text) => text.includes(` ${phase}`)));
    expect(runs.length).toBeGreaterThan(10);
  }
});

const own = deviations.filter(({ set }) => set === 'plans');
describe('the records find the deliberate error', () => {
  test.each(own.map((deviation) => [deviation.name, deviation] as const))('%s', (_, deviation) => {
    expect(recorded.some((each) => firstDifference(each, deviation) !== undefined)).toBe(true);
  });
});
