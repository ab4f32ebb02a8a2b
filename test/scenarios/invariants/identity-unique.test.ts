import { describe, expect, test } from 'vitest';
import { identityUnique } from '../../../scenarios/invariants/identity-unique.ts';
import { RuleBench } from './rule-bench.ts';

const other = { pod: 'defender-blue-b' };

describe('identity.unique', () => {
  test.each([
    ['given back', 'identity.released'],
    ['left by a crash', 'pod.restarting'],
    ['left by a pod that is gone', 'pod.ended'],
    ['left by a lost machine', 'node.down'],
  ] as const)('holds where an id is taken that was %s', (_, kind) => {
    const bench = new RuleBench(identityUnique)
      .say('pod.scheduled')
      .say('identity.claimed')
      .say(kind)
      .say('identity.claimed', { ...other, inherited: true });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('the other colour has ids of its own, and a claim may be repeated', () => {
    const bench = new RuleBench(identityUnique)
      .say('identity.claimed')
      .say('identity.claimed')
      .say('identity.claimed', { colour: 'green', pod: 'defender-green-a' });
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('is broken by a second holder', () => {
    const bench = new RuleBench(identityUnique).say('identity.claimed').at(12).say('identity.claimed', other);
    expect(bench.messages).toEqual([
      'defender-blue-b (blue) took defender-0, which defender-blue-a has held for 12.0 s',
    ]);
  });

  test('excused where the holder stood still', () => {
    const bench = new RuleBench(identityUnique)
      .say('identity.claimed')
      .faultBegins('f1', 'pod.freeze', ['defender-blue-a'])
      .at(40)
      .say('identity.claimed', other);
    expect(bench.outcome).toMatchObject({ violationCount: 0, excused: { 'Defenders frozen': 1 } });
  });
});
