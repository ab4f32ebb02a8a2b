import { PortError } from '../../../system/ports/errors.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';
import { persistently, replicatedStream } from './fault-script.ts';

/** Publishers around a leader that is cut off from its peers for a while (jetstream R1). */
export interface LossSetting {
  readonly title: string;
  /** By publisher: the server it stays at, counted from the leader. */
  readonly homes: readonly number[];
  /** What has no clear answer is sent again with the same id. */
  readonly repeats: boolean;
  /** A work queue whose only consumer takes and acknowledges everything. */
  readonly isQueue?: true;
}

export const lossSettings: readonly LossSetting[] = [
  { title: 'one publisher at the leader, each message once', homes: [0], repeats: false },
  { title: 'four at the leader, each message once', homes: [0, 0, 0, 0], repeats: false },
  { title: 'two at each server, each message once', homes: [0, 0, 1, 1, 2, 2], repeats: false },
  { title: 'one at the leader, until acknowledged', homes: [0], repeats: true },
  { title: 'four at the leader, until acknowledged', homes: [0, 0, 0, 0], repeats: true },
  { title: 'two at each server, until acknowledged', homes: [0, 0, 1, 1, 2, 2], repeats: true },
  { title: 'one at a follower, each message once', homes: [1], repeats: false },
  {
    title: 'four at the leader, until acknowledged; a work queue',
    homes: [0, 0, 0, 0],
    repeats: true,
    isQueue: true,
  },
];

/** What one cut left behind. */
export interface LossCycle {
  readonly acknowledged: number;
  /** Acknowledged, and missing in at least one replica; of a queue: never delivered. */
  readonly lost: number;
  /** Of a queue: delivered and acknowledged, and still there in some replica. */
  readonly left: number;
  /** Sequences at which the replicas do not hold the same message. */
  readonly diverging: number;
  readonly replicasRead: number;
}

const calmMs = 2_000;
const cutMs = 22_000;
const healedMs = 12_000;
const publishTimeoutMs = 2_000;
const consumer = 'c';
const pullBatch = 50;
const pullMs = 1_000;
/** Longer than an ack wait and an election. */
const drainedMs = 15_000;
const payload = new Uint8Array(20);

/** One cut of 22 s of the leader of a fresh stream; `name` is used by nobody else in this world. */
export async function lossCycle(rig: FaultRig, name: string, setting: LossSetting): Promise<LossCycle> {
  const admin = await rig.connect(`${name}-admin`);
  const retention = setting.isQueue === true ? 'workqueue' : 'limits';
  const { stream, leader } = await replicatedStream(rig, admin, name, retention);
  const load = new LossLoad(rig, name, setting);
  const connections: FaultConnection[] = [];
  for (const [place, home] of setting.homes.entries())
    connections.push(await rig.connectAt((leader + home) % rig.servers, `${name}-${place}`));
  const processed = new Set<string>();
  if (setting.isQueue === true) await persistently(rig, () => createConsumer(admin, stream));
  const running = connections.map((connection, place) => load.publish(connection, place));
  if (setting.isQueue === true) running.push(load.consume(await rig.connect(`${name}-c`), stream, processed));
  await rig.sleep(calmMs);
  const heal = rig.strike('isolate', leader);
  await rig.sleep(cutMs);
  heal();
  await rig.sleep(healedMs);
  await load.stop(running);
  for (const connection of connections) await connection.close();
  await rig.untilSettled();
  const replicas = await rig.replicas(stream, admin);
  await admin.management.deleteStream(stream).catch(ignorePortError);
  await admin.close();
  const { acknowledged } = load;
  const cycle = { acknowledged: acknowledged.size, replicasRead: replicas.length };
  const { lost, diverging } = compared(replicas, acknowledged);
  if (setting.isQueue !== true) return { ...cycle, lost, left: 0, diverging };
  const stays = new Set(replicas.flat().map(({ messageId }) => messageId));
  return {
    ...cycle,
    lost: [...acknowledged.keys()].filter((id) => !processed.has(id)).length,
    left: [...processed].filter((id) => stays.has(id)).length,
    diverging,
  };
}

async function createConsumer({ management }: FaultConnection, stream: string): Promise<void> {
  await management.createConsumer(stream, {
    name: consumer,
    durable: true,
    ack: 'explicit',
    ackWaitMs: 3_000,
  });
}

/** Publishers, and perhaps a consumer, while the leader goes and comes back. */
class LossLoad {
  readonly acknowledged = new Map<string, number>();
  readonly #rig: FaultRig;
  readonly #name: string;
  readonly #repeats: boolean;
  #isOver = false;
  #publishing = 0;

  constructor(rig: FaultRig, name: string, { repeats }: LossSetting) {
    this.#rig = rig;
    this.#name = name;
    this.#repeats = repeats;
  }

  async stop(running: readonly Promise<void>[]): Promise<void> {
    this.#isOver = true;
    await Promise.all(running);
  }

  async publish({ publisher }: FaultConnection, place: number): Promise<void> {
    this.#publishing++;
    for (let turn = 0; !this.#isOver;) {
      const messageId = `${place}-${turn}`;
      try {
        const options = { messageId, timeoutMs: publishTimeoutMs };
        const { sequence } = await publisher.publish(`${this.#name}.${place}`, payload, options);
        this.acknowledged.set(messageId, sequence);
        turn++;
      } catch (error) {
        ignorePortError(error);
        if (!this.#repeats) turn++;
      }
      await this.#rig.sleep(20 + place * 7);
    }
    this.#publishing--;
  }

  /** Until nobody publishes any more and nothing has come for a while. */
  async consume(connection: FaultConnection, stream: string, processed: Set<string>): Promise<void> {
    let lastMs = this.#rig.nowMs();
    while (this.#publishing > 0 || this.#rig.nowMs() < lastMs + drainedMs) {
      let isEnded = false;
      const pull = connection.puller.pull(
        stream,
        consumer,
        { batch: pullBatch, expiresMs: pullMs },
        {
          message: (message) => {
            lastMs = this.#rig.nowMs();
            processed.add(message.headers['Nats-Msg-Id'] ?? '');
            message.acknowledge({ kind: 'ack' });
          },
          status: ({ status }) => {
            if (status !== 100) isEnded = true;
          },
        },
      );
      const untilMs = this.#rig.nowMs() + pullMs + 300;
      while (!isEnded && this.#rig.nowMs() < untilMs) await this.#rig.sleep(20);
      pull.stop();
    }
    await connection.close();
  }
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
