import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Forwarder } from '../../../../chaos/live/cassandra/forwarder.ts';
import { readInternodeSource } from '../../../../chaos/live/cassandra/internode-handshake.ts';
import { freePorts } from '../../../../chaos/live/nats/free-port.ts';

const address = '127.0.0.1';
const server = createServer((socket) => {
  socket.on('data', (bytes) => socket.write(bytes));
  socket.on('error', () => undefined);
});
let forwarder: Forwarder;
let port: number;

/** The first byte names the source. */
function firstByte(bytes: Buffer): string | undefined {
  return bytes.length === 0 ? undefined : String.fromCharCode(bytes[0] ?? 0);
}

interface Peer {
  readonly socket: Socket;
  heard: string;
  closed: boolean;
}

async function dial(name: string): Promise<Peer> {
  const socket = connect(port, address);
  const peer: Peer = { socket, heard: '', closed: false };
  socket.on('data', (bytes) => {
    peer.heard += bytes.toString();
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    peer.closed = true;
  });
  socket.write(name);
  await sleep(60);
  return peer;
}

beforeEach(async () => {
  const [own = 0, target = 0] = await freePorts(2);
  port = own;
  await new Promise<void>((resolve) => server.listen(target, address, resolve));
  forwarder = new Forwarder(address, own, { host: address, port: target }, firstByte);
  await forwarder.listen();
});

afterEach(async () => {
  await forwarder.close();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

describe('a forwarder', () => {
  test('cuts one source and not the other; healing closes what was cut', async () => {
    const a = await dial('a');
    const b = await dial('b');
    expect([a.heard, b.heard]).toEqual(['a', 'b']);
    forwarder.cut('a');
    a.socket.write('lost');
    b.socket.write('!');
    const late = await dial('a');
    await sleep(60);
    expect([a.heard, b.heard, late.heard]).toEqual(['a', 'b!', '']);
    expect([a.closed, late.closed]).toEqual([false, false]);
    forwarder.heal('a');
    await sleep(60);
    expect([a.closed, b.closed, late.closed]).toEqual([true, false, true]);
    const again = await dial('a');
    expect(again.heard).toBe('a');
  });

  test('holds back what a source sends, in order, and loses what is under way when it is cut', async () => {
    const a = await dial('a');
    forwarder.delay('a', 500);
    a.socket.write('1');
    await sleep(20);
    forwarder.delay('a', 0);
    // Each of these is due in the same moment as the first: timers set for one moment do not fire in order.
    for (const text of '23456789') {
      a.socket.write(text);
      await sleep(5);
    }
    expect(a.heard).toBe('a');
    await sleep(600);
    expect(a.heard).toBe('a123456789');
    forwarder.delay('a', 150);
    a.socket.write('late');
    await sleep(30);
    forwarder.cut('a');
    await sleep(200);
    expect(a.heard).toBe('a123456789');
  });
});

test('tells a node by the address it gives at the start of a connection', () => {
  const greeting = Buffer.from([0xca, 0x55, 0x2d, 0xfa, 0, 0, 0, 0, 6, 127, 20, 1, 3, 0x1b, 0x58]);
  expect(readInternodeSource(greeting)).toBe('127.20.1.3');
  expect(readInternodeSource(greeting.subarray(0, 10))).toBeUndefined();
  expect(readInternodeSource(Buffer.alloc(20))).toBe('unknown');
});
