import { expect, test } from 'vitest';
import { decodeMap } from '../../../system/defender/assignment/assignment-map.ts';
import { FakeCluster } from './fakes/fake-cluster.ts';

test('a cold start publishes one map after 30 s, with everybody in it', async () => {
  const cluster = new FakeCluster(100);
  for (let index = 0; index < 10; index++) {
    cluster.start();
    await cluster.advance(1);
  }
  await cluster.advance(50);
  const published = cluster.publishedSince(0);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ reason: 'cold-start', members: 10, units: 100, version: 1 });
  expect(published[0]?.atMs).toBeGreaterThan(30_000);
  expect(published[0]?.atMs).toBeLessThan(33_000);
  const applied = cluster.telemetry.of('assignment.applied');
  expect(applied).toHaveLength(10);
  expect(applied.reduce((sum, { units }) => sum + units, 0)).toBe(100);
  expect(cluster.nats.durables.size).toBe(100);
  expect(new Set(cluster.pods.map((pod) => cluster.idOf(pod))).size).toBe(10);
  expect(cluster.pods.every((pod) => pod.isReady)).toBe(true);
});

test('two joins in one window make one map 10 s after the first', async () => {
  const cluster = new FakeCluster(100, { standbyHoldOffMs: 0 });
  await cluster.startStable(8);
  const fromMs = cluster.time.nowMs;
  cluster.start();
  await cluster.advance(5);
  cluster.start();
  await cluster.advance(30);
  const published = cluster.publishedSince(fromMs);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ reason: 'scaling', members: 10 });
  expect((published[0]?.atMs ?? 0) - fromMs).toBeGreaterThan(9_900);
  expect((published[0]?.atMs ?? 0) - fromMs).toBeLessThan(13_000);
});

test('a crash is detected within 6 s and moves only what the dead member had', async () => {
  const cluster = new FakeCluster(200);
  await cluster.startStable(10);
  const fromMs = cluster.time.nowMs;
  const victim = cluster.follower();
  const lost = cluster.telemetry.of('assignment.applied').findLast(({ pod }) => pod === victim.name)?.units;
  victim.kill();
  await cluster.advance(20);
  const [dead] = cluster.telemetry.of('member.dead');
  expect((dead?.atMs ?? 0) - fromMs).toBeLessThanOrEqual(6_100);
  const published = cluster.publishedSince(fromMs);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ reason: 'crash', members: 9, movedFromLeft: lost, moved: lost });
  expect((published[0]?.atMs ?? 0) - fromMs).toBeLessThan(6_500);
});

test('a join and a crash in its window make one map at the crash', async () => {
  const cluster = new FakeCluster(200, { standbyHoldOffMs: 0 });
  await cluster.startStable(10);
  const fromMs = cluster.time.nowMs;
  cluster.follower().kill();
  await cluster.advance(2);
  cluster.start();
  await cluster.advance(30);
  const published = cluster.publishedSince(fromMs);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ reason: 'crash', members: 10, joined: ['defender-10'] });
});

test('a dead leader is replaced within 13 s and its units are moved within 21 s', async () => {
  const cluster = new FakeCluster(200);
  await cluster.startStable(10);
  const fromMs = cluster.time.nowMs;
  cluster.leader().kill();
  await cluster.advance(40);
  const elected = cluster.telemetry.of('leader.elected').filter(({ atMs }) => atMs > fromMs);
  expect(elected).toHaveLength(1);
  expect((elected[0]?.atMs ?? 0) - fromMs).toBeLessThanOrEqual(13_000);
  const published = cluster.publishedSince(fromMs);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ reason: 'crash', members: 9 });
  expect((published[0]?.atMs ?? 0) - fromMs).toBeLessThanOrEqual(21_000);
});

test('a leader that dies in the cold start leaves a new window to the next', async () => {
  const cluster = new FakeCluster(50);
  for (let index = 0; index < 10; index++) cluster.start();
  await cluster.advance(15);
  cluster.leader().kill();
  await cluster.advance(60);
  const published = cluster.publishedSince(0);
  expect(published).toHaveLength(1);
  expect(published[0]).toMatchObject({ reason: 'cold-start', members: 9 });
  expect(published[0]?.atMs).toBeGreaterThan(50_000);
  expect(published[0]?.atMs).toBeLessThan(56_000);
});

test('a rolling update hands every id on and publishes no map', async () => {
  const cluster = new FakeCluster(100);
  await cluster.startStable(6);
  const fromMs = cluster.time.nowMs;
  const old = [...cluster.pods];
  const ids = old.map((pod) => cluster.idOf(pod)).sort((a, b) => a.localeCompare(b));
  for (const pod of old) {
    const successor = cluster.start();
    await cluster.advance(2);
    expect(successor.isReady).toBe(true);
    pod.terminate();
    await cluster.advance(8);
    expect(pod.exitCode).toBe(0);
  }
  await cluster.advance(40);
  expect(cluster.publishedSince(fromMs)).toEqual([]);
  const successors = cluster.pods.slice(6);
  expect(successors.map((pod) => cluster.idOf(pod)).sort((a, b) => a.localeCompare(b))).toEqual(ids);
  expect(cluster.telemetry.of('identity.released').map(({ how }) => how)).toEqual(
    Array(6).fill('handed-over'),
  );
  const inherited = cluster.telemetry.of('identity.claimed').filter((event) => event.inherited);
  expect(inherited).toHaveLength(6);
});

test('a new leader takes no heartbeat that a dead member left behind for a joiner', async () => {
  const cluster = new FakeCluster(60);
  await cluster.startStable(6);
  cluster.follower().kill();
  await cluster.advance(10);
  cluster.start();
  await cluster.advance(2);
  const fromMs = cluster.time.nowMs;
  cluster.leader().terminate();
  await cluster.advance(20);
  expect(cluster.telemetry.of('leader.elected').at(-1)?.atMs).toBeGreaterThan(fromMs);
  const changes = cluster.telemetry.of('defender.state').filter(({ atMs }) => atMs > fromMs);
  expect(changes.filter(({ to }) => to === 'scaling')).toEqual([]);
  expect(cluster.publishedSince(fromMs)).toEqual([]);
});

test('shutdown takes the steps of R202 in order', async () => {
  const cluster = new FakeCluster(20);
  await cluster.startStable(3);
  const pod = cluster.leader();
  const fromMs = cluster.time.nowMs;
  pod.terminate();
  await cluster.advance(30);
  expect(cluster.telemetry.of('shutdown.step').map(({ step }) => step)).toEqual([
    'stop-accepting',
    'drained',
    'unsubscribed',
    'id-released',
    'leadership-released',
    'exit',
  ]);
  expect(cluster.telemetry.of('shutdown.step').at(-1)?.atMs).toBeLessThan(fromMs + 30_000);
  const published = cluster.publishedSince(fromMs);
  expect(published.map(({ reason, members, left }) => ({ reason, members, left }))).toEqual([
    { reason: 'scaling', members: 2, left: [cluster.idOf(pod)] },
  ]);
  expect(cluster.telemetry.of('member.dead')).toEqual([]);
});

test('a pod replaced without surge takes the vacated id back and nothing moves', async () => {
  const cluster = new FakeCluster(20);
  await cluster.startStable(5);
  const fromMs = cluster.time.nowMs;
  const pod = cluster.follower();
  pod.terminate();
  await cluster.advance(4);
  expect(pod.exitCode).toBe(0);
  const successor = cluster.start();
  await cluster.advance(30);
  expect(cluster.idOf(successor)).toBe(cluster.idOf(pod));
  expect(cluster.publishedSince(fromMs)).toEqual([]);
});

test('after 10 min without NATS everybody is stable again: no map, no death, no id lost', async () => {
  const cluster = new FakeCluster(50);
  await cluster.startStable(6);
  const fromMs = cluster.time.nowMs;
  for (const pod of cluster.pods) cluster.nats.cut(pod);
  await cluster.advance(600);
  for (const pod of cluster.pods) cluster.nats.heal(pod);
  await cluster.advance(45);
  expect(cluster.publishedSince(fromMs)).toEqual([]);
  expect(cluster.telemetry.of('member.dead')).toEqual([]);
  expect(cluster.telemetry.of('identity.released')).toEqual([]);
  for (const pod of cluster.pods) {
    expect(cluster.telemetry.of('defender.state').findLast((event) => event.pod === pod.name)?.to).toBe(
      'stable',
    );
  }
});

test('a leader cut off alone is fenced: the next one leads, the old one publishes nothing', async () => {
  const cluster = new FakeCluster(50);
  await cluster.startStable(6);
  const fromMs = cluster.time.nowMs;
  const old = cluster.leader();
  cluster.nats.cut(old);
  await cluster.advance(60);
  expect(cluster.leader()).not.toBe(old);
  expect(cluster.telemetry.of('leader.lost').filter(({ pod }) => pod === old.name)).toHaveLength(1);
  cluster.nats.heal(old);
  await cluster.advance(60);
  const terms = cluster.publishedSince(fromMs).map(({ term }) => term);
  expect(terms).toEqual([...terms].sort((a, b) => a - b));
  const entry = cluster.nats.live('parti-assignments', 'map');
  expect(entry === undefined ? undefined : decodeMap(entry.value)?.members.size).toBe(6);
});

test('a leader frozen for 15 s comes back without believing', async () => {
  const cluster = new FakeCluster(50);
  await cluster.startStable(6);
  const old = cluster.leader();
  old.freeze();
  await cluster.advance(15);
  const next = cluster.leader();
  expect(next).not.toBe(old);
  const thawedMs = cluster.time.nowMs;
  old.thaw();
  await cluster.advance(60);
  const [lost] = cluster.telemetry.of('leader.lost').filter(({ pod }) => pod === old.name);
  expect((lost?.atMs ?? 0) - thawedMs).toBeLessThan(100);
  const term = cluster.telemetry.of('leader.elected').at(-1)?.term;
  for (const { term: publishedTerm, atMs } of cluster.publishedSince(thawedMs)) {
    expect({ publishedTerm, atMs }).toEqual({ publishedTerm: term, atMs });
  }
});

test('clocks apart by minutes and watches that stopped change nothing', async () => {
  const cluster = new FakeCluster(50);
  await cluster.startStable(6);
  const fromMs = cluster.time.nowMs;
  cluster.pods.forEach((pod, index) => {
    pod.wallOffsetMs = (index - 3) * 120_000;
    cluster.nats.stopWatches(pod);
  });
  await cluster.advance(120);
  expect(cluster.publishedSince(fromMs)).toEqual([]);
  expect(cluster.telemetry.of('leader.lost')).toEqual([]);
  cluster.follower().kill();
  await cluster.advance(30);
  expect(cluster.publishedSince(fromMs).map(({ reason }) => reason)).toEqual(['crash']);
  const survivors = cluster.pods.filter((pod) => pod.isAlive);
  const applied = cluster.telemetry.of('assignment.applied').filter(({ version }) => version === 2);
  expect(applied).toHaveLength(survivors.length);
});

test('answers that get lost cost nobody an id', async () => {
  const cluster = new FakeCluster(20);
  await cluster.startStable(4);
  cluster.nats.answersLost.add('parti-ids');
  await cluster.advance(20);
  cluster.nats.answersLost.clear();
  await cluster.advance(60);
  expect(cluster.telemetry.of('identity.released')).toEqual([]);
  expect(cluster.publishedSince(40_000)).toEqual([]);
});

test('an id taken over by another process is given up at once', async () => {
  const cluster = new FakeCluster(20);
  await cluster.startStable(4);
  const victim = cluster.follower();
  victim.freeze();
  await cluster.advance(45);
  const successor = cluster.start();
  await cluster.advance(60);
  expect(cluster.telemetry.of('identity.released')).toEqual([]);
  victim.thaw();
  await cluster.advance(40);
  const holders = cluster.pods.filter((pod) => pod.isAlive).map((pod) => cluster.idOf(pod));
  expect(new Set(holders).size).toBe(holders.length);
  expect(cluster.idOf(successor)).not.toBe('');
});

test('a restart of the whole cluster counts as a cold start', async () => {
  const cluster = new FakeCluster(60);
  await cluster.startStable(12);
  const old = [...cluster.pods];
  for (const pod of old) pod.terminate();
  await cluster.advance(25);
  expect(old.every((pod) => pod.exitCode === 0)).toBe(true);
  const fromMs = cluster.time.nowMs;
  for (let index = 0; index < 12; index++) {
    cluster.start();
    await cluster.advance(1);
  }
  await cluster.advance(60);
  const published = cluster.publishedSince(fromMs);
  expect(published[0]?.atMs).toBeGreaterThan(fromMs + 30_000);
  expect(published.map(({ reason, members }) => ({ reason, members }))).toEqual([
    { reason: 'restart', members: 12 },
  ]);
});

test('all that come back at once with their old ids are no sign that the cluster went on', async () => {
  const cluster = new FakeCluster(60);
  await cluster.startStable(12);
  for (const pod of cluster.pods) pod.terminate();
  await cluster.advance(25);
  const fromMs = cluster.time.nowMs;
  for (let index = 0; index < 12; index++) cluster.start();
  await cluster.advance(60);
  const published = cluster.publishedSince(fromMs);
  expect(published.map(({ reason, members, moved }) => ({ reason, members, moved }))).toEqual([
    { reason: 'restart', members: 12, moved: 0 },
  ]);
  expect(published[0]?.atMs).toBeGreaterThan(fromMs + 30_000);
});

test('after the death of all, those who come under other ids are no survivors', async () => {
  const cluster = new FakeCluster(60);
  await cluster.startStable(12);
  for (const pod of cluster.pods) pod.kill();
  const fromMs = cluster.time.nowMs;
  for (let index = 0; index < 12; index++) cluster.start();
  await cluster.advance(90);
  const elected = cluster.telemetry.of('leader.elected').find(({ atMs }) => atMs > fromMs);
  const published = cluster.publishedSince(fromMs);
  expect(published.map(({ reason, joined, left }) => [reason, joined.length, left.length])).toEqual([
    ['restart', 12, 12],
  ]);
  expect((published[0]?.atMs ?? 0) - (elected?.atMs ?? 0)).toBeGreaterThanOrEqual(30_000);
});

test('a process refuses to start on the other colour’s NATS', async () => {
  const cluster = new FakeCluster(10, { expectedClusterName: 'nats-green' });
  const pod = cluster.start();
  await cluster.advance(5);
  expect(pod.exitCode).toBe(78);
  expect(cluster.telemetry.of('identity.claimed')).toEqual([]);
});

test('a beat of a settled member is one put and one update', async () => {
  const cluster = new FakeCluster(20);
  await cluster.startStable(5);
  const { puts, updates } = cluster.nats;
  await cluster.advance(20);
  expect(cluster.nats.puts - puts).toBe(5 * 10);
  expect(cluster.nats.updates - updates).toBe(5 * 10 + 10);
});
