import { describe, expect, test } from 'vitest';
import { rebalanceLimits } from '../../../scenarios/invariants/rebalance-limits.ts';
import { RuleBench } from './rule-bench.ts';

const calm = (): RuleBench => new RuleBench(rebalanceLimits).say('deployment.changed').at(10_000);

describe('rebalance.limits', () => {
  test('allows one rebalance an hour in normal operation', () => {
    const bench = calm().say('assignment.published').at(13_600).say('assignment.published');
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test('is broken by a second one within the hour', () => {
    const bench = calm()
      .say('assignment.published')
      .at(13_599)
      .say('assignment.published', { version: 2, joined: ['a'], moved: 9 });
    expect(bench.messages).toEqual([
      'blue: 2 rebalances within an hour of normal operation (map 2, 1 joined, 0 left, 9 units moved)',
    ]);
  });

  test('the colours are counted apart', () => {
    const bench = calm().say('assignment.published').say('assignment.published', { colour: 'green' });
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('that a member was declared dead explains nothing', () => {
    const bench = calm();
    for (let map = 0; map < 2; map++)
      bench.say('member.dead').say('assignment.published', { reason: 'crash' });
    expect(bench.outcome.violationCount).toBe(1);
  });

  test.each([
    ['replicas', (bench: RuleBench) => bench.say('deployment.changed', { replicas: 11 })],
    ['a crash', (bench: RuleBench) => bench.say('pod.restarting')],
    ['a pod that ended by force', (bench: RuleBench) => bench.say('pod.ended', { how: 'grace-expired' })],
    ['a lost machine', (bench: RuleBench) => bench.say('node.down')],
    ['a machine that is back', (bench: RuleBench) => bench.say('node.up')],
    ['a kill', (bench: RuleBench) => bench.fault('f', 'pod.kill', ['defender-blue-a'])],
    ['a freeze', (bench: RuleBench) => bench.faultBegins('f', 'pod.freeze', ['defender-blue-a'])],
  ])('%s explains what follows within 150 s', (_, cause) => {
    const bench = cause(calm()).at(10_149);
    for (let map = 0; map < 3; map++) bench.say('assignment.published');
    expect(bench.outcome.violationCount).toBe(0);
    bench.at(10_151).say('assignment.published').say('assignment.published');
    expect(bench.outcome.violationCount).toBe(1);
  });

  test.each([
    ['the same replicas', (bench: RuleBench) => bench.say('deployment.changed')],
    ['a planned end of a pod', (bench: RuleBench) => bench.say('pod.ended')],
    ['a clock that steps', (bench: RuleBench) => bench.fault('f', 'pod.clock-step', ['defender-blue-a'])],
    ['a kill elsewhere', (bench: RuleBench) => bench.fault('f', 'pod.kill', ['defender-green-a'])],
    [
      'a crash elsewhere',
      (bench: RuleBench) => bench.say('pod.restarting', { deployment: 'collector-blue' }),
    ],
  ])('%s explains nothing', (_, noCause) => {
    const bench = noCause(calm()).at(10_010).say('assignment.published').say('assignment.published');
    expect(bench.outcome.violationCount).toBe(1);
  });

  test('a crash explains until its pod is back, a freeze until it ends', () => {
    const crash = calm().say('pod.restarting', { backoffMs: 300_000 }).at(10_440);
    expect(crash.say('assignment.published').say('assignment.published').outcome.violationCount).toBe(0);
    const frozen = calm()
      .faultBegins('f', 'pod.freeze', ['defender-blue-a'])
      .at(10_300)
      .faultEnds('f')
      .at(10_440);
    expect(frozen.say('assignment.published').say('assignment.published').outcome.violationCount).toBe(0);
  });

  test('is broken by any rebalance in a rolling update', () => {
    const bench = calm().say('update.started').at(10_300).say('assignment.published', { moved: 5 });
    expect(bench.messages).toEqual([
      'blue: a rolling update led to a rebalance (map 1, 0 joined, 0 left, 5 units moved)',
    ]);
    const after = calm().say('update.started').say('update.completed');
    expect(after.at(10_149).say('assignment.published').outcome.violationCount).toBe(1);
    expect(after.at(10_151).say('assignment.published').outcome.violationCount).toBe(1);
  });

  test('an update that scales as well may rebalance until its end', () => {
    const bench = calm()
      .say('update.started')
      .say('deployment.changed', { replicas: 45 })
      .at(10_200)
      .say('assignment.published')
      .say('update.completed')
      .at(10_340)
      .say('assignment.published');
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('is broken by any rebalance on a traffic shift', () => {
    const bench = calm()
      .say('routing.changed', { epoch: 1 })
      .say('routing.changed', { epoch: 2 })
      .at(10_059)
      .say('assignment.published', { colour: 'green' });
    expect(bench.messages).toEqual([
      'green: a traffic shift led to a rebalance (map 1, 0 joined, 0 left, 0 units moved)',
    ]);
    const toldAgain = calm()
      .say('routing.changed', { epoch: 2 })
      .say('routing.changed', { epoch: 2 })
      .say('assignment.published');
    expect(toldAgain.outcome.violationCount).toBe(0);
  });

  function coldStart(): RuleBench {
    return new RuleBench(rebalanceLimits)
      .say('deployment.changed')
      .at(30)
      .say('identity.claimed')
      .at(34)
      .say('assignment.published', { reason: 'cold-start' })
      .at(36);
  }

  test('pods of a lost machine are replaced minutes later, which explains as well; others are not', () => {
    const replaced = (node: string): RuleBench =>
      new RuleBench(rebalanceLimits)
        .say('pod.scheduled', { node: 'node-1' })
        .at(1000)
        .say('node.not-ready', { node })
        .say('routing.changed', { epoch: 1 })
        .at(1300)
        .say('pod.terminating')
        .at(1370)
        .say('routing.changed', { epoch: 2 })
        .at(1400)
        .say('assignment.published', { joined: ['defender-6'] });
    expect(replaced('node-1').messages).toEqual([]);
    expect(replaced('node-2').messages).toEqual([
      expect.stringMatching(/^blue: a traffic shift led to a rebalance/),
    ]);
  });

  test('is broken by a second cold start', () => {
    expect(coldStart().say('assignment.published', { reason: 'cold-start' }).messages).toEqual([
      'blue was started cold 2 times without a restart of the cluster',
    ]);
  });

  test('is broken by a second map of a cold start, but not for one that came late', () => {
    expect(coldStart().say('assignment.published', { joined: ['defender-0'] }).messages).toEqual([]);
    const overlooked = new RuleBench(rebalanceLimits)
      .say('deployment.changed')
      .at(29.9)
      .say('identity.claimed')
      .at(34)
      .say('assignment.published', { reason: 'cold-start' })
      .at(44)
      .say('assignment.published', { version: 2, joined: ['defender-0'] });
    expect(overlooked.messages).toEqual([
      'blue: a cold start took a second map (2) for defender-0, there before the first',
    ]);
  });

  test('the first order is known by the pods that there are', () => {
    const update = new RuleBench(rebalanceLimits).say('pod.created').say('pod.created').at(1000);
    update.say('deployment.changed', { replicas: 2 }).say('update.started').say('assignment.published');
    expect(update.outcome.violationCount).toBe(1);
    const scaled = new RuleBench(rebalanceLimits).say('pod.created').say('pod.created').at(1000);
    scaled.say('deployment.changed', { replicas: 3 }).say('update.started').say('assignment.published');
    expect(scaled.outcome.violationCount).toBe(0);
  });

  test('a restart needs an end before it', () => {
    const scaled = calm().say('deployment.changed', { replicas: 45 }).at(10_170);
    expect(scaled.say('assignment.published', { reason: 'restart' }).outcome.violationCount).toBe(0);
    expect(calm().say('assignment.published', { reason: 'restart', version: 7 }).messages).toEqual([
      'blue was started anew (map 7) though nothing had ended it',
    ]);
  });

  test('excused by NATS of that colour, and then not counted', () => {
    const bench = calm().faultBegins('f1', 'nats.partition', ['nats-blue-0']);
    for (let map = 0; map < 3; map++) bench.say('assignment.published').say('update.started');
    expect(bench.outcome).toMatchObject({ violationCount: 0, excused: { 'NATS impaired': 3 } });
    bench.say('assignment.published', { colour: 'green' }).say('assignment.published', { colour: 'green' });
    expect(bench.outcome.violationCount).toBe(1);
  });
});
