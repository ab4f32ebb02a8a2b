import { describe, expect, test } from 'vitest';
import { rollingUpdateBound } from '../../../scenarios/invariants/rolling-update-bound.ts';
import { RuleBench } from './rule-bench.ts';

describe('rolling-update.bound', () => {
  test.each([
    [179_999, []],
    [180_000, ['defender-blue: the rolling update took 180 s']],
  ])('an update of %i ms', (durationMs, messages) => {
    const bench = new RuleBench(rollingUpdateBound)
      .say('update.started')
      .say('update.completed', { durationMs })
      .finish();
    expect(bench.outcome.checked).toBe(1);
    expect(bench.messages).toEqual(messages);
  });

  test('is broken by one that never ends', () => {
    const bench = new RuleBench(rollingUpdateBound).at(20).say('update.started');
    expect(bench.at(199).finish().messages).toEqual([]);
    expect(bench.at(200).finish().messages).toEqual([
      'defender-blue: the rolling update begun at 20 s never ended',
    ]);
  });

  test('images that nodes pull are not its time, however many at once', () => {
    const bench = new RuleBench(rollingUpdateBound).at(100).say('update.started');
    for (const pod of ['a', 'b']) bench.say('pod.scheduled', { pod, deployment: 'defender-blue' });
    bench.at(150).say('pod.started', { pod: 'a', deployment: 'defender-blue' });
    bench.at(160).say('pod.started', { pod: 'b', deployment: 'defender-blue' });
    // Of another colour, and one that starts as fast as pods do.
    bench.say('pod.scheduled', { pod: 'c', deployment: 'defender-green' });
    bench.say('pod.scheduled', { pod: 'd', deployment: 'defender-blue' });
    bench.at(170).say('pod.started', { pod: 'd', deployment: 'defender-blue' });
    expect(bench.at(329).finish().messages).toEqual([]);
    bench.at(330).say('update.completed', { durationMs: 230_000 });
    expect(bench.messages).toEqual(['defender-blue: the rolling update took 230 s, 50 s of them for images']);
  });

  test('a pod that waits for more than a minute waits for more than its image', () => {
    const bench = new RuleBench(rollingUpdateBound).at(20).say('update.started');
    bench.at(100).say('pod.scheduled', { pod: 'a', deployment: 'defender-blue' });
    expect(bench.at(259).finish().messages).toEqual([]);
    expect(bench.at(260).finish().messages).toEqual([
      'defender-blue: the rolling update begun at 20 s never ended',
    ]);
  });

  test('other deployments have no bound', () => {
    const bench = new RuleBench(rollingUpdateBound)
      .say('update.started', { deployment: 'collector-blue' })
      .say('update.completed', { deployment: 'collector-blue', durationMs: 999_999 });
    expect(bench.outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });

  test.each([
    ['node.loss', ['node-1'], 0],
    ['pod.kill', ['defender-blue-a'], 0],
    ['pod.clock-step', ['defender-blue-a'], 1],
    ['pod.kill', ['collector-blue-a'], 1],
    ['pod.kill', ['defender-green-a'], 1],
  ])('with %s of %j: %i violations', (kind, targets, violationCount) => {
    const bench = new RuleBench(rollingUpdateBound)
      .say('update.started')
      .fault('f1', kind, targets)
      .say('update.completed', { durationMs: 300_000 });
    expect(bench.outcome.violationCount).toBe(violationCount);
  });

  test('one that flapping readiness holds up has its time from the end of that', () => {
    const bench = new RuleBench(rollingUpdateBound)
      .at(10)
      .say('update.started')
      .faultBegins('f1', 'kubelet.flap-readiness', ['defender-blue-a'])
      .at(600)
      .faultEnds('f1');
    const inTime = bench.at(779).finish();
    expect(inTime.messages).toEqual([]);
    bench.at(790).say('update.completed', { durationMs: 780_000 });
    expect(bench.messages).toEqual(['defender-blue: the rolling update took 780 s']);
  });

  test('one that ends while readiness flaps is in time; the other colour flaps for itself', () => {
    const bench = new RuleBench(rollingUpdateBound)
      .say('update.started')
      .faultBegins('f1', 'kubelet.flap-readiness', ['defender-blue-a'])
      .say('update.started', { deployment: 'defender-green' })
      .at(400)
      .say('update.completed', { durationMs: 400_000 })
      .say('update.completed', { deployment: 'defender-green', durationMs: 400_000 });
    expect(bench.messages).toEqual(['defender-green: the rolling update took 400 s']);
  });
});
