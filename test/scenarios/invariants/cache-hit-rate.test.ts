import { describe, expect, test } from 'vitest';
import { cacheHitRate } from '../../../scenarios/invariants/cache-hit-rate.ts';
import { RuleBench } from './rule-bench.ts';

function run(misses: number, lookups: number, quiet = true): RuleBench {
  const bench = new RuleBench(cacheHitRate, { quiet });
  for (let index = 0; index < 20; index++) bench.say('cache.lookup', { hit: false });
  for (let index = 0; index < lookups; index++) bench.say('cache.lookup', { hit: index >= misses });
  return bench.finish();
}

describe('cache.hit-rate', () => {
  test('holds above 95 % after two look-ups a tool', () => {
    expect(run(9, 200).outcome).toMatchObject({ checked: 200, violationCount: 0 });
  });

  test('is broken at 95 %', () => {
    expect(run(10, 200).messages).toEqual(['95.0 % of 200 look-ups after warm-up were hits']);
  });

  test('says nothing of few look-ups, nor of a run with faults', () => {
    expect(run(199, 199).outcome).toMatchObject({ checked: 0, violationCount: 0 });
    expect(run(200, 200, false).outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });
});
