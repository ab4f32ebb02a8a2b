import { beforeEach, expect, test } from 'vitest';
import { defaultElectionAgentSettings } from '../../../system/election-agent/settings.ts';
import { startElectionAgent } from '../../../system/election-agent/start.ts';
import { electionMethods } from '../../../system/ports/election.ts';
import type { RpcOutcome } from '../../../system/ports/rpc.ts';
import type { FakeProcess } from '../routing/fakes/process.ts';
import { FakeWorld } from '../routing/fakes/world.ts';

let world: FakeWorld;
let agent: FakeProcess;

async function start(): Promise<void> {
  agent = world.spawn('election-agent-blue');
  void startElectionAgent(agent.ports, defaultElectionAgentSettings);
  await world.time.advanceUntil(() => agent.ready, 5_000, 1);
}

async function call(method: string, request: unknown): Promise<RpcOutcome> {
  let outcome: RpcOutcome | undefined;
  const handler = agent.rpcServers.get(defaultElectionAgentSettings.port)?.[method];
  handler?.({ method, metadata: {}, request, deadlineMs: 1_000 }, (answer) => {
    outcome = answer;
  });
  await world.time.advanceUntil(() => outcome !== undefined, 1_000, 1);
  if (outcome === undefined) throw new Error('no answer');
  return outcome;
}

async function acquire(candidate: string, seenTerm = 0): Promise<RpcOutcome> {
  return await call(electionMethods.acquire, { candidate, ttlMs: 10_000, seenTerm });
}

async function renew(candidate: string, term: number): Promise<unknown> {
  return (await call(electionMethods.renew, { candidate, term, ttlMs: 10_000 })).response;
}

beforeEach(async () => {
  world = new FakeWorld();
  await start();
});

test('one leads; the next one when it has given up, or not renewed for its time', async () => {
  expect((await acquire('one')).response).toEqual({ isGranted: true, term: 1 });
  expect((await acquire('two')).response).toEqual({ isGranted: false, term: 1 });
  await call(electionMethods.release, { candidate: 'one', term: 1 });
  expect((await acquire('two')).response).toEqual({ isGranted: true, term: 2 });
  expect(await renew('one', 1)).toEqual({ isHeld: false });
  await world.time.advance(6_000);
  expect(await renew('two', 2)).toEqual({ isHeld: true });
  await world.time.advance(6_000);
  expect((await acquire('three')).response).toEqual({ isGranted: false, term: 2 });
  await world.time.advance(5_000);
  expect((await acquire('three')).response).toEqual({ isGranted: true, term: 3 });
});

test('a restart keeps the holder, waits out its lease, and goes on above its term', async () => {
  await acquire('one');
  agent.kill();
  await start();
  expect((await acquire('two')).response).toEqual({ isGranted: false, term: 1 });
  expect(await renew('one', 1)).toEqual({ isHeld: true });
  await world.time.advance(10_500);
  expect((await acquire('two')).response).toEqual({ isGranted: true, term: 2 });
});

test('what the disk does not take is not granted, and its term is never told', async () => {
  world.disk('election-agent-blue').failing = true;
  expect(await acquire('one')).toMatchObject({ status: 'UNAVAILABLE' });
  world.disk('election-agent-blue').failing = false;
  expect((await acquire('two')).response).toEqual({ isGranted: true, term: 2 });
});

test.each([
  ['no candidate', { ttlMs: 10_000, seenTerm: 0 }],
  ['an empty name', { candidate: '', ttlMs: 10_000, seenTerm: 0 }],
  ['a lease that is longer than any', { candidate: 'one', ttlMs: 10_001, seenTerm: 0 }],
  ['a lease of no time', { candidate: 'one', ttlMs: 0, seenTerm: 0 }],
  ['a term that is no number', { candidate: 'one', ttlMs: 10_000, seenTerm: NaN }],
  ['no message at all', undefined],
])('refuses %s, and grants nothing', async (_, request) => {
  expect(await call(electionMethods.acquire, request)).toMatchObject({ status: 'INVALID_ARGUMENT' });
  expect((await acquire('two')).response).toEqual({ isGranted: true, term: 1 });
});
