import { describe, expect, test } from 'vitest';
import { autoscalerFollows } from '../../../scenarios/invariants/autoscaler-follows.ts';
import { RuleBench } from './rule-bench.ts';

const labelled = (bench: RuleBench, blue: string, green: string): RuleBench =>
  bench
    .say('deployment.labelled', { deployment: 'collector-blue', labels: { autoscaling: blue } })
    .say('deployment.labelled', { deployment: 'collector-green', labels: { autoscaling: green } });

const promoted = (): RuleBench =>
  labelled(new RuleBench(autoscalerFollows), 'off', 'off')
    .at(100)
    .say('routing.changed', { stableColour: 'green', canaryColour: 'blue' })
    .say('rollout.promoted');

describe('autoscaler.follows', () => {
  test('holds where it goes on for what became stable', () => {
    expect(labelled(promoted(), 'off', 'on').at(161).finish().outcome).toMatchObject({
      checked: 1,
      violationCount: 0,
    });
  });

  test('is broken where it stays off, or serves the idle colour', () => {
    expect(labelled(promoted(), 'on', 'off').at(161).finish().messages).toEqual([
      'collector-blue is idle and its autoscaler on',
      'collector-green is stable and its autoscaler off',
    ]);
  });

  test('not judged within a minute, in the next release, or while gateways are missing', () => {
    expect(promoted().at(159).finish().outcome.checked).toBe(0);
    expect(promoted().at(120).say('rollout.started').at(300).finish().outcome.checked).toBe(0);
    const missing = labelled(new RuleBench(autoscalerFollows), 'off', 'off')
      .say('rollback.completed', { missingGateways: ['gateway-0'] })
      .at(300);
    expect(missing.finish().outcome.checked).toBe(0);
  });
});
