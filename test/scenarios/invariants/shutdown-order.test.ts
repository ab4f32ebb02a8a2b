import { describe, expect, test } from 'vitest';
import { shutdownOrder } from '../../../scenarios/invariants/shutdown-order.ts';
import { RuleBench } from './rule-bench.ts';

const steps = [
  'stop-accepting',
  'drained',
  'unsubscribed',
  'id-released',
  'leadership-released',
  'exit',
] as const;

function through(bench: RuleBench, taken: readonly (typeof steps)[number][]): RuleBench {
  for (const step of taken) bench.say('shutdown.step', { step });
  return bench;
}

describe('shutdown.order', () => {
  test('holds for the six steps in order, time after time', () => {
    const bench = through(new RuleBench(shutdownOrder).say('identity.claimed'), steps)
      .say('identity.released')
      .say('pod.ended');
    expect(through(bench, steps).outcome).toMatchObject({ checked: 12, violationCount: 0 });
  });

  test('is broken by a wrong beginning, a wrong order and a step left out', () => {
    expect(through(new RuleBench(shutdownOrder), ['drained']).messages).toEqual([
      'defender-blue-a began its shutdown with drained',
    ]);
    expect(through(new RuleBench(shutdownOrder), ['stop-accepting', 'id-released']).messages).toEqual([
      'defender-blue-a: id-released came right after stop-accepting',
    ]);
    expect(
      through(new RuleBench(shutdownOrder), ['stop-accepting', 'drained', 'stop-accepting']).messages,
    ).toEqual(['defender-blue-a: stop-accepting came right after drained']);
  });

  test.each([
    [30, []],
    [30.5, ['defender-blue-a took 30500 ms to stop']],
  ])('a stop of %d s', (seconds, messages) => {
    const bench = through(new RuleBench(shutdownOrder), steps.slice(0, 5)).at(seconds);
    expect(through(bench, ['exit']).messages).toEqual(messages);
  });

  test.each(['grace-expired', 'failed', 'exited'] as const)(
    'is broken by an end in the middle (%s)',
    (how) => {
      const bench = through(new RuleBench(shutdownOrder), ['stop-accepting']).say('pod.ended', { how });
      expect(bench.messages).toEqual([`defender-blue-a ended (${how}) after stop-accepting`]);
    },
  );

  test('a kill in the middle is no fault of the Defender', () => {
    for (const how of ['crashed', 'node-lost', 'force-deleted'] as const) {
      const bench = through(new RuleBench(shutdownOrder), ['stop-accepting']).say('pod.ended', { how });
      expect(bench.outcome.violationCount).toBe(0);
    }
    const restarted = through(new RuleBench(shutdownOrder), ['stop-accepting']).say('pod.restarting');
    expect(through(restarted, steps).outcome.violationCount).toBe(0);
  });

  test.each(['exited', 'failed', 'grace-expired'] as const)(
    'is broken by an end without a step (%s)',
    (how) => {
      const bench = new RuleBench(shutdownOrder).say('identity.claimed').say('pod.ended', { how });
      expect(bench.messages).toEqual([`defender-blue-a ended (${how}) with its id and without a shutdown`]);
      expect(new RuleBench(shutdownOrder).say('pod.ended', { how }).messages).toEqual([]);
    },
  );

  test('is broken by a Defender that does not begin, as soon as anything shows it', () => {
    const told = (seconds: number): RuleBench =>
      new RuleBench(shutdownOrder).say('identity.claimed').say('pod.terminating').at(seconds);
    expect(told(6).say('shutdown.step').messages).toEqual([]);
    expect(told(6.1).say('assignment.published').messages).toEqual([
      'defender-blue-a had not begun to stop 6.1 s after it was told to',
    ]);
    expect(told(1).say('shutdown.step').at(20).say('assignment.published').messages).toEqual([]);
    expect(told(1).say('pod.ended', { how: 'crashed' }).at(20).say('assignment.published').messages).toEqual(
      [],
    );
    const idle = new RuleBench(shutdownOrder).say('pod.terminating').at(9).say('assignment.published');
    expect(idle.messages).toEqual([]);
  });

  test('excused where NATS hung or the pod stood still', () => {
    for (const [kind, targets] of [
      ['nats.partition', ['nats-blue-0']],
      ['pod.freeze', ['defender-blue-a']],
    ] as const) {
      const bench = through(new RuleBench(shutdownOrder).faultBegins('f1', kind, targets), ['stop-accepting'])
        .at(30)
        .say('pod.ended', { how: 'grace-expired' });
      expect(bench.outcome.violationCount).toBe(0);
      expect(Object.values(bench.outcome.excused)).toEqual([1]);
    }
  });

  test('is broken by a map that is followed meanwhile; before, or by another, it may be', () => {
    const bench = new RuleBench(shutdownOrder)
      .say('identity.claimed')
      .say('assignment.applied', { version: 3 });
    through(bench, ['stop-accepting']).say('assignment.applied', { pod: 'defender-blue-b', version: 4 });
    expect(bench.messages).toEqual([]);
    bench.say('assignment.applied', { version: 4 });
    expect(bench.messages).toEqual(['defender-blue-a followed map 4 while it was stopping']);
  });
});
