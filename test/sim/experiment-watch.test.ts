import { expect, test } from 'vitest';
import { observedWork, watchedPorts } from '../../sim/experiment-watch.ts';
import type { ExperimentObservation } from '../../sim/history/experiment-event.ts';
import { completionStreamConfig } from '../../system/ports/completion.ts';
import type { ConsumerConfig, JetStream } from '../../system/ports/jetstream.ts';
import type { NatsConnection } from '../../system/ports/nats-connection.ts';
import type { Ports } from '../../system/ports/index.ts';
import { chunkTable } from '../../system/ports/tables.ts';
import { isolatedPorts } from '../../system/routing/experiment/isolated-ports.ts';
import { experimentIsolation } from '../../system/routing/experiment/isolation.ts';
import { fakeConnection } from '../system/routing/fakes/nats.ts';
import { FakeWorld } from '../system/routing/fakes/world.ts';

const consumer: ConsumerConfig = {
  durable: 'defender-T1',
  filterSubjects: ['dc.T1.complete'],
  ackWaitMs: 1,
  maxDeliver: 1,
  maxAckPending: 1,
  replicas: 1,
};

/** Ports on which everything succeeds, and what was told of them. */
function watched(): { readonly ports: Ports; readonly told: ExperimentObservation[] } {
  const told: ExperimentObservation[] = [];
  const base = fakeConnection(() => 0);
  const jetStream: JetStream = {
    ...base.jetStream,
    ensureStream: () => Promise.resolve(),
    publish: () => Promise.resolve({ stream: 's', sequence: 1, duplicate: false }),
    ensureConsumer: () => Promise.resolve(),
    consume: () => ({ stop: () => Promise.resolve(), stopped: false }),
  };
  const connection: NatsConnection = { ...base, jetStream, createKeyValue: () => Promise.resolve() };
  const ports: Ports = {
    ...new FakeWorld().spawn('experiment-collector-candidate').ports,
    nats: { connect: () => Promise.resolve(connection) },
    cql: { connect: () => Promise.resolve({ execute: () => Promise.resolve({ rows: [] }) }) },
  };
  return { ports: watchedPorts(ports, 'candidate', 'p', (event) => told.push(event)), told };
}

/** What a collector and a Defender do. */
async function work({ nats, cql }: Ports): Promise<void> {
  const { jetStream, createKeyValue } = await nats.connect({ url: 'nats://x', name: 'x', timeoutMs: 1 });
  await createKeyValue({ bucket: 'parti-leader', replicas: 3 });
  await jetStream.ensureStream(completionStreamConfig);
  await jetStream.publish('dc.T1.complete', new Uint8Array(), { messageId: '1', timeoutMs: 1 });
  await jetStream.ensureConsumer(completionStreamConfig.name, consumer);
  const options = { maxMessages: 1, expiresMs: 1 };
  jetStream.consume(completionStreamConfig.name, consumer.durable, options, { message: () => undefined });
  const session = await cql.connect('x');
  const quorum = { consistency: 'QUORUM', idempotent: true, timeoutMs: 1 } as const;
  await session.execute({ kind: 'select', table: chunkTable }, {}, quorum);
  await session.execute({ kind: 'insert', table: chunkTable }, {}, quorum);
}

test('whoever is not isolated is told of with everything live that it touches', async () => {
  const { ports, told } = watched();
  await work(ports);
  expect(
    told.map((event) => (event.kind === 'experiment.touched' ? `${event.what} ${event.name}` : '')),
  ).toEqual([
    'bucket parti-leader',
    'stream dc-notifications',
    'subject dc.T1.complete',
    'durable dc-notifications',
    'durable dc-notifications',
    'table chunk_staging',
  ]);
});

test('whoever is isolated does the same and touches nothing', async () => {
  const { ports, told } = watched();
  await work(isolatedPorts(ports, { run: 'release-1-1', side: 'candidate' }, experimentIsolation));
  expect(told).toEqual([]);
});

test('of its own word only its work is told, with its side and image', () => {
  const stored = {
    kind: 'request.stored',
    colour: 'green',
    tool: 'T1',
    contextId: 'T1/1',
    requestSequence: 1,
    points: 3,
  } as const;
  expect(observedWork(stored, 'candidate', 'v2')).toEqual({
    kind: 'experiment.worked',
    side: 'candidate',
    image: 'v2',
    work: 'stored',
    contextId: 'T1/1',
  });
  expect(
    observedWork({ kind: 'cache.lookup', colour: 'green', pod: 'p', hit: true }, 'candidate', 'v2'),
  ).toBeUndefined();
});
