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

interface Load {
  readonly publishers: number;
  /** What has no clear answer is sent again with the same id. */
  readonly repeats: boolean;
}

const fourOnce: Load = { publishers: 4, repeats: false };
const fourUntilAcknowledged: Load = { publishers: 4, repeats: true };
const oneUntilAcknowledged: Load = { publishers: 1, repeats: true };

/** Publishers beside the leader of a stream, which is cut off from its peers for 22 s (jetstream §2, [M]). */
async function partitionCycle(
  profile: NatsProfile,
  seed: bigint,
  { publishers: count, repeats }: Load,
): Promise<Cycle> {
  const fixture = new Fixture({ profile, seed });
  const acknowledged = new Set<string>();
  await fixture.run(async () => {
    const setup = await fixture.client('setup');
    await setup.jetStream.ensureStream({ ...workQueue, retention: 'limits', maxMessages: -1 });
    await fixture.sleep(3_000);
    const leader = fixture.leader();
    let done = false;
    const publishers = await Promise.all(
      Array.from({ length: count }, async (_, place) => {
        const client = await fixture.client(`p${place}`, leader);
        return async (): Promise<void> => {
          for (let turn = 0; !done;) {
            const id = `${place}-${turn}`;
            const isClear = typeof (await publish(client, `work.${place}`, id, 2_000)) !== 'string';
            if (isClear) acknowledged.add(id);
            if (isClear || !repeats) turn++;
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

const seeds = Array.from({ length: 10 }, (_, seed) => BigInt(seed + 1));

async function losing(load: Load): Promise<{ readonly cycles: number; readonly mostDiverging: number }> {
  let cycles = 0;
  let mostDiverging = 0;
  for (const seed of seeds) {
    const { lost, diverging } = await partitionCycle(nats2910, seed, load);
    if (lost > 0) cycles++;
    mostDiverging = Math.max(mostDiverging, diverging);
    // What one replica lost is at the sequence of what another never acknowledged.
    expect(diverging).toBeGreaterThanOrEqual(lost);
  }
  return { cycles, mostDiverging };
}

/** The bands of what real clusters did: `docs/fidelity/nats-faults.md`. */
describe('a leader partition under load (jetstream R1)', () => {
  test('2.9.10 loses acknowledged writes in most cycles, a few each, and its replicas differ', async () => {
    const { cycles, mostDiverging } = await losing(fourOnce);
    expect(cycles).toBeGreaterThanOrEqual(seeds.length / 2);
    expect(mostDiverging).toBeLessThan(100);
  });

  test('where publishers send again, a replica that takes a copy for a duplicate counts differently from then on', async () => {
    const { cycles, mostDiverging } = await losing(fourUntilAcknowledged);
    expect(cycles).toBeGreaterThanOrEqual(seeds.length / 5);
    expect(mostDiverging).toBeGreaterThan(100);
  });

  test('one publisher that sends again what was unclear loses nothing: the entry that stays is its own', async () => {
    expect((await losing(oneUntilAcknowledged)).cycles).toBe(0);
  });

  test('2.12 loses nothing', async () => {
    for (const seed of seeds) {
      const { lost, diverging, acknowledged } = await partitionCycle(nats212, seed, fourOnce);
      expect(acknowledged).toBeGreaterThan(500);
      expect([lost, diverging]).toEqual([0, 0]);
    }
  });
});
