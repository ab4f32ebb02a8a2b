import { describe, expect, test } from 'vitest';
import { compare, describeDisagreement, firstDifference } from './comparison.ts';
import { deviations } from './deviations.ts';
import { knownDifference, knownDifferences } from './known-differences.ts';
import { loadRecorded } from './recording.ts';

const recorded = loadRecorded('experiments');

test('the model does what the controller of Argo Rollouts did with experiments', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(60);
  expect(compare(recorded).map((each) => describeDisagreement(each))).toEqual([]);
});

test('every known difference is still seen, and explains what it says', () => {
  const shown = loadRecorded('known-differences').map((each) => knownDifference(each)?.id);
  expect(shown).toEqual(knownDifferences.map(({ id }) => id));
});

test('a known difference explains nothing else', () => {
  for (const each of loadRecorded('known-differences')) {
    const observations = each.observations.map((shown) => ({ ...shown, stepIndex: null }));
    expect(knownDifference({ ...each, observations })).toBeUndefined();
  }
});

test('the records hold what matters', () => {
  const experiments = recorded.flatMap(({ observations }) =>
    observations.flatMap(({ experiments: shown = [] }) => shown),
  );
  for (const phase of ['Pending', 'Running', 'Successful', 'Failed', 'Error', 'Inconclusive']) {
    expect(experiments.some((text) => text.split(/[;:]/)[0]?.endsWith(` ${phase}`) === true)).toBe(true);
  }
  const seen = recorded.flatMap(({ observations }) => observations);
  expect(seen.filter(({ experimentWeights = [] }) => experimentWeights.length > 0).length).toBeGreaterThan(5);
  expect(seen.filter(({ abort }) => abort).length).toBeGreaterThan(10);
});

test('an inconclusive experiment pauses nothing: the next one starts, and its success passes every pause', () => {
  const found = recorded.find(({ observations }) => {
    const last = observations.at(-1);
    const inconclusive = last?.experiments?.some((text) => text.startsWith('step 0 Inconclusive')) === true;
    return inconclusive && last?.phase === 'Healthy' && last.stable === 'v2';
  });
  expect(found?.plan.rollout.steps.filter(({ kind }) => kind === 'pause')).toEqual([
    { kind: 'pause' },
    { kind: 'pause' },
  ]);
});

const own = deviations.filter(({ set }) => set === 'experiments');
describe('the records find the deliberate error', () => {
  test.each(own.map((deviation) => [deviation.name, deviation] as const))('%s', (_, deviation) => {
    expect(recorded.some((each) => firstDifference(each, deviation) !== undefined)).toBe(true);
  });
});
