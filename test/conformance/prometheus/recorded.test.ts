import { expect, test } from 'vitest';
import { promqlDeviations } from '../../../sim/prometheus/promql/deviation.ts';
import { compare, describeDisagreement } from './comparison.ts';
import { loadRecorded } from './recording.ts';

const recorded = loadRecorded();

test('queries are answered as Prometheus answered them', () => {
  const answers = recorded.flatMap((scene) => scene.answers);
  expect(answers.length).toBeGreaterThanOrEqual(2_000);
  // Records of empty answers alone would prove little.
  expect(answers.filter((answer) => answer !== 'error' && answer.length > 0).length).toBeGreaterThan(1_500);
  expect(compare(recorded).map((each) => describeDisagreement(each))).toEqual([]);
});

test.each(promqlDeviations)('the records find the deliberate error %s', (deviation) => {
  expect(compare(recorded, [deviation]).length).toBeGreaterThan(0);
});
