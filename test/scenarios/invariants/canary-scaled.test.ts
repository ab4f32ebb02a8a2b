import { describe, expect, test } from 'vitest';
import { canaryScaled } from '../../../scenarios/invariants/canary-scaled.ts';
import { RuleBench } from './rule-bench.ts';

const known = { tools: 60, demand: { collector: 4, defender: 10 } };

function released(replicas: number): RuleBench {
  return new RuleBench(canaryScaled, known)
    .say('rollout.started', { stableColour: 'blue' })
    .say('deployment.changed', { deployment: 'collector-green', replicas });
}

describe('canary.scaled', () => {
  test('holds where the collectors come before the stage, and go after the rollback', () => {
    const bench = released(1)
      .say('rollout.stage', { state: 'entered', tools: 15 })
      .say('deployment.changed', { deployment: 'collector-green', replicas: 2 })
      .say('rollout.stage', { state: 'entered', tools: 20 })
      .say('rollback.started')
      .say('deployment.changed', { deployment: 'collector-green', replicas: 0 });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by a stage that begins without them, and by one that goes meanwhile', () => {
    const bench = released(1).say('rollout.stage', { state: 'entered', name: '5-percent', tools: 20 });
    bench.say('deployment.changed', { deployment: 'collector-green', replicas: 0 });
    expect(bench.messages).toEqual([
      'stage 5-percent began with 1 collectors, it needs 2',
      'collector-green was scaled from 1 to 0 in the middle of a release',
    ]);
  });
});
