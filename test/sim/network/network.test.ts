import { describe, expect, test } from 'vitest';
import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { Connection, Network, type CloseReason, type Endpoint } from '../../../sim/network/index.ts';

interface World {
  kernel: Kernel;
  network: Network;
  client: Endpoint;
  server: Endpoint;
  accepted: Connection[];
  received: { text: string; timeUs: number }[];
  closed: CloseReason[];
  dial(): Promise<Connection>;
  send(connection: Connection, text: string): void;
}

function setUp(): World {
  const kernel = new Kernel({ seed: 5n });
  const network = new Network(kernel);
  const end = (name: string): Endpoint => ({
    host: network.addHost(name),
    process: new SimProcess(kernel, name, name, new HostClock(kernel)),
  });
  const client = end('client');
  const server = end('server');
  const world: World = {
    kernel,
    network,
    client,
    server,
    accepted: [],
    received: [],
    closed: [],
    async dial() {
      let found: Connection | undefined;
      network.dial(client, server.host, 80, 20_000_000, (outcome) => {
        if (outcome.kind === 'connected') found = outcome.connection;
      });
      await kernel.run(kernel.nowUs + 10_000);
      if (found === undefined) throw new Error('not connected');
      found.onClosed(0, (reason) => world.closed.push(reason));
      return found;
    },
    send(connection, text) {
      connection.send(
        0,
        100,
        (message: string) => world.received.push({ text: message, timeUs: kernel.nowUs }),
        text,
        undefined,
      );
    },
  };
  network.listen(server.host, 80, {
    process: server.process,
    accept: (connection) => world.accepted.push(connection),
  });
  return world;
}

const second = 1_000_000;

describe('connections', () => {
  test('deliver in order, under any delay', async () => {
    const world = setUp();
    const connection = await world.dial();
    world.network.impose({ extraJitterUs: 50_000 }, [world.client.host], [world.server.host]);
    for (let index = 0; index < 50; index++) world.send(connection, String(index));
    await world.kernel.run(10 * second);
    expect(world.received.map((entry) => Number(entry.text))).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    );
  });

  test('loss shows as delay by retransmission, never as a missing message', async () => {
    const world = setUp();
    const connection = await world.dial();
    const applied = world.network.impose({ lossRate: 0.5 }, [world.client.host], [world.server.host]);
    const startUs = world.kernel.nowUs;
    for (let index = 0; index < 40; index++) world.send(connection, String(index));
    await world.kernel.run(600 * second);
    expect(world.received).toHaveLength(40);
    expect((world.received[39]?.timeUs ?? 0) - startUs).toBeGreaterThan(200_000);
    expect(applied.hits).toBe(40);
  });

  test('what a cut swallows arrives at the first retransmission after the heal', async () => {
    const world = setUp();
    const connection = await world.dial();
    const cutUs = world.kernel.nowUs;
    const applied = world.network.impose({ cut: true }, [world.client.host], [world.server.host]);
    world.send(connection, 'held');
    await world.kernel.run(cutUs + 5 * second);
    expect(world.received).toEqual([]);
    world.network.lift(applied);
    await world.kernel.run(cutUs + 20 * second);
    // Retransmissions at 0.2, 0.6, 1.4, 3, 6.2 s after it was sent.
    expect(world.received).toHaveLength(1);
    expect((world.received[0]?.timeUs ?? 0) - cutUs).toBeGreaterThanOrEqual(6.2 * second);
    expect((world.received[0]?.timeUs ?? 0) - cutUs).toBeLessThan(6.3 * second);
  });

  test('a clog delays only until it ends', async () => {
    const world = setUp();
    const connection = await world.dial();
    const applied = world.network.impose({ clogged: true }, [world.client.host], [world.server.host]);
    world.send(connection, 'held');
    const clogUs = world.kernel.nowUs;
    await world.kernel.run(clogUs + 5 * second);
    world.network.lift(applied);
    await world.kernel.run(clogUs + 6 * second);
    expect((world.received[0]?.timeUs ?? 0) - clogUs).toBeLessThan(5.01 * second);
  });

  test('a one-way cut lets the other direction through', async () => {
    const world = setUp();
    const connection = await world.dial();
    world.network.impose({ cut: true }, [world.server.host], [world.client.host]);
    world.send(connection, 'through');
    await world.kernel.run(world.kernel.nowUs + second);
    expect(world.received.map((entry) => entry.text)).toEqual(['through']);
  });

  test('where only the way back is cut, a sender stops at its first retransmission, and goes on after the heal', async () => {
    const world = setUp();
    const connection = await world.dial();
    const startUs = world.kernel.nowUs;
    const cut = world.network.impose({ cut: true }, [world.server.host], [world.client.host]);
    for (let index = 0; index < 50; index++) {
      world.send(connection, String(index));
      await world.kernel.run(startUs + (index + 1) * 0.1 * second);
    }
    expect(world.received.map((entry) => entry.text)).toEqual(['0', '1']);
    world.network.lift(cut);
    await world.kernel.run(startUs + 8 * second);
    expect(world.received).toHaveLength(50);
    // 6.2 s after the first that was not answered.
    expect((world.received[2]?.timeUs ?? 0) - startUs).toBeGreaterThan(6.1 * second);
    expect((world.received[2]?.timeUs ?? 0) - startUs).toBeLessThan(6.3 * second);
  });

  test('narrow bandwidth serialises what is sent', async () => {
    const world = setUp();
    const connection = await world.dial();
    world.network.impose({ bytesPerSecond: 1000 }, [world.client.host], [world.server.host]);
    const startUs = world.kernel.nowUs;
    for (let index = 0; index < 10; index++) world.send(connection, String(index));
    await world.kernel.run(startUs + 10 * second);
    expect((world.received[9]?.timeUs ?? 0) - startUs).toBeGreaterThan(0.99 * second);
  });
});

describe('ends', () => {
  test('the machine of a dead process closes its connections behind the data', async () => {
    const world = setUp();
    const connection = await world.dial();
    world.server.process.kill();
    world.network.closeAllOf(world.server.process, world.server.host);
    await world.kernel.run(world.kernel.nowUs + second);
    expect(world.closed).toEqual(['closed']);
    expect(connection.isOpen(0)).toBe(false);
  });

  test('a machine that loses power says nothing; after it is back a retransmission meets a reset', async () => {
    const world = setUp();
    const connection = await world.dial();
    world.network.hostDown(world.server.host);
    world.send(connection, 'lost');
    await world.kernel.run(world.kernel.nowUs + 30 * second);
    expect(world.closed).toEqual([]);
    world.network.hostUp(world.server.host);
    await world.kernel.run(world.kernel.nowUs + 60 * second);
    expect(world.closed).toEqual(['reset']);
    expect(world.received).toEqual([]);
  });

  test('a link that stays cut for a quarter of an hour ends the connection', async () => {
    const world = setUp();
    const connection = await world.dial();
    world.network.impose({ cut: true }, [world.client.host], [world.server.host]);
    world.send(connection, 'lost');
    await world.kernel.run(world.kernel.nowUs + 900 * second);
    expect(world.closed).toEqual([]);
    await world.kernel.run(world.kernel.nowUs + 60 * second);
    expect(world.closed).toEqual(['timed-out']);
  });
});

describe('dialling', () => {
  test('is refused where nothing listens, and times out where nothing answers', async () => {
    const world = setUp();
    const outcomes: string[] = [];
    world.network.dial(world.client, world.server.host, 81, 20 * second, (outcome) =>
      outcomes.push(outcome.kind),
    );
    await world.kernel.run(second);
    world.network.impose({ cut: true }, [world.client.host], [world.server.host]);
    world.network.dial(world.client, world.server.host, 80, 20 * second, (outcome) =>
      outcomes.push(outcome.kind),
    );
    await world.kernel.run(30 * second);
    expect(outcomes).toEqual(['refused', 'timed-out']);
  });
});

describe('a companion of a connection', () => {
  test('shares its order, and waits for itself when it is cut', async () => {
    const world = setUp();
    const first = await world.dial();
    const companion = first.accompany();
    for (let index = 0; index < 20; index++) world.send(index % 2 === 0 ? first : companion, String(index));
    await world.kernel.run(second);
    expect(world.received.map(({ text }) => Number(text))).toEqual(
      Array.from({ length: 20 }, (_, index) => index),
    );
    const cut = world.network.impose({ cut: true }, [world.client.host], [world.server.host]);
    world.send(first, 'early');
    await world.kernel.run(4 * second);
    world.send(companion, 'late');
    await world.kernel.run(4.5 * second);
    world.network.lift(cut);
    await world.kernel.run(20 * second);
    // After 6.2 s, sent at 1 s; after 0.6 s, sent at 4 s.
    expect(world.received.slice(20).map(({ text, timeUs }) => [text, Math.round(timeUs / 100_000)])).toEqual([
      ['late', 46],
      ['early', 72],
    ]);
  });

  test('ends with it when a process ends', async () => {
    const world = setUp();
    const first = await world.dial();
    const companion = first.accompany();
    let isCompanionLost = false;
    companion.onClosed(0, () => (isCompanionLost = true));
    const before = world.kernel.events;
    world.network.closeAllOf(world.server.process, world.server.host);
    await world.kernel.run(second);
    expect(world.closed).toEqual(['closed']);
    expect(isCompanionLost).toBe(true);
    expect(world.kernel.events - before).toBe(1);
  });
});
