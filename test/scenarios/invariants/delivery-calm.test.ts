import { describe, expect, test } from 'vitest';
import { deliveryCalm } from '../../../scenarios/invariants/delivery-calm.ts';
import { RuleBench } from './rule-bench.ts';

function delivered(times: number, everySeconds: number): RuleBench {
  const bench = new RuleBench(deliveryCalm);
  for (let count = 1; count <= times; count++) {
    bench.at(count * everySeconds).say('completion.delivered', { deliveryCount: count });
  }
  return bench;
}

describe('delivery.calm', () => {
  test.each([
    ['eight in a moment', 8, 0.1],
    ['many, with pauses', 40, 2],
  ])('holds: %s', (_, times, everySeconds) => {
    expect(delivered(times, everySeconds).outcome).toMatchObject({ checked: times, violationCount: 0 });
  });

  test('is broken by a loop, and says so once a burst', () => {
    expect(delivered(60, 0.1).messages).toEqual([
      'T0001/1 was delivered 9 times in 0.8 s, last to defender-blue-a (blue)',
    ]);
  });

  test('a message that was acknowledged starts anew', () => {
    const bench = delivered(8, 0.1).say('completion.acknowledged').say('completion.delivered');
    expect(bench.outcome.violationCount).toBe(0);
  });
});
