import { describe, expect, test } from 'vitest';
import { durabilityAcknowledged } from '../../../scenarios/invariants/durability-acknowledged.ts';
import { RuleBench } from './rule-bench.ts';

describe('durability.acknowledged', () => {
  test('holds where the result was computed from all points', () => {
    const bench = new RuleBench(durabilityAcknowledged)
      .say('request.acknowledged')
      .say('request.acknowledged', { requestSequence: 2 })
      .say('uchart.stored', { points: 60 })
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken where points are missing from the result and from the store', () => {
    const bench = new RuleBench(durabilityAcknowledged, { storedRequests: () => 1 })
      .say('request.acknowledged')
      .say('request.acknowledged', { requestSequence: 2 })
      .say('uchart.stored', { points: 59 });
    expect(bench.messages).toEqual([
      'T0001/1: 60 points were acknowledged, its result was computed from 59, and of 2 requests 1 can be read at quorum',
    ]);
  });

  test('leaves durable points that were left out to result.fault-free', () => {
    const bench = new RuleBench(durabilityAcknowledged, { storedRequests: () => 1 })
      .say('request.acknowledged')
      .say('uchart.stored', { points: 1 });
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('looks for the requests of open contexts at the end', () => {
    const asked: unknown[] = [];
    const storedRequests = (tool: string, contextSequence: number): number => {
      asked.push([tool, contextSequence]);
      return 1;
    };
    const bench = new RuleBench(durabilityAcknowledged, { storedRequests })
      .say('request.acknowledged', { contextId: 'T0001/12' })
      .finish();
    expect(asked).toEqual([['T0001', 12]]);
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
    const lost = new RuleBench(durabilityAcknowledged).say('request.acknowledged').finish();
    expect(lost.messages).toEqual(['T0001/1: 1 requests were acknowledged, 0 can be read at quorum']);
  });

  test('does not look for chunks that have expired', () => {
    const young = new RuleBench(durabilityAcknowledged)
      .say('request.acknowledged')
      .at(23 * 3600)
      .finish();
    expect(young.outcome.violationCount).toBe(1);
    const old = new RuleBench(durabilityAcknowledged)
      .say('request.acknowledged')
      .at(23 * 3600 + 1)
      .finish();
    expect(old.outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });
});
