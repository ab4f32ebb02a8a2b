import { describe, expect, test } from 'vitest';
import { nats212, nats2910, type NatsProfile } from '../../../sim/nats/index.ts';
import { Fixture, publish, workQueue } from './fixture.ts';

const log = { ...workQueue, retention: 'limits' } as const;

/** Servers that are members of a stream. */
function membersOf(fixture: Fixture): number[] {
  const { replicas } = fixture.cluster.stream('work')?.group ?? { replicas: [] };
  return replicas.map(({ server }) => server.index);
}

/**
 * Five servers: one follower is down and stays behind, the other one is removed, its successor cannot reach the leader,
 * the leader is killed, and the one that was down comes back and has the successor.
 */
async function moveAndKill(profile: NatsProfile): Promise<{ acknowledged: string[]; lost: string[] }> {
  const fixture = new Fixture({ profile, nodeCount: 5 });
  const acknowledged: string[] = [];
  return await fixture.run(async () => {
    const setup = await fixture.client('setup');
    await setup.jetStream.ensureStream(log);
    await fixture.sleep(3_000);
    const leader = fixture.leader();
    const [behind = -1, leaving = -1] = membersOf(fixture).filter((index) => index !== leader);
    const spare = [0, 1, 2, 3, 4].filter((index) => !membersOf(fixture).includes(index));
    const client = await fixture.client('a', leader);
    const publishTen = async (tens: number): Promise<void> => {
      for (let message = 0; message < 10; message++) {
        const id = `${tens}-${message}`;
        if (typeof (await publish(client, 'work.x', id)) !== 'string') acknowledged.push(id);
      }
    };
    await publishTen(0);
    fixture.cluster.killNode(behind);
    await publishTen(1);
    const cutSpare = spare.map((index) => fixture.cut([fixture.host(leader)], [fixture.host(index)]));
    const backSpare = spare.map((index) => fixture.cut([fixture.host(index)], [fixture.host(leader)]));
    expect(fixture.cluster.moveMember(leaving, 'work')).toBeDefined();
    await fixture.sleep(1_000);
    expect(membersOf(fixture)).not.toContain(leaving);
    fixture.cluster.killNode(leader);
    fixture.cluster.restartNode(behind);
    await fixture.sleep(120_000);
    for (const heal of [...cutSpare, ...backSpare]) heal();
    fixture.cluster.restartNode(leader);
    await fixture.sleep(120_000);
    const replicas = fixture.cluster.inspectReplicas('work');
    expect(replicas).toHaveLength(3);
    const held = replicas.map((messages) => new Set(messages.map(({ messageId }) => messageId)));
    return { acknowledged, lost: acknowledged.filter((id) => held.some((ids) => !ids.has(id))) };
  });
}

describe('another server in the place of a member (R8)', () => {
  test('it gets everything, with the consumers, and serves', async () => {
    const fixture = new Fixture({ nodeCount: 4 });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(log);
      await client.jetStream.ensureConsumer('work', {
        durable: 'x',
        filterSubjects: ['work.x'],
        ackWaitMs: 30_000,
        maxDeliver: -1,
        maxAckPending: 10,
        replicas: 3,
      });
      for (let message = 0; message < 20; message++) await publish(client, 'work.x', `${message}`);
      const leader = fixture.leader();
      const [spare = -1] = [0, 1, 2, 3].filter((index) => !membersOf(fixture).includes(index));
      await client.connection.management.removeStreamPeer('work', `nats-blue-${leader}`);
      await fixture.sleep(20_000);
      expect(membersOf(fixture)).toContain(spare);
      expect(membersOf(fixture)).not.toContain(leader);
      const replicas = fixture.cluster.inspectReplicas('work');
      expect(replicas.map((messages) => messages.length)).toEqual([20, 20, 20]);
      const consumer = fixture.cluster
        .consumer('work', 'x')
        ?.group.replicas.map(({ server }) => server.index);
      expect(consumer).toEqual(membersOf(fixture));
      expect(typeof (await publish(client, 'work.x', 'later'))).not.toBe('string');
    });
  });

  test('a cluster without another server refuses', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.jetStream.ensureStream(log);
      await fixture.sleep(2_000);
      expect(fixture.cluster.moveMember(0, 'work')).toBeUndefined();
      await expect(
        client.connection.management.removeStreamPeer('work', 'nats-blue-0'),
      ).rejects.toMatchObject({
        server: { errorCode: 10075 },
      });
    });
  });

  test('with a cut and a kill 2.9 loses what was acknowledged: an empty member votes', async () => {
    const { acknowledged, lost } = await moveAndKill(nats2910);
    expect(acknowledged).toHaveLength(20);
    expect(lost).toEqual(Array.from({ length: 10 }, (_, message) => `1-${message}`));
  });

  test('2.12 loses nothing: a vote without a log does not count', async () => {
    const { acknowledged, lost } = await moveAndKill(nats212);
    expect(acknowledged).toHaveLength(20);
    expect(lost).toEqual([]);
  });
});

describe('clients that are set to give up (K6)', () => {
  test.each([
    ['for ever', Infinity, 'connected', 0],
    ['ten dials of a server', 10, 'disconnected', 1],
  ])('%s, in an outage of a minute', async (_, attempts, status, givenUp) => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a');
      const limit = fixture.cluster.limitReconnects(attempts);
      for (const index of [0, 1, 2]) fixture.cluster.killNode(index);
      await fixture.sleep(60_000);
      for (const index of [0, 1, 2]) fixture.cluster.restartNode(index);
      await fixture.sleep(60_000);
      expect(client.connection.status()).toBe(status);
      expect(limit.hits).toBe(givenUp);
      // Nor does it come back when it may dial again.
      limit.lift();
      await fixture.sleep(60_000);
      expect(client.connection.status()).toBe(status);
    });
  });

  test('one server that is away for long is forgotten, and the others serve', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('a', 0);
      const limit = fixture.cluster.limitReconnects(3);
      fixture.cluster.killNode(0);
      await fixture.sleep(60_000);
      expect([client.connection.status(), limit.hits]).toEqual(['connected', 0]);
    });
  });
});
