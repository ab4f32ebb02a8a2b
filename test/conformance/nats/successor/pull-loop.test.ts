import { setTimeout as sleep } from 'node:timers/promises';
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { expect, test } from 'vitest';
import type { LiveCluster } from '../../../../chaos/live/nats/index.ts';
import { ClientConnector } from '../../../../system/adapters/nats/index.ts';
import type { FullNatsConnection } from '../../../../system/ports/nats-full.ts';
import { describeLive } from '../live-suite.ts';

const messages = 40;
const ackWaitMs = 1_500;
const withinMs = 20_000;

interface Received {
  readonly sequence: number;
  readonly deliveryCount: number;
  readonly ack: () => void;
  readonly nak: () => void;
  readonly terminate: () => void;
}

/** What a Defender might do, by the message's number; every fifth is left to its ack wait once, every fifth refused once. */
function answer(received: Received): string {
  const { sequence, deliveryCount } = received;
  if (sequence % 10 === 7) received.terminate();
  else if (deliveryCount > 1) received.ack();
  else if (sequence % 5 === 1) received.nak();
  else if (sequence % 5 !== 3) received.ack();
  return `${sequence}×${deliveryCount}`;
}

for (const version of ['2.9.10', '2.12.15'] as const) {
  await describeLive('the pull loop of @nats-io/jetstream', version, (cluster) => {
    test('delivers what that of nats 2.29 delivers', async () => {
      const ours = await new ClientConnector().connect({
        url: cluster().urls.join(','),
        name: 'pull-loop',
        timeoutMs: 5_000,
      });
      try {
        await ours.management.createStream({ name: 'loop', subjects: ['loop.>'], replicas: 3 });
        for (let number = 0; number < messages; number++) {
          await ours.publisher.publish(`loop.${number}`, new Uint8Array(8), { timeoutMs: 5_000 });
        }
        const [left, right] = await Promise.all([consumeOurs(ours), consumeSuccessor(ours, cluster())]);
        expect(left).toHaveLength(messages + messages * 0.4);
        expect(right).toEqual(left);
        for (const durable of ['ours', 'theirs']) {
          const state = await ours.management.consumer('loop', durable);
          expect([state.pending, state.ackPending]).toEqual([0, 0]);
        }
      } finally {
        await ours.close();
      }
    });
  });
}

async function ensure(connection: FullNatsConnection, durable: string): Promise<void> {
  await connection.jetStream.ensureConsumer('loop', {
    durable,
    filterSubjects: ['loop.>'],
    ackWaitMs,
    maxDeliver: -1,
    maxAckPending: 10,
    replicas: 3,
  });
}

async function consumeOurs(connection: FullNatsConnection): Promise<readonly string[]> {
  await ensure(connection, 'ours');
  const seen: string[] = [];
  const consumption = connection.jetStream.consume(
    'loop',
    'ours',
    { maxMessages: 10, expiresMs: 2_000 },
    {
      message: (message) => {
        const { streamSequence: sequence, deliveryCount } = message;
        const { ack, nak, terminate } = message;
        seen.push(answer({ sequence, deliveryCount, ack, nak: () => nak(), terminate: () => terminate('') }));
      },
    },
  );
  await untilAcknowledged(connection, 'ours');
  await consumption.stop();
  return inOrder(seen);
}

async function consumeSuccessor(
  connection: FullNatsConnection,
  cluster: LiveCluster,
): Promise<readonly string[]> {
  await ensure(connection, 'theirs');
  const client = await connect({ servers: [...cluster.urls] });
  const seen: string[] = [];
  try {
    const consumer = await jetstream(client).consumers.get('loop', 'theirs');
    const loop = await consumer.consume({
      max_messages: 10,
      expires: 2_000,
      callback: (message) => {
        const { deliveryCount } = message.info;
        seen.push(
          answer({
            sequence: message.seq,
            deliveryCount,
            ack: () => message.ack(),
            nak: () => message.nak(),
            terminate: () => message.term(),
          }),
        );
      },
    });
    await untilAcknowledged(connection, 'theirs');
    await loop.close();
  } finally {
    await client.close();
  }
  return inOrder(seen);
}

async function untilAcknowledged(connection: FullNatsConnection, durable: string): Promise<void> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    const { pending, ackPending } = await connection.management.consumer('loop', durable);
    if (pending === 0 && ackPending === 0) return;
    await sleep(50);
  }
}

/** Redeliveries come when they come; which messages, and how often, must agree. */
function inOrder(seen: readonly string[]): readonly string[] {
  return seen.toSorted((left, right) => left.localeCompare(right, 'en', { numeric: true }));
}
