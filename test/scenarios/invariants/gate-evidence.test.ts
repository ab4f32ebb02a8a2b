import { describe, expect, test } from 'vitest';
import { gateEvidence } from '../../../scenarios/invariants/gate-evidence.ts';
import { RuleBench } from './rule-bench.ts';

/** A stage in which the canary served so many requests and contexts. */
function stage(tools: number, requests: number, contexts: number, number = 0): RuleBench {
  const bench = new RuleBench(gateEvidence).say('rollout.started');
  if (number > 0) bench.say('rollout.stage', { stage: 0, tools: 1 });
  bench.say('rollout.stage', { stage: number, tools });
  for (let index = 0; index < requests; index++) bench.say('request.routed', { colour: 'green' });
  for (let index = 0; index < contexts; index++) bench.say('completion.acknowledged', { colour: 'green' });
  return bench;
}

describe('gate.evidence', () => {
  test('holds with exactly enough, in a first stage and in any other', () => {
    const first = stage(1, 30, 1).say('gate.decided', { requests: 30, contexts: 1 });
    expect(first.outcome).toMatchObject({ checked: 1, violationCount: 0 });
    const other = stage(100, 300, 20).say('gate.decided').say('rollout.stage', { state: 'passed' });
    expect(other.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test.each([
    [stage(100, 299, 20), {}, 'with 300 requests measured and 299 served, 300 are needed'],
    [stage(100, 300, 20), { requests: 299 }, 'with 299 requests measured and 300 served, 300 are needed'],
    [stage(100, 300, 19), {}, 'with 20 contexts measured and 19 processed, 20 are needed'],
    [stage(100, 300, 20), { contexts: 19 }, 'with 19 contexts measured and 20 processed, 20 are needed'],
    [stage(100, 300, 20), { errorRate: 0.01 }, 'with an error rate of 0.01'],
    [stage(100, 300, 20), { errorRate: NaN }, 'with an error rate of NaN'],
    [stage(100, 300, 20), { p95Ms: 500 }, 'with p95 of 500 ms'],
    [stage(100, 300, 20), { approved: false }, 'without approval'],
  ])('is broken by a pass (%#)', (bench, fields, lack) => {
    expect(bench.say('gate.decided', fields).messages).toEqual([`stage 0 (100 tools) passed ${lack}`]);
  });

  test('a first stage of few tools needs a context of each', () => {
    expect(stage(5, 30, 4).say('gate.decided').messages).toEqual([
      'stage 0 (5 tools) passed with 20 contexts measured and 4 processed, 5 are needed',
    ]);
    expect(stage(6, 30, 6).say('gate.decided').outcome.violationCount).toBe(2);
    expect(stage(5, 30, 5, 1).say('gate.decided', { stage: 1 }).outcome.violationCount).toBe(2);
  });

  test('traffic before the stage, and of the stable colour, is no evidence', () => {
    const bench = stage(100, 300, 20).say('rollout.stage', { stage: 1, tools: 200 });
    for (let index = 0; index < 300; index++) bench.say('request.routed');
    expect(bench.say('gate.decided', { stage: 1 }).outcome.violationCount).toBe(2);
  });

  test('other decisions need nothing', () => {
    expect(stage(100, 0, 0).say('gate.decided', { decision: 'extend' }).outcome).toMatchObject({
      checked: 1,
      violationCount: 0,
    });
  });

  test('is broken by a stage that passes without its gate', () => {
    const bench = stage(100, 0, 0)
      .say('gate.decided', { decision: 'warn' })
      .say('rollout.stage', { state: 'passed' });
    expect(bench.messages).toEqual(['stage 0 (1 tool) was passed without its gate']);
  });
});
