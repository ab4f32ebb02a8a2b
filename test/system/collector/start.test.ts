import { expect, test } from 'vitest';
import { completionStreamConfig } from '../../../system/ports/completion.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import { CollectorWorld, sendRequest } from './fakes/collector-world.ts';

test('it becomes ready when NATS, the stream and Cassandra are there, however long that takes', async () => {
  const world = new CollectorWorld();
  world.nats.blue.connectFailures = 3;
  world.cql.connectFailures = 40;
  world.nats.blue.ensureFailure = 'no-responders';
  const pod = world.launch('blue');
  await world.clock.advance(30_000);
  expect(pod.ready).toBe(false);
  world.cql.connectFailures = 0;
  await world.clock.advance(2_000);
  expect(pod.ready).toBe(false);
  world.nats.blue.ensureFailure = undefined;
  await world.clock.advance(2_000);
  expect(pod.ready).toBe(true);
  expect(pod.serving).toBe(true);
  expect(world.nats.blue.streams).toEqual([completionStreamConfig]);
});

test('it refuses to work with the NATS of the other colour', async () => {
  const world = new CollectorWorld();
  world.nats.blue.clusterName = 'nats-green';
  const pod = await world.start('blue');
  expect(pod.exitCode).toBe(78);
  expect(pod.ready).toBe(false);
  expect(pod.serving).toBe(false);
  expect(world.nats.blue.streams).toEqual([]);
});

test('it stops when another cluster answers after a reconnect', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  world.nats.blue.announce('disconnected');
  expect(pod.ready).toBe(true);
  world.nats.blue.announce('connected');
  expect(pod.exitCode).toBeUndefined();
  world.nats.blue.clusterName = 'nats-green';
  world.nats.blue.announce('connected');
  expect(pod.exitCode).toBe(78);
});

test('a stream that is configured otherwise is no stream to work with', async () => {
  const world = new CollectorWorld();
  world.nats.blue.ensureFailure = 'conflict';
  const pod = await world.start('blue');
  expect(pod.exitCode).toBe(78);
  expect(pod.serving).toBe(false);
});

test('on SIGTERM it serves on for a while, finishes what is in flight, closes NATS and exits within grace', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  pod.terminate();
  expect(pod.ready).toBe(false);
  expect(await world.send(pod, sendRequest(1))).toMatchObject({ status: 'OK' });
  await world.clock.advance(4_900);
  world.cql.latencyMs = 2_000;
  const late = pod.ask(ingestMethods.send, sendRequest(2), { 'tool-id': 'tool-0001' }, 10_000);
  await world.clock.advance(1_000);
  expect(pod.serving).toBe(false);
  expect(pod.exitCode).toBeUndefined();
  await world.clock.advance(2_000);
  await expect(late).resolves.toMatchObject({ status: 'OK' });
  expect(world.nats.blue.closedConnections).toBe(1);
  expect(pod.exitCode).toBe(0);
});

test('work that outlasts the grace is cut off', async () => {
  const world = new CollectorWorld();
  const pod = await world.start('blue');
  world.cql.latencyMs = 100_000;
  void pod.ask(ingestMethods.send, sendRequest(1), { 'tool-id': 'tool-0001' }, 90_000);
  pod.terminate();
  pod.terminate();
  await world.clock.advance(27_000);
  expect(pod.exitCode).toBeUndefined();
  await world.clock.advance(1_500);
  expect(pod.exitCode).toBe(1);
});

test('SIGTERM while it still waits for Cassandra ends it at once', async () => {
  const world = new CollectorWorld();
  world.cql.connectFailures = 1_000;
  const pod = await world.start('blue');
  pod.terminate();
  await world.clock.advance(0);
  expect(pod.exitCode).toBe(0);
});
