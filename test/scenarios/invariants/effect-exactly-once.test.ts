import { describe, expect, test } from 'vitest';
import { effectExactlyOnce } from '../../../scenarios/invariants/effect-exactly-once.ts';
import { RuleBench } from './rule-bench.ts';

describe('effect.exactly-once', () => {
  test('holds where the same result is stored as often as it is delivered', () => {
    const bench = new RuleBench(effectExactlyOnce)
      .say('uchart.stored')
      .say('uchart.stored', { pod: 'defender-green-b' })
      .say('completion.acknowledged')
      .say('completion.acknowledged')
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 4, violationCount: 0 });
  });

  test('is broken by a second, different result', () => {
    const bench = new RuleBench(effectExactlyOnce)
      .say('uchart.stored', { digest: 1 })
      .say('uchart.stored', { digest: 2, pod: 'defender-green-b' });
    expect(bench.messages).toEqual([
      'T0001/1 got a second, different result from defender-green-b: 1 and then 2',
    ]);
  });

  test('is broken by an acknowledgement without a result, even if one comes later', () => {
    const bench = new RuleBench(effectExactlyOnce).say('completion.acknowledged').say('uchart.stored');
    expect(bench.messages).toEqual([
      'defender-blue-a acknowledged T0001/1, which has no durable result: a wafer can be lost',
    ]);
  });

  test('is broken by a dead letter, and not by one whose result was there', () => {
    const bench = new RuleBench(effectExactlyOnce)
      .say('completion.dead-lettered')
      .say('completion.acknowledged');
    expect(bench.messages).toEqual(['T0001/1 has no result, it was given up as a dead letter: spoilt']);
    const stored = new RuleBench(effectExactlyOnce)
      .say('uchart.stored')
      .say('completion.dead-lettered')
      .say('completion.acknowledged');
    expect(stored.messages).toEqual([]);
  });

  test('no fault excuses loss', () => {
    const bench = new RuleBench(effectExactlyOnce)
      .faultBegins('f1', 'nats.partition', ['nats-blue-0'])
      .say('completion.acknowledged');
    expect(bench.outcome).toMatchObject({ violationCount: 1, excused: {} });
  });
});
