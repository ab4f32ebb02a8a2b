import { describe, expect, test } from 'vitest';
import { rolesAgree } from '../../../scenarios/invariants/roles-agree.ts';
import { RuleBench } from './rule-bench.ts';

function label(
  bench: RuleBench,
  stable: 'blue' | 'green',
  components = ['collector', 'defender'],
): RuleBench {
  for (const component of components) {
    for (const colour of ['blue', 'green']) {
      const role = colour === stable ? 'stable' : 'canary';
      bench.say('deployment.labelled', { deployment: `${component}-${colour}`, labels: { role } });
    }
  }
  return bench;
}

const swap = { action: 'promote', stableColour: 'green', canaryColour: 'blue' } as const;

describe('roles.agree', () => {
  test('holds where the labels follow a swap in time', () => {
    const bench = new RuleBench(rolesAgree).at(0).say('routing.changed', swap).at(20);
    expect(label(bench, 'green').at(100).finish().outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken by labels that come late', () => {
    const bench = new RuleBench(rolesAgree).at(0).say('routing.changed', swap).at(40);
    expect(label(bench, 'green').messages).toEqual(['role labels agreed only, 40 s after the list']);
  });

  test('is broken by one that never comes, after a rollback as well', () => {
    const bench = new RuleBench(rolesAgree)
      .say('routing.changed', { action: 'rollback', stableColour: 'blue', canaryColour: 'green' })
      .say('rollback.completed', { level: 'L1', missingGateways: [] });
    label(bench, 'blue', ['collector']).at(60).finish();
    expect(bench.messages).toEqual([
      'defender-blue is unlabelled, not stable, defender-green is unlabelled, not canary, 60 s after the list',
    ]);
  });

  test('asks nothing of an L2, or while a gateway is missing; a controller that was killed excuses', () => {
    const bench = new RuleBench(rolesAgree)
      .say('rollback.completed', { level: 'L2' })
      .say('rollback.completed', { level: 'L1', missingGateways: ['gateway-0'] })
      .at(50)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 0 });
    const killed = new RuleBench(rolesAgree)
      .say('routing.changed', swap)
      .fault('f1', 'pod.kill', ['rollout-0'])
      .at(60)
      .finish();
    expect(killed.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });
});
