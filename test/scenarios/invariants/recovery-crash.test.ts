import { describe, expect, test } from 'vitest';
import { recoveryCrash } from '../../../scenarios/invariants/recovery-crash.ts';
import type { PodEnd } from '../../../sim/kubernetes/kubernetes-event.ts';
import { RuleBench } from './rule-bench.ts';

const leader = { pod: 'defender-blue-a', defenderId: 'defender-0' };
const second = { pod: 'defender-blue-b', defenderId: 'defender-1' };
const third = { pod: 'defender-blue-c', defenderId: 'defender-2' };
const ids = [leader, second, third].map(({ defenderId }) => defenderId);

/** Three Defenders on a machine each, the first one leads, all in a map; it is second 1000. */
function cluster(): RuleBench {
  const bench = new RuleBench(recoveryCrash);
  for (const [index, member] of [leader, second, third].entries()) {
    bench.say('pod.scheduled', { pod: member.pod, node: `node-${index}` }).say('identity.claimed', member);
  }
  return bench
    .say('leader.elected', leader)
    .at(30)
    .say('assignment.published', { reason: 'cold-start', joined: ids })
    .at(1000);
}
const crashMap = { reason: 'crash', left: [second.defenderId] } as const;

describe('recovery.crash: a follower', () => {
  test('holds within 10 s', () => {
    const bench = cluster()
      .say('pod.restarting', second)
      .at(1008)
      .say('member.dead', { defenderId: second.defenderId })
      .at(1010)
      .say('assignment.published', crashMap)
      .at(2000)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test.each([
    ['pod.restarting', { pod: second.pod }],
    ['pod.ended', { pod: second.pod, how: 'crashed' as PodEnd }],
    ['node.down', { node: 'node-1' }],
  ] as const)('is broken by a map later than that, after %s', (kind, fields) => {
    const bench = cluster().say(kind, fields).at(1010.5).say('assignment.published', crashMap);
    expect(bench.messages).toEqual(['blue: the units of defender-1 were reassigned only after 10500 ms']);
  });

  test('is broken by a detection later than 8 s', () => {
    expect(
      cluster()
        .say('pod.restarting', second)
        .say('member.dead', { ...second, silentMs: 8000 }).messages,
    ).toEqual([]);
    expect(
      cluster()
        .say('pod.restarting', second)
        .say('member.dead', { ...second, silentMs: 8001 }).messages,
    ).toEqual(['defender-1 (blue) was declared dead only after 8001 ms of silence']);
  });

  test('is broken by a verdict over one that lives', () => {
    expect(cluster().say('member.dead', { defenderId: second.defenderId }).messages).toEqual([
      'defender-1 (blue) was declared dead while defender-blue-b was alive',
    ]);
    const frozen = cluster()
      .faultBegins('f1', 'pod.freeze', [second.pod])
      .say('member.dead', { defenderId: second.defenderId });
    expect(frozen.outcome).toMatchObject({ violationCount: 0, excused: { 'Defenders frozen': 1 } });
  });

  test('is broken where its units are never reassigned', () => {
    expect(cluster().say('pod.restarting', second).at(1021).finish().messages).toEqual([]);
    expect(cluster().say('pod.restarting', second).at(1022).finish().messages).toEqual([
      'blue: defender-1 died 22000 ms before the end and its units were never reassigned',
    ]);
  });

  test('an id that is held again, one given back, and one that no map named need nothing', () => {
    const again = cluster()
      .say('pod.restarting', second)
      .at(1004)
      .say('identity.claimed', { ...second, pod: 'defender-blue-d' });
    expect(again.at(2000).finish().outcome.violationCount).toBe(0);
    const planned = cluster().say('identity.released', second).say('pod.ended', second);
    expect(planned.at(2000).finish().outcome.violationCount).toBe(0);
    const unknown = cluster()
      .say('identity.claimed', { pod: 'defender-blue-d', defenderId: 'defender-9' })
      .say('pod.restarting', { pod: 'defender-blue-d' });
    expect(unknown.at(2000).finish().outcome.violationCount).toBe(0);
  });

  test('excused by NATS of that colour', () => {
    const bench = cluster()
      .faultBegins('f1', 'nats.partition', ['nats-blue-0'])
      .say('pod.restarting', second)
      .at(1060)
      .say('assignment.published', crashMap);
    expect(bench.outcome).toMatchObject({ violationCount: 0, excused: { 'NATS impaired': 1 } });
    const other = cluster()
      .faultBegins('f1', 'nats.partition', ['nats-green-0'])
      .say('pod.restarting', second)
      .at(1060)
      .say('assignment.published', crashMap);
    expect(other.outcome.violationCount).toBe(1);
  });
});

describe('recovery.crash: the leader', () => {
  const dead = (): RuleBench => cluster().say('pod.restarting', leader);
  const elected = { ...second, term: 2 };
  const leaderMap = { reason: 'crash', left: [leader.defenderId] } as const;

  test('holds within 13 s and 21 s, for others that died with it too', () => {
    const bench = dead()
      .say('pod.restarting', third)
      .at(1013)
      .say('leader.elected', elected)
      .at(1021)
      .say('assignment.published', { ...leaderMap, left: [leader.defenderId, third.defenderId] });
    expect(bench.outcome).toMatchObject({ checked: 3, violationCount: 0 });
  });

  test('is broken by an election or a map later than that', () => {
    const bench = dead()
      .at(1013.5)
      .say('leader.elected', elected)
      .at(1021.5)
      .say('assignment.published', leaderMap);
    expect(bench.messages).toEqual([
      'blue: a new leader only after 13500 ms',
      'blue: the units of the dead leader defender-0 were reassigned only after 21500 ms',
    ]);
  });

  test('a successor that dies before its map begins the 21 s anew, for those before it as well', () => {
    const twice = (mapAt: number): RuleBench =>
      cluster()
        .say('pod.restarting', leader)
        .at(1006)
        .say('leader.elected', second)
        .at(1012)
        .say('pod.restarting', second)
        .at(1018)
        .say('leader.elected', third)
        .at(mapAt)
        .say('assignment.published', { reason: 'crash', left: [leader.defenderId, second.defenderId] });
    expect(twice(1033).messages).toEqual([]);
    expect(twice(1033.5).messages).toEqual([
      'blue: the units of the dead leader defender-0 were reassigned only after 21500 ms',
      'blue: the units of the dead leader defender-1 were reassigned only after 21500 ms',
    ]);
  });

  test('a leader that gave up is replaced in time as well', () => {
    expect(cluster().say('leader.lost', leader).at(1014).say('leader.elected', elected).messages).toEqual([
      'blue: a new leader only after 14000 ms',
    ]);
  });

  test('nobody can lead, or reassign, while nobody holds an id', () => {
    const bench = dead().say('pod.restarting', second).say('pod.restarting', third);
    bench.at(1500).say('identity.claimed', { pod: 'defender-blue-d', defenderId: 'defender-9' });
    bench.at(1506).say('leader.elected', { pod: 'defender-blue-d', term: 2 });
    bench.at(1515).say('assignment.published', { reason: 'crash', left: ids });
    expect(bench.finish().outcome.violationCount).toBe(0);
  });

  test('nor while all who hold one are about to leave: the bounds run from the first successor', () => {
    const fourth = { pod: 'defender-blue-d', defenderId: second.defenderId };
    const allLeaving = (claimedAt: number): RuleBench =>
      cluster()
        .say('shutdown.step', { pod: second.pod, step: 'stop-accepting' })
        .say('shutdown.step', { pod: third.pod, step: 'stop-accepting' })
        .say('pod.ended', { pod: leader.pod, how: 'crashed' })
        .at(claimedAt)
        .say('identity.claimed', { ...fourth, inherited: true });
    const inTime = allLeaving(1010)
      .at(1023)
      .say('leader.elected', fourth)
      .at(1031)
      .say('assignment.published', { reason: 'crash', left: [leader.defenderId] });
    expect(inTime.outcome).toMatchObject({ checked: 2, violationCount: 0 });
    const late = allLeaving(1010).at(1023.5).say('leader.elected', fourth);
    expect(late.messages).toEqual(['blue: a new leader only after 13500 ms']);
    const oneStays = cluster()
      .say('shutdown.step', { pod: second.pod, step: 'stop-accepting' })
      .say('pod.ended', { pod: leader.pod, how: 'crashed' })
      .at(1010)
      .say('identity.claimed', { ...fourth, inherited: true })
      .at(1014)
      .say('leader.elected', fourth);
    expect(oneStays.messages).toEqual(['blue: a new leader only after 14000 ms']);
  });

  test('a restart of the whole cluster is for windows.kept', () => {
    const bench = dead().at(1060).say('assignment.published', { reason: 'restart', left: ids }).finish();
    expect(bench.outcome.violationCount).toBe(0);
  });
});
