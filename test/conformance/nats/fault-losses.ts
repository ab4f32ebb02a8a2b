import { PortError } from '../../../system/ports/errors.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';
import { replicatedStream } from './fault-script.ts';

/** Publishers around a leader that is cut off from its peers for a while (jetstream R1). */
export interface LossSetting {
  readonly title: string;
  /** By publisher: the server it stays at, counted from the leader. */
  readonly homes: readonly number[];
  /** What has no clear answer is sent again with the same id. */
  readonly repeats: boolean;
}

export const lossSettings: readonly LossSetting[] = [
  { title: 'one publisher at the leader, each message once', homes: [0], repeats: false },
  { title: 'four at the leader, each message once', homes: [0, 0, 0, 0], repeats: false },
  { title: 'two at each server, each message once', homes: [0, 0, 1, 1, 2, 2], repeats: false },
  { title: 'one at the leader, until acknowledged', homes: [0], repeats: true },
  { title: 'four at the leader, until acknowledged', homes: [0, 0, 0, 0], repeats: true },
  { title: 'two at each server, until acknowledged', homes: [0, 0, 1, 1, 2, 2], repeats: true },
  { title: 'one at a follower, each message once', homes: [1], repeats: false },
];

/** What one cut left behind. */
export interface LossCycle {
  readonly acknowledged: number;
  /** Acknowledged, and missing in at least one replica. */
  readonly lost: number;
  /** Sequences at which the replicas do not hold the same message. */
  readonly diverging: number;
  readonly replicasRead: number;
}

const calmMs = 2_000;
const cutMs = 22_000;
const healedMs = 12_000;
const publishTimeoutMs = 2_000;
const payload = new Uint8Array(20);

/** One cut of 22 s of the leader of a fresh stream; `name` is used by nobody else in this world. */
export async function lossCycle(
  rig: FaultRig,
  name: string,
  { homes, repeats }: LossSetting,
): Promise<LossCycle> {
  const admin = await rig.connect(`${name}-admin`);
  const { stream, leader } = await replicatedStream(rig, admin, name);
  const acknowledged = new Map<string, number>();
  let isOver = false;
  const connections: FaultConnection[] = [];
  for (const [place, home] of homes.entries())
    connections.push(await rig.connectAt((leader + home) % rig.servers, `${name}-${place}`));
  const publish = async ({ publisher }: FaultConnection, place: number): Promise<void> => {
    for (let turn = 0; !isOver;) {
      const messageId = `${place}-${turn}`;
      try {
        const options = { messageId, timeoutMs: publishTimeoutMs };
        const { sequence } = await publisher.publish(`${name}.${place}`, payload, options);
        acknowledged.set(messageId, sequence);
        turn++;
      } catch (error) {
        ignorePortError(error);
        if (!repeats) turn++;
      }
      await rig.sleep(20 + place * 7);
    }
  };
  const running = connections.map(publish);
  await rig.sleep(calmMs);
  const heal = rig.strike('isolate', leader);
  await rig.sleep(cutMs);
  heal();
  await rig.sleep(healedMs);
  isOver = true;
  await Promise.all(running);
  for (const connection of connections) await connection.close();
  await rig.untilSettled();
  const replicas = await rig.replicas(stream, admin);
  await admin.management.deleteStream(stream).catch(ignorePortError);
  await admin.close();
  return {
    acknowledged: acknowledged.size,
    ...compared(replicas, acknowledged),
    replicasRead: replicas.length,
  };
}

function compared(
  replicas: Awaited<ReturnType<FaultRig['replicas']>>,
  acknowledged: ReadonlyMap<string, number>,
): Pick<LossCycle, 'lost' | 'diverging'> {
  const held = replicas.map((messages) => new Map(messages.map((m) => [m.sequence, m.messageId])));
  let lost = 0;
  for (const [messageId, sequence] of acknowledged)
    if (held.some((bySequence) => bySequence.get(sequence) !== messageId)) lost++;
  const sequences = new Set(held.flatMap((bySequence) => [...bySequence.keys()]));
  let diverging = 0;
  for (const sequence of sequences)
    if (new Set(held.map((bySequence) => bySequence.get(sequence))).size > 1) diverging++;
  return { lost, diverging };
}

function ignorePortError(error: unknown): void {
  if (!(error instanceof PortError)) throw error;
}
