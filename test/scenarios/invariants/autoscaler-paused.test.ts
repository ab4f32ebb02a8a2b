import { describe, expect, test } from 'vitest';
import { autoscalerPaused } from '../../../scenarios/invariants/autoscaler-paused.ts';
import { RuleBench } from './rule-bench.ts';

const scaled = (bench: RuleBench, by: string): RuleBench =>
  bench.say('deployment.changed', { deployment: 'collector-blue', replicas: 3, by });

describe('autoscaler.paused', () => {
  test('before and after tools are at the canary it may scale, meanwhile the rollout may', () => {
    const bench = scaled(new RuleBench(autoscalerPaused), 'horizontal-autoscaler');
    scaled(bench.say('routing.changed', { canaryTools: ['T1'] }), 'rollout-0');
    scaled(bench.say('routing.changed', { canaryTools: [] }), 'horizontal-autoscaler');
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken by an autoscaler that goes on', () => {
    const bench = new RuleBench(autoscalerPaused).say('routing.changed', { canaryTools: ['T1'] });
    expect(scaled(bench, 'horizontal-autoscaler').messages).toEqual([
      'the autoscaler gave collector-blue 3 replicas while tools were at the canary',
    ]);
  });
});
