import { describe, expect, test } from 'vitest';
import { isolationFault } from '../../../scenarios/invariants/isolation-fault.ts';
import { RuleBench } from './rule-bench.ts';

const blueFault = (): RuleBench =>
  new RuleBench(isolationFault).at(1000).faultBegins('f1', 'nats.partition', ['nats-blue-0']);
const greenPod = { colour: 'green', pod: 'defender-green-a' } as const;

describe('isolation.fault', () => {
  test('holds where the other colour works on', () => {
    const bench = blueFault()
      .say('completion.acknowledged', { ...greenPod, durationMs: 4999 })
      .say('completion.acknowledged', { durationMs: 20_000 })
      .say('defender.state')
      .say('assignment.published', { reason: 'crash' });
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken by whatever the fault does to the other colour', () => {
    const bench = blueFault()
      .say('completion.acknowledged', { ...greenPod, durationMs: 5000 })
      .say('defender.state', greenPod)
      .say('assignment.published', { colour: 'green', version: 4, reason: 'crash' });
    expect(bench.messages).toEqual([
      'T0001/1 took 5000 ms on green while only blue had a fault in NATS',
      'defender-green-a (green) lost NATS while only blue had a fault in it',
      'green published map 4 after a crash while only blue had a fault in NATS',
    ]);
  });

  test('is broken by a map after a crash that its leader could not announce', () => {
    const bench = blueFault()
      .say('assignment.computed', { colour: 'green', version: 4, reason: 'crash' })
      .say('assignment.applied', { colour: 'green', version: 4 });
    expect(bench.messages).toEqual([
      'green published map 4 after a crash while only blue had a fault in NATS',
    ]);
  });

  test('judges nobody when both colours are struck, or none', () => {
    const both = blueFault()
      .faultBegins('f2', 'nats.kill-node', ['nats-green-1'])
      .say('defender.state', greenPod);
    expect(both.outcome.checked).toBe(0);
    const over = blueFault().faultEnds('f1').say('defender.state', greenPod);
    expect(over.outcome.checked).toBe(0);
  });

  test.each([
    ['pod.kill', ['defender-green-a']],
    ['cassandra.kill-node', ['cassandra-1']],
    ['link.delay', ['defender-green-a - nats']],
  ])('%s of %j excuses the other colour', (kind, targets) => {
    const bench = blueFault().faultBegins('f2', kind, targets).say('defender.state', greenPod);
    expect(bench.outcome.violationCount).toBe(0);
    expect(Object.values(bench.outcome.excused)).toEqual([1]);
  });

  test('a killed Defender of the struck colour excuses nothing', () => {
    const bench = blueFault().fault('f2', 'pod.kill', ['defender-blue-a']).say('defender.state', greenPod);
    expect(bench.outcome.violationCount).toBe(1);
  });
});
