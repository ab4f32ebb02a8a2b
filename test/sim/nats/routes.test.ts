import { describe, expect, test } from 'vitest';
import { nats212, nats2910 } from '../../../sim/nats/index.ts';
import { Fixture, publish, workQueue } from './fixture.ts';

const profiles = [nats212, nats2910];
const publishEveryMs = 100;
const cutMs = 30_000;

interface CutFollower {
  /** Seconds from the cut until the leader's server had given the route up; undefined: it never did. */
  readonly givenUpS: number | undefined;
  /** Seconds from the heal until both servers used the same connection again. */
  readonly backS: number;
}

/** A follower is cut off from everybody for half a minute. */
async function cutFollower(profile: typeof nats212, isBusy: boolean): Promise<CutFollower> {
  const fixture = new Fixture({ profile, seed: 3n });
  return await fixture.run(async () => {
    const admin = await fixture.client('admin', 0);
    await admin.jetStream.ensureStream(workQueue);
    const leader = fixture.leader();
    const client = await fixture.client('client', leader);
    await fixture.sleep(2_000);
    const victim = (leader + 1) % 3;
    const [near, far] = [fixture.cluster.servers[leader], fixture.cluster.servers[victim]];
    if (near === undefined || far === undefined) throw new Error('no servers');
    const route = (): unknown => near.peers[victim]?.raft;
    const heal = fixture.isolate([victim]);
    const sinceMs = fixture.nowMs;
    let givenUpS: number | undefined;
    for (let turn = 0; fixture.nowMs < sinceMs + cutMs; turn++) {
      if (isBusy) void publish(client, 'work.x', `m${turn}`);
      await fixture.sleep(publishEveryMs);
      if (givenUpS === undefined && route() === undefined) givenUpS = (fixture.nowMs - sinceMs) / 1000;
    }
    const healedMs = fixture.nowMs;
    heal();
    while (near.peers[victim]?.flowing !== true || far.peers[leader]?.raft !== route())
      await fixture.sleep(100);
    return { givenUpS, backS: (fixture.nowMs - healedMs) / 1000 };
  });
}

describe('a route to a server that is cut off', () => {
  test.each(profiles)('$version: is given up 10 s after its buffer is full', async (profile) => {
    const { givenUpS } = await cutFollower(profile, true);
    // Seen on servers: 20 to 22 s.
    expect(givenUpS).toBeGreaterThan(18);
    expect(givenUpS).toBeLessThan(29);
  });

  test.each(profiles)('$version: stays where little is said', async (profile) => {
    expect((await cutFollower(profile, false)).givenUpS).toBeUndefined();
  });

  test.each(profiles)(
    '$version: comes back with the retransmission of 51 s, given up or not: until then a new one is a duplicate',
    async (profile) => {
      for (const isBusy of [true, false]) {
        const { backS } = await cutFollower(profile, isBusy);
        expect(backS).toBeGreaterThan(20.5);
        expect(backS).toBeLessThan(24);
      }
    },
  );
});

test('2.12: what raft groups say waits for itself, messages may pass before', async () => {
  const fixture = new Fixture({ seed: 1n });
  await fixture.run(async () => {
    const admin = await fixture.client('admin');
    await admin.jetStream.ensureStream(workQueue);
    await fixture.sleep(2_000);
    const [left, right] = fixture.cluster.servers;
    const peer = right === undefined ? undefined : left?.peers[right.index];
    if (left === undefined || right === undefined || peer === undefined) throw new Error('no servers');
    const heal = fixture.cut([left.host], [right.host]);
    await fixture.sleep(2_000);
    const held = (connection: typeof peer.connection): number | undefined =>
      connection?.held[peer.side].length;
    expect(held(peer.raft)).toBeGreaterThan(0);
    expect(held(peer.connection)).toBe(0);
    heal();
    expect(held(peer.raft)).toBeGreaterThan(0);
    await fixture.sleep(3_000);
    expect(held(peer.raft)).toBe(0);
  });
});

test('2.9.10: one connection carries both', async () => {
  const fixture = new Fixture({ profile: nats2910 });
  await fixture.run(async () => {
    await fixture.sleep(1_000);
    const peer = fixture.cluster.servers[1]?.peers[0];
    expect(peer?.raft).toBe(peer?.connection);
    expect(peer?.flowing).toBe(true);
  });
});
