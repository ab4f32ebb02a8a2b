import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nats212, nats2910, type NatsProfile } from '../../../sim/nats/index.ts';
import {
  collect,
  durable,
  Fixture,
  outcome,
  payload,
  publish,
  workQueue,
  type TestClient,
} from './fixture.ts';

interface Act {
  readonly kind:
    | 'kill'
    | 'restart'
    | 'pause'
    | 'resume'
    | 'isolate'
    | 'heal'
    | 'power'
    | 'step-down'
    | 'consumer-step-down'
    | 'lose-acks'
    | 'keep-acks';
  readonly node: number;
  /** In units of 100 ms, so that it falls between the operations and never into one. */
  readonly afterTenths: number;
}

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(
    'kill',
    'restart',
    'restart',
    'pause',
    'resume',
    'resume',
    'isolate',
    'heal',
    'heal',
    'power',
    'step-down',
    'consumer-step-down',
    'lose-acks',
    'keep-acks',
  ),
  node: fc.integer({ min: 0, max: 2 }),
  afterTenths: fc.integer({ min: 1, max: 200 }),
});

interface Outcome {
  readonly history: readonly string[];
  readonly contents: unknown;
  readonly events: number;
  readonly fingerprint: string;
}

async function play(
  acts: readonly Act[],
  elide: boolean,
  seed: bigint,
  profile: NatsProfile = nats212,
): Promise<Outcome> {
  const fixture = new Fixture({ elide, seed, steady: true, profile });
  const { cluster } = fixture;
  const history: string[] = [];
  const note = (text: string): void => {
    history.push(`${fixture.kernel.nowUs} ${text}`);
  };
  let done = false;
  const heals: (() => void)[] = [];
  await fixture.run(async () => {
    const clients = [await fixture.client('a'), await fixture.client('b'), await fixture.client('c')];
    const [first] = clients as [TestClient];
    await first.jetStream.ensureStream(workQueue);
    await first.connection.createKeyValue({ bucket: 'state', replicas: 3, ttlMs: 20_000 });
    await first.jetStream.ensureConsumer('work', durable('x', { maxAckPending: 2, ackWaitMs: 7_000 }));
    for (const client of clients) {
      client.connection.onStatus((status) => note(`${client.name} ${status}`));
      collect(fixture, client, 'x', (message) => {
        note(`${client.name} gets ${message.messageId} for the ${message.deliveryCount}. time`);
        client.process.after(11, () => message.ack());
      });
      client.connection.keyValue('state').watch({
        entry: ({ key, revision, operation }) =>
          note(`${client.name} sees ${operation} ${key} at ${revision}`),
      });
    }
    await fixture.sleepUntil(3_000);
    const working = clients.map(async (client, place) => {
      const state = client.connection.keyValue('state');
      for (let turn = 0; !done; turn++) {
        // Operations at 10 + place × 15 ms into every 100 ms, faults at 70 ms.
        await fixture.sleepUntil((Math.floor(fixture.nowMs / 100) + 1) * 100 + 10 + place * 15);
        const what = `${client.name} ${turn}`;
        switch ((turn * 7 + place) % 4) {
          case 0:
            note(`${what}: ${JSON.stringify(await publish(client, 'work.x', `${place}-${turn}`, 1_500))}`);
            break;
          case 1:
            note(`${what}: ${await outcome(state.put(`k${turn % 3}`, payload))}`);
            break;
          case 2: {
            const entry = await outcome(state.get('k1'));
            note(`${what}: ${typeof entry === 'object' ? entry.revision : entry}`);
            break;
          }
          default:
            note(`${what}: ${await outcome(state.create('k9', payload))}`);
            note(`${what}: ${await outcome(state.delete('k9'))}`);
        }
      }
    });
    for (const { kind, node, afterTenths } of acts) {
      await fixture.sleepUntil((Math.floor(fixture.nowMs / 100) + afterTenths) * 100 + 70);
      apply(fixture, heals, kind, node);
    }
    await fixture.sleepUntil((Math.floor(fixture.nowMs / 100) + 100) * 100 + 70);
    for (const heal of heals.splice(0)) heal();
    cluster.nodes.forEach((server, index) => {
      if (!server.up) cluster.restartNode(index);
      else cluster.resumeNode(index);
    });
    await fixture.sleep(60_000);
    done = true;
    await Promise.all(working);
    await fixture.sleep(1_000);
  });
  return {
    history: [...history].sort(byTime),
    contents: ['work', 'KV_state'].map((stream) => [
      cluster.inspectStream(stream),
      cluster.inspectReplicas(stream),
    ]),
    events: fixture.kernel.events,
    fingerprint: fixture.kernel.fingerprint.digest(),
  };
}

/** The first lines that are not the same. */
function difference(
  left: readonly string[],
  right: readonly string[],
): readonly [string | undefined, string | undefined] | undefined {
  for (let line = 0; line < Math.max(left.length, right.length); line++) {
    if (left[line] !== right[line]) return [left[line], right[line]];
  }
  return undefined;
}

function byTime(left: string, right: string): number {
  const byTimeOnly = Number(left.slice(0, left.indexOf(' '))) - Number(right.slice(0, right.indexOf(' ')));
  return byTimeOnly === 0 ? (left < right ? -1 : 1) : byTimeOnly;
}

function apply(fixture: Fixture, heals: (() => void)[], kind: Act['kind'], node: number): void {
  const { cluster } = fixture;
  switch (kind) {
    case 'kill':
      cluster.killNode(node);
      return;
    case 'restart':
      cluster.restartNode(node);
      return;
    case 'pause':
      cluster.pauseNode(node);
      return;
    case 'resume':
      cluster.resumeNode(node);
      return;
    case 'isolate':
      heals.push(fixture.isolate([node]));
      return;
    case 'heal':
      heals.shift()?.();
      return;
    case 'power':
      cluster.powerLoss(node);
      return;
    case 'step-down':
      cluster.stepDown('work');
      return;
    case 'consumer-step-down':
      cluster.stepDownConsumer('work', 'x');
      return;
    case 'lose-acks': {
      const impairment = cluster.impairAcks({ lossRate: 1, delayMs: 0 });
      heals.push(() => impairment.lift());
      return;
    }
    case 'keep-acks':
      heals.shift()?.();
      return;
  }
}

async function expectEqual(acts: readonly Act[], seed: bigint, profile: NatsProfile): Promise<void> {
  const elided = await play(acts, true, seed, profile);
  const explicit = await play(acts, false, seed, profile);
  expect(difference(elided.history, explicit.history)).toBeUndefined();
  expect(elided.contents).toEqual(explicit.contents);
}

test('clients see the same, at the same microseconds, with and without elision', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 6 }), fc.bigInt(0n, 1_000_000n), (acts, seed) =>
      expectEqual(acts, seed, nats212),
    ),
    { numRuns: 100, seed: 7 },
  );
});

test('the same holds for servers of 2.9.10', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { maxLength: 5 }), fc.bigInt(0n, 1_000_000n), (acts, seed) =>
      expectEqual(acts, seed, nats2910),
    ),
    { numRuns: 100, seed: 11 },
  );
});

interface Kept {
  readonly title: string;
  readonly profile: NatsProfile;
  readonly seed: bigint;
  readonly acts: readonly Act[];
}

const kept: readonly Kept[] = [
  {
    title: 'watches beside a replica that has diverged',
    profile: nats2910,
    seed: 50_943n,
    acts: [
      { kind: 'isolate', node: 1, afterTenths: 7 },
      { kind: 'lose-acks', node: 0, afterTenths: 155 },
    ],
  },
  {
    title: 'consumers of a stream that has diverged',
    profile: nats2910,
    seed: 233_314n,
    acts: [
      { kind: 'pause', node: 2, afterTenths: 5 },
      { kind: 'power', node: 0, afterTenths: 92 },
      { kind: 'heal', node: 1, afterTenths: 1 },
      { kind: 'resume', node: 0, afterTenths: 200 },
    ],
  },
  {
    title: 'whom a leader heard less than 3 s ago',
    profile: nats212,
    seed: 192_806n,
    acts: [
      { kind: 'isolate', node: 1, afterTenths: 1 },
      { kind: 'step-down', node: 1, afterTenths: 27 },
    ],
  },
  {
    title: 'a message of an old term',
    profile: nats212,
    seed: 211_786n,
    acts: [
      { kind: 'isolate', node: 2, afterTenths: 157 },
      { kind: 'kill', node: 1, afterTenths: 162 },
      { kind: 'resume', node: 0, afterTenths: 80 },
      { kind: 'restart', node: 2, afterTenths: 191 },
      { kind: 'pause', node: 0, afterTenths: 183 },
      { kind: 'restart', node: 1, afterTenths: 5 },
    ],
  },
  {
    title: 'an answer that is on its way',
    profile: nats212,
    seed: 775_348n,
    acts: [
      { kind: 'lose-acks', node: 1, afterTenths: 1 },
      { kind: 'heal', node: 0, afterTenths: 84 },
      { kind: 'isolate', node: 1, afterTenths: 63 },
    ],
  },
  {
    title: 'a leader that wakes when both its timers are due',
    profile: nats2910,
    seed: 62_109n,
    acts: [
      { kind: 'pause', node: 1, afterTenths: 165 },
      { kind: 'kill', node: 0, afterTenths: 1 },
    ],
  },
];

test.each(kept)('$title', async ({ profile, seed, acts }) => {
  await expectEqual(acts, seed, profile);
});

test('elision spares most events of a calm cluster', async () => {
  const elided = await play([], true, 3n);
  const explicit = await play([], false, 3n);
  expect(difference(elided.history, explicit.history)).toBeUndefined();
  expect(elided.history.length).toBeGreaterThan(1_000);
  expect(elided.events).toBeLessThan(explicit.events * 0.6);
});

test('the same seed gives the same run', async () => {
  const acts: Act[] = [
    { kind: 'kill', node: 1, afterTenths: 30 },
    { kind: 'isolate', node: 0, afterTenths: 80 },
    { kind: 'restart', node: 1, afterTenths: 20 },
  ];
  expect(await play(acts, true, 5n)).toEqual(await play(acts, true, 5n));
  expect((await play(acts, true, 5n)).fingerprint).not.toBe((await play(acts, true, 6n)).fingerprint);
});
