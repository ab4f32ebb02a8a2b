import { describe, expect, test } from 'vitest';
import { nats212, nats2910, type NatsProfile } from '../../../sim/nats/index.ts';
import { Fixture, publish, workQueue } from './fixture.ts';

interface Cycle {
  readonly acknowledged: number;
  /** Acknowledged, and missing on at least one replica. */
  readonly lost: number;
  /** Sequences at which the replicas do not hold the same message. */
  readonly diverging: number;
}

/** Four publishers beside the leader of a stream, which is cut off from its peers for 22 s (jetstream §2, [M]). */
async function partitionCycle(profile: NatsProfile, seed: bigint): Promise<Cycle> {
  const fixture = new Fixture({ profile, seed });
  const acknowledged = new Set<string>();
  await fixture.run(async () => {
    const setup = await fixture.client('setup');
    await setup.jetStream.ensureStream({ ...workQueue, retention: 'limits', maxMessages: -1 });
    await fixture.sleep(3_000);
    const leader = fixture.leader();
    let done = false;
    const publishers = await Promise.all(
      [0, 1, 2, 3].map(async (place) => {
        const client = await fixture.client(`p${place}`, leader);
        return async (): Promise<void> => {
          for (let turn = 0; !done; turn++) {
            const id = `${place}-${turn}`;
            if (typeof (await publish(client, `work.${place}`, id, 2_000)) !== 'string') acknowledged.add(id);
            await client.process.sleep(5 + client.process.random.float() * 10);
          }
        };
      }),
    );
    const running = publishers.map((run) => run());
    await fixture.sleep(2_000);
    const heal = fixture.isolate([leader]);
    await fixture.sleep(22_000);
    heal();
    await fixture.sleep(12_000);
    done = true;
    await Promise.all(running);
    await fixture.sleep(60_000);
  });
  const replicas = fixture.cluster.inspectReplicas('work');
  const held = replicas.map((messages) => new Set(messages.map(({ messageId }) => messageId)));
  let lost = 0;
  for (const id of acknowledged) if (held.some((ids) => !ids.has(id))) lost++;
  const bySequence = replicas.map((messages) => new Map(messages.map((m) => [m.sequence, m.messageId])));
  const sequences = new Set(replicas.flatMap((messages) => messages.map(({ sequence }) => sequence)));
  let diverging = 0;
  for (const sequence of sequences) {
    if (new Set(bySequence.map((messages) => messages.get(sequence))).size > 1) diverging++;
  }
  return { acknowledged: acknowledged.size, lost, diverging };
}

const seeds = Array.from({ length: 15 }, (_, seed) => BigInt(seed + 1));

describe('a leader partition under load (jetstream R1)', () => {
  test('2.9.10 loses acknowledged writes in about one cycle of three, its replicas differ', async () => {
    let losing = 0;
    for (const seed of seeds) {
      const { lost, diverging } = await partitionCycle(nats2910, seed);
      if (lost > 0) losing++;
      // What one replica lost is at the sequence of what another never acknowledged.
      expect(diverging).toBeGreaterThanOrEqual(lost);
    }
    expect(losing / seeds.length).toBeGreaterThanOrEqual(0.2);
    expect(losing / seeds.length).toBeLessThanOrEqual(0.6);
  });

  test('2.12 loses nothing', async () => {
    for (const seed of seeds) {
      const { lost, diverging, acknowledged } = await partitionCycle(nats212, seed);
      expect(acknowledged).toBeGreaterThan(500);
      expect([lost, diverging]).toEqual([0, 0]);
    }
  });
});
