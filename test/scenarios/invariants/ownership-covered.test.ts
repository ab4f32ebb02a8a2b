import { describe, expect, test } from 'vitest';
import { ownershipCovered } from '../../../scenarios/invariants/ownership-covered.ts';
import { RuleBench } from './rule-bench.ts';

const other = { pod: 'defender-blue-b', defenderId: 'defender-1' };
const started = (): RuleBench =>
  new RuleBench(ownershipCovered).at(30).say('identity.claimed').say('assignment.applied').at(100);
/** Enough others, with units of their own, that a death is no restart. */
const crowded = (): RuleBench => {
  const bench = started();
  for (let index = 2; index < 8; index++) {
    const pod = `defender-blue-${index}`;
    const defenderId = `defender-${index}`;
    bench.say('identity.claimed', { pod, defenderId });
    bench.say('assignment.applied', { pod, defenderId, owned: [`T100${index}`] });
  }
  return bench;
};

describe('ownership.covered', () => {
  test.each([
    ['a crash', 'pod.restarting'],
    ['a pod that ends', 'pod.ended'],
    ['an id that is lost', 'identity.released'],
  ] as const)('holds where a unit is taken over 31 s after %s', (_, kind) => {
    const bench = crowded().say(kind).at(131).say('assignment.applied', other).at(500).finish();
    expect(bench.outcome).toMatchObject({ violationCount: 0 });
    expect(bench.outcome.checked).toBeGreaterThan(2);
  });

  test('is broken by a unit that waits longer for its owner', () => {
    const bench = crowded().say('pod.restarting').at(132).say('assignment.applied', other);
    expect(bench.messages).toEqual(['T0001 (blue) had no live owner for 32.0 s']);
  });

  test.each([
    [140, 0],
    [142, 1],
  ])('what was left in order waits for a window and a new leader (%i s)', (second, violations) => {
    const bench = crowded().say('shutdown.step', { step: 'unsubscribed' }).at(115).say('leader.elected');
    bench.at(second).say('assignment.applied', other).finish();
    expect(bench.outcome.violationCount).toBe(violations);
  });

  test('is broken by a unit that nobody owns at the end', () => {
    const bench = crowded().say('shutdown.step', { step: 'unsubscribed' }).at(200).finish();
    expect(bench.messages).toEqual(['T0001 (blue) had no live owner for 100.0 s']);
  });

  test('a restart of the cluster takes as long as its window', () => {
    const bench = started().say('pod.restarting').at(190).say('assignment.applied', other).finish();
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('two owners for as long as the old one may take to see the map', () => {
    const bench = crowded().say('assignment.applied', other).at(125).say('assignment.applied', { owned: [] });
    expect(bench.finish().outcome.violationCount).toBe(0);
  });

  test('is broken by two owners that stay', () => {
    const bench = crowded().say('assignment.applied', other).at(160).finish();
    expect(bench.messages).toEqual(['T0001 (blue) had 2 live owners for 60.0 s']);
  });

  test('excused where the old owner was cut off', () => {
    const bench = crowded()
      .faultBegins('f1', 'nats.client-cut', ['defender-blue-a'])
      .say('assignment.applied', other)
      .at(160)
      .finish();
    expect(bench.outcome).toMatchObject({ violationCount: 0, excused: { 'NATS impaired': 1 } });
  });

  test('a colour that was scaled to nothing owns nothing', () => {
    const bench = crowded()
      .say('deployment.changed', { deployment: 'defender-blue', replicas: 0 })
      .say('pod.ended')
      .at(900)
      .say('deployment.changed', { deployment: 'defender-blue', replicas: 2 })
      .at(980)
      .say('assignment.applied', other)
      .finish();
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('what lasts is judged again when its excuse is over', () => {
    const bench = crowded()
      .faultBegins('f1', 'nats.client-cut', ['defender-blue-a'])
      .say('assignment.applied', other)
      .at(130)
      .faultEnds('f1')
      .say('uchart.stored')
      .at(400)
      .say('uchart.stored')
      .at(430)
      .say('uchart.stored');
    expect(bench.messages).toEqual(['T0001 (blue) had 2 live owners for 30.0 s']);
  });
});
