import { setTimeout as sleep } from 'node:timers/promises';
import { Client, policies, types, errors } from 'cassandra-driver';
import { expect, test, type TestContext } from 'vitest';
import { nativePort, NamespaceRing } from '../../../../chaos/live/cassandra/index.ts';
import { LiveProblem } from '../../../../chaos/live/nats/index.ts';
import { namespacesMissing } from '../nats/namespaces-here.ts';

const betweenTriesMs = 100;
const patienceMs = 60_000;

/** What a connection that outlives the conviction would wait at least: its retransmission is due 25.4 s after the cut. */
const soonMs = 4_000;

async function start(context: TestContext, nodeCount: number): Promise<NamespaceRing> {
  try {
    return await NamespaceRing.start(nodeCount);
  } catch (error) {
    if (!(error instanceof LiveProblem)) throw error;
    console.warn(`SKIPPED, real nodes were not cut off from each other: ${error.message}`);
    return context.skip(error.message);
  }
}

/** Speaks to one node only. */
async function clientOf(address: string): Promise<Client> {
  const contactPoint = `${address}:${nativePort}`;
  const roundRobin = new policies.loadBalancing.RoundRobinPolicy();
  const client = new Client({
    contactPoints: [contactPoint],
    localDataCenter: 'dc1',
    policies: { loadBalancing: new policies.loadBalancing.AllowListPolicy(roundRobin, [contactPoint]) },
    socketOptions: { readTimeout: 15_000 },
  });
  await client.connect();
  return client;
}

/** Writes to both nodes until the outcome is the one that is waited for; resolves with the wall clock's milliseconds then. */
async function writeUntil(client: Client, wanted: 'written' | 'unavailable'): Promise<number> {
  const giveUpMs = Date.now() + patienceMs;
  for (;;) {
    const outcome = await writeOnce(client);
    if (outcome === wanted) return Date.now();
    if (Date.now() > giveUpMs) throw new Error(`still ${outcome}, not ${wanted}, after ${patienceMs} ms`);
    await sleep(betweenTriesMs);
  }
}

async function writeOnce(client: Client): Promise<'written' | 'unavailable' | 'other'> {
  try {
    await client.execute('INSERT INTO story.line (k, v) VALUES (1, 1)', [], {
      consistency: types.consistencies.two,
      retry: new policies.retry.FallthroughRetryPolicy(),
    });
    return 'written';
  } catch (error) {
    const isUnavailable =
      error instanceof errors.ResponseError && error.code === types.responseErrorCodes.unavailableException;
    return isUnavailable ? 'unavailable' : 'other';
  }
}

test.skipIf(namespacesMissing)(
  'nodes that have convicted each other dial anew: no retransmission is waited for after a cut',
  { timeout: 300_000 },
  async (context) => {
    const ring = await start(context, 2);
    const clients: Client[] = [];
    try {
      for (const address of ring.addresses) clients.push(await clientOf(address));
      const [first] = clients;
      await first?.execute(
        "CREATE KEYSPACE story WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 2}",
      );
      await first?.execute('CREATE TABLE story.line (k int PRIMARY KEY, v int)');
      await Promise.all(clients.map((client) => writeUntil(client, 'written')));

      ring.cut(0, 1);
      const cutMs = Date.now();
      const convictedMs = await Promise.all(clients.map((client) => writeUntil(client, 'unavailable')));
      ring.heal(0, 1);
      const healedMs = Date.now();
      const writtenMs = await Promise.all(clients.map((client) => writeUntil(client, 'written')));

      // Silence of 8·ln 10 heartbeat intervals (cassandra-and-live §1).
      expect(Math.min(...convictedMs) - cutMs).toBeGreaterThan(10_000);
      expect(Math.max(...writtenMs) - healedMs).toBeLessThan(soonMs);
    } finally {
      await Promise.all(clients.map((client) => client.shutdown()));
      await ring.close();
    }
  },
);
