import { describe, expect, test } from 'vitest';
import { fieldOneWriter } from '../../../scenarios/invariants/field-one-writer.ts';
import { RuleBench } from './rule-bench.ts';

const name = 'defender-green';

function released(): RuleBench {
  return new RuleBench(fieldOneWriter)
    .say('deployment.changed', { deployment: name, replicas: 0, image: 'v1', by: 'operator' })
    .say('rollout.started')
    .say('deployment.changed', { deployment: name, replicas: 5, image: 'v2', by: 'rollout-0' })
    .say('deployment.labelled', { deployment: name, labels: { role: 'canary' }, by: 'rollout-0' });
}

describe('field.one-writer', () => {
  test('holds where others write what is not the release’s, or write nothing new', () => {
    const bench = released()
      .say('deployment.changed', { deployment: 'gateway', replicas: 4, by: 'gitops' })
      .say('deployment.changed', { deployment: name, replicas: 5, image: 'v2', by: 'gitops' });
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('is broken by whoever takes back replicas, image or role', () => {
    const bench = released()
      .say('deployment.changed', { deployment: name, replicas: 0, image: 'v1', by: 'gitops' })
      .say('deployment.labelled', { deployment: name, labels: { role: 'stable' }, by: 'gitops' });
    expect(bench.messages).toEqual([
      'gitops set replicas of defender-green to 0 in the middle of a release',
      'gitops set image of defender-green to v1 in the middle of a release',
      'gitops set role of defender-green to stable in the middle of a release',
    ]);
  });

  test('after the release everybody may', () => {
    const bench = released()
      .say('rollout.ended')
      .say('deployment.changed', { deployment: name, replicas: 0, image: 'v2', by: 'operator' });
    expect(bench.outcome.violationCount).toBe(0);
  });
});
