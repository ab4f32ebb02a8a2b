import { expect, test } from 'vitest';
import { capacityStable } from '../../../scenarios/invariants/capacity-stable.ts';
import { RuleBench } from './rule-bench.ts';

const blue = { deployment: 'defender-blue', by: 'rollout-0' };
const stable = (colour: 'blue' | 'green') =>
  ({ stableColour: colour, canaryColour: colour === 'blue' ? 'green' : 'blue' }) as const;

test('is broken by a rollout that takes replicas from the stable colour', () => {
  const bench = new RuleBench(capacityStable)
    .say('routing.changed', stable('blue'))
    .say('deployment.changed', { ...blue, replicas: 9 });
  expect(bench.messages).toEqual(['defender-blue is stable and has 9 replicas where all tools need 10']);
});

test('is broken by roles that are swapped to a colour which cannot carry all tools', () => {
  const bench = new RuleBench(capacityStable)
    .say('routing.changed', stable('blue'))
    .say('deployment.changed', { deployment: 'collector-green', by: 'rollout-0', replicas: 1 })
    .say('routing.changed', stable('green'));
  expect(bench.outcome).toMatchObject({ violationCount: 1 });
});

test('holds for the canary, for the old colour after the swap, and for what an operator wants', () => {
  const bench = new RuleBench(capacityStable)
    .say('routing.changed', stable('blue'))
    .say('deployment.changed', { deployment: 'defender-green', by: 'rollout-0', replicas: 10 })
    .say('deployment.changed', { ...blue, by: 'operator', replicas: 4 })
    .say('deployment.changed', { ...blue, replicas: 4 })
    .say('routing.changed', stable('green'))
    .say('deployment.changed', { ...blue, replicas: 1 });
  expect(bench.outcome).toMatchObject({ violationCount: 0 });
  expect(bench.outcome.checked).toBeGreaterThan(1);
});
