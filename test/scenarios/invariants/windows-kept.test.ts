import { describe, expect, test } from 'vitest';
import { windowsKept } from '../../../scenarios/invariants/windows-kept.ts';
import { RuleBench } from './rule-bench.ts';

const pod = (name: string): { pod: string; defenderId: string } => ({
  pod: `defender-blue-${name}`,
  defenderId: `defender-${name}`,
});

/** A cluster with the member `a`, whose leader was elected long ago; it is second 1000. */
function stable(): RuleBench {
  return new RuleBench(windowsKept)
    .say('identity.claimed', pod('a'))
    .say('leader.elected')
    .at(30)
    .say('assignment.published', { reason: 'cold-start', joined: ['defender-a'] })
    .at(1000);
}

describe('windows.kept: cold start and restart', () => {
  const coldStart = (seconds: number): RuleBench =>
    new RuleBench(windowsKept)
      .say('identity.claimed', pod('a'))
      .at(10)
      .say('leader.elected')
      .at(10 + seconds)
      .say('assignment.published', { reason: 'cold-start', joined: ['defender-a'] });

  test.each([
    [25.9, 'blue: a cold-start map came 25.9 s after the first change, its window is 30.0 s'],
    [26, undefined],
    [38, undefined],
    [38.1, 'blue: a cold-start map came only 38.1 s after the first change'],
  ])('a first map %d s after the leader', (seconds, message) => {
    expect(coldStart(seconds).outcome.checked).toBe(1);
    expect(coldStart(seconds).messages).toEqual(message === undefined ? [] : [message]);
  });

  test('a restart waits as long, from its first leader on', () => {
    const restart = (seconds: number): RuleBench =>
      stable()
        .say('identity.released', pod('a'))
        .at(5000)
        .say('identity.claimed', pod('b'))
        .say('leader.elected', { term: 2 })
        .at(5000 + seconds)
        .say('assignment.published', { reason: 'restart', joined: ['defender-b'], left: ['defender-a'] });
    expect(restart(30).messages).toEqual([]);
    expect(restart(10).messages).toEqual([
      'blue: a restart map came 10.0 s after the first change, its window is 30.0 s',
    ]);
  });
});

describe('windows.kept: planned scaling', () => {
  test.each([
    [5.9, 'blue: a scaling map came 5.9 s after the first change, its window is 10.0 s'],
    [6, undefined],
    [18, undefined],
    [18.1, 'blue: a scaling map came only 18.1 s after the first change'],
  ])('a map %d s after a join, or after a leave', (seconds, message) => {
    const joined = stable()
      .say('identity.claimed', pod('b'))
      .at(1000 + seconds)
      .say('assignment.published', { joined: ['defender-b'] });
    const left = stable()
      .say('identity.released', pod('a'))
      .at(1000 + seconds)
      .say('assignment.published', { left: ['defender-a'] });
    const expected = message === undefined ? [] : [message];
    expect(joined.messages).toEqual(expected);
    expect(left.messages).toEqual(expected);
  });

  test('a change that comes late in a window rides along', () => {
    const bench = stable()
      .say('identity.claimed', pod('b'))
      .at(1009)
      .say('identity.claimed', pod('c'))
      .at(1010)
      .say('assignment.published', { joined: ['defender-b', 'defender-c'] });
    expect(bench.messages).toEqual([]);
  });

  test('what a map does not have yet begins a window at that map', () => {
    const bench = stable()
      .say('identity.claimed', pod('b'))
      .at(1009.9)
      .say('identity.claimed', pod('c'))
      .at(1010)
      .say('assignment.published', { joined: ['defender-b'] })
      .at(1018)
      .say('identity.claimed', pod('d'))
      .at(1020)
      .say('assignment.published', { joined: ['defender-c', 'defender-d'] });
    expect(bench.messages).toEqual([]);
  });

  test('an id given back and taken again is no change, nor is one handed over or held before', () => {
    const bench = stable()
      .say('identity.released', pod('a'))
      .at(1005)
      .say('identity.claimed', { ...pod('b'), defenderId: 'defender-a' })
      .at(1500)
      .say('identity.released', { ...pod('b'), defenderId: 'defender-a', how: 'handed-over' })
      .at(1502)
      .say('identity.claimed', { ...pod('c'), defenderId: 'defender-a', inherited: true })
      .at(1600)
      .say('identity.claimed', pod('d'))
      .at(1610)
      .say('assignment.published', { joined: ['defender-d'] })
      .at(3000)
      .finish();
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('one that came back without a word and handed its id on opened its window unseen', () => {
    const buried = (): RuleBench =>
      stable()
        .say('member.dead', pod('a'))
        .say('assignment.published', { reason: 'crash', left: ['defender-a'] })
        .at(1100);
    const handedOn = buried()
      .say('identity.claimed', { ...pod('b'), defenderId: 'defender-a', inherited: true })
      .at(1102)
      .say('assignment.published', { joined: ['defender-a'] });
    expect(handedOn.messages).toEqual([]);
    const claimed = buried()
      .say('identity.claimed', { ...pod('b'), defenderId: 'defender-a' })
      .at(1102)
      .say('assignment.published', { joined: ['defender-a'] });
    expect(claimed.messages).toHaveLength(1);
    const forgotten = buried()
      .say('identity.claimed', { ...pod('b'), defenderId: 'defender-a', inherited: true })
      .at(3000)
      .finish();
    expect(forgotten.messages).toHaveLength(1);
  });

  test.each(['pod.restarting', 'pod.ended'] as const)(
    'one that dies before a map is no change (%s)',
    (kind) => {
      const bench = stable()
        .say('identity.claimed', pod('b'))
        .at(1003)
        .say(kind, pod('b'))
        .at(1500)
        .say('identity.claimed', pod('c'))
        .at(1510)
        .say('assignment.published', { joined: ['defender-c'] })
        .at(3000)
        .finish();
      expect(bench.outcome.violationCount).toBe(0);
    },
  );

  test('a window that somebody opened without a word is not judged', () => {
    const bench = stable()
      .at(1009)
      .say('identity.claimed', pod('b'))
      .at(1010)
      .say('assignment.published', { joined: ['defender-b', 'defender-frozen'] });
    expect(bench.messages).toEqual([]);
  });

  test('a new leader starts the window anew', () => {
    const bench = stable()
      .say('identity.claimed', pod('b'))
      .at(1008)
      .say('leader.elected', { term: 2 })
      .at(1020)
      .say('assignment.published', { joined: ['defender-b'] });
    expect(bench.messages).toEqual([]);
  });

  test('is broken by a member that no map ever names', () => {
    const bench = stable().say('identity.claimed', pod('b')).at(1120).finish();
    expect(bench.messages).toEqual(['blue: defender-b joined 120.0 s before the end and is in no map']);
    expect(stable().say('identity.claimed', pod('b')).at(1119).finish().messages).toEqual([]);
  });

  test('lateness is excused by NATS, haste is not', () => {
    const late = stable()
      .faultBegins('f1', 'nats.partition', ['nats-blue-0'])
      .say('identity.claimed', pod('b'))
      .at(1040)
      .say('assignment.published', { joined: ['defender-b'] });
    expect(late.outcome).toMatchObject({ violationCount: 0, excused: { 'NATS impaired': 1 } });
    const early = stable()
      .faultBegins('f1', 'nats.partition', ['nats-blue-0'])
      .say('identity.claimed', pod('b'))
      .at(1001)
      .say('assignment.published', { joined: ['defender-b'] });
    expect(early.outcome.violationCount).toBe(1);
  });
});

describe('windows.kept: a crash', () => {
  const crash = { reason: 'crash', left: ['defender-a'] } as const;

  test.each([
    [4, []],
    [4.5, ['blue: the map after a crash waited 4.5 s']],
  ])('a map %d s after the verdict', (seconds, messages) => {
    const bench = stable()
      .say('member.dead', { defenderId: 'defender-a' })
      .at(1000 + seconds)
      .say('assignment.published', crash);
    expect(bench.messages).toEqual(messages);
  });

  test('takes pending joins along, at once', () => {
    const bench = stable()
      .say('identity.claimed', pod('b'))
      .at(1007)
      .say('member.dead', { defenderId: 'defender-a' })
      .say('assignment.published', { ...crash, joined: ['defender-b'] })
      .at(2000)
      .finish();
    expect(bench.outcome.violationCount).toBe(0);
  });

  test('a new leader sees the death for itself', () => {
    const bench = stable()
      .say('member.dead', { defenderId: 'defender-a' })
      .at(1006)
      .say('leader.elected', { term: 2 })
      .at(1014)
      .say('assignment.published', crash);
    expect(bench.messages).toEqual([]);
  });
});
