import { expect, test } from 'vitest';
import { correctPolicies } from '../../../system/defender/policies.ts';
import type { DefenderPolicies } from '../../../system/defender/policies.ts';
import { alarmTable } from '../../../system/ports/tables.ts';
import { completionOf, ContextMaker } from './fakes/context-maker.ts';
import { FakeCluster } from './fakes/fake-cluster.ts';

const tool = 'tool-0001';

async function planted(members: number, policies: Partial<DefenderPolicies>) {
  const cluster = new FakeCluster(60, { policies: { ...correctPolicies, ...policies } });
  const maker = new ContextMaker(cluster);
  maker.qualify();
  await cluster.startStable(members);
  return { cluster, maker };
}

test('acknowledged before it is stored, a context is lost in a crash', async () => {
  const { cluster, maker } = await planted(3, { acknowledge: 'before-store' });
  maker.complete(tool, 1);
  await cluster.advance(0.1);
  const [delivered] = cluster.telemetry.of('completion.delivered');
  cluster.pods.find(({ name }) => name === delivered?.pod)?.kill();
  await cluster.advance(60);
  expect(cluster.nats.messages).toEqual([]);
  expect(cluster.telemetry.of('uchart.stored')).toEqual([]);
});

test('an alarm without a light-weight transaction takes effect twice', async () => {
  const { cluster, maker } = await planted(3, { alarmClaim: 'unconditional' });
  maker.complete(tool, 1, true);
  await cluster.advance(3);
  maker.publish(completionOf(tool, 1));
  await cluster.advance(3);
  expect(cluster.telemetry.of('alarm.raised').map(({ effective }) => effective)).toEqual([true, true]);
  expect(cluster.cql.writes.filter(({ table }) => table === alarmTable.name)).toHaveLength(2);
});

test('an incomplete T-chart gives a wrong result where completeness is ignored', async () => {
  const { cluster, maker } = await planted(3, { completeness: 'ignored' });
  maker.publish(completionOf(tool, 1));
  await cluster.advance(3);
  expect(cluster.telemetry.of('uchart.stored')).toMatchObject([{ points: 0 }]);
});

test('a crash that waits for the planned window is reassigned too late', async () => {
  const { cluster } = await planted(5, { windowMs: () => 10_000 });
  const fromMs = cluster.time.nowMs;
  cluster.follower().kill();
  await cluster.advance(30);
  expect((cluster.publishedSince(fromMs)[0]?.atMs ?? 0) - fromMs).toBeGreaterThan(10_000);
});

test('without hand-over a rolling update makes maps', async () => {
  const { cluster } = await planted(5, { handOver: 'none' });
  const fromMs = cluster.time.nowMs;
  for (const pod of cluster.pods.slice()) {
    cluster.start();
    await cluster.advance(2);
    pod.terminate();
    await cluster.advance(20);
  }
  expect(cluster.publishedSince(fromMs).length).toBeGreaterThan(0);
});

test('time stamps compared with the own clock make the living dead', async () => {
  const { cluster } = await planted(5, {
    deadVerdict: ({ heartbeatWallMs, leaderWallMs, deadAfterMs }) =>
      leaderWallMs - heartbeatWallMs >= deadAfterMs,
  });
  cluster.follower().wallOffsetMs = -60_000;
  await cluster.advance(30);
  expect(cluster.telemetry.of('member.dead').length).toBeGreaterThan(0);
});

test('without fencing a leader that was frozen goes on leading', async () => {
  const { cluster } = await planted(5, { fencing: 'none', acceptMap: () => true });
  const old = cluster.leader();
  old.freeze();
  await cluster.advance(20);
  old.thaw();
  await cluster.advance(60);
  expect(cluster.telemetry.of('leader.lost')).toEqual([]);
  // Two believe that they lead, and neither was told otherwise.
  expect(cluster.telemetry.of('leader.elected')).toHaveLength(2);
});

test('ids taken without compare-and-set are held twice', async () => {
  const { cluster } = await planted(5, { takeOver: 'overwrite' });
  const claimed = cluster.telemetry.of('identity.claimed').map(({ defenderId }) => defenderId);
  expect(new Set(claimed).size).toBeLessThan(claimed.length);
});
