import { describe, expect, test } from 'vitest';
import { emptyPlan, type Plan } from '../../chaos/plan.ts';
import { runScenario } from '../../scenarios/runner.ts';
import type { RunRequest } from '../../scenarios/run-result.ts';

const betweenMapAndUse: Plan = {
  ...emptyPlan,
  faults: [
    {
      id: 'scale',
      kind: 'operator.scale',
      parameters: { deployment: 'defender-blue', replicas: 8 },
      startMs: 180_000,
    },
    {
      id: 'kill',
      kind: 'pod.kill',
      parameters: {},
      startMs: 180_000,
      at: { moment: 'map.computed', occurrence: 1, delayMs: 0, target: 'self' },
    },
  ],
};

const request: RunRequest = {
  scenario: 'defender-moments',
  seed: 5n,
  overrides: { tools: '60', minutes: '10' },
  plan: betweenMapAndUse,
};

describe('the leader is killed between its map and the first use of it', () => {
  test('others follow the map that nobody announced, and every rule holds', { timeout: 60_000 }, async () => {
    const order = new Set<string>();
    const result = await runScenario(request, {
      observe: (event) => {
        if (event.kind === 'fault.started' && event.id === 'kill')
          order.add(`killed ${event.targets.length}`);
        if ('version' in event && event.version === 2) order.add(event.kind);
      },
    });
    expect(result.reasons.filter((reason) => !reason.startsWith('goal not reached'))).toEqual([]);
    expect([...order]).toEqual(['assignment.computed', 'killed 1', 'assignment.applied']);
    expect(result.faults[1]).toMatchObject({ id: 'kill', hits: 1, vacuous: false });
    const row = result.moments?.find(({ moment }) => moment === 'map.computed');
    expect(row?.hits['pod.kill']).toBe(1);
  });

  test('is the same run again, from the plan that its result holds', { timeout: 60_000 }, async () => {
    const first = await runScenario({ ...request, plan: betweenMapAndUse });
    const again = await runScenario({ ...request, plan: first.plan });
    expect(again.fingerprint).toBe(first.fingerprint);
    expect(again.moments).toEqual(first.moments);
  });
});
