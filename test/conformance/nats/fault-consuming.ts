import type { PulledMessage } from '../../../system/ports/jetstream-pull.ts';
import { band, words } from './fault-measure.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';
import { replicatedStream, type FaultScript, removeStream } from './fault-script.ts';

const payload = new Uint8Array(3);

async function durable(
  admin: FaultConnection,
  stream: string,
  name: string,
  filterSubject: string,
  ackWaitMs: number,
): Promise<void> {
  const settings = {
    name,
    durable: true,
    ack: 'explicit',
    filterSubjects: [filterSubject],
    ackWaitMs,
  } as const;
  await admin.management.createConsumer(stream, settings);
}

/** Seconds from the hand-over of a consumer's leadership to the delivery of what is published a second later. */
async function stall(
  rig: FaultRig,
  admin: FaultConnection,
  name: string,
  stream: string,
  expiresMs: number,
): Promise<number> {
  const consumer = `every-${expiresMs}`;
  const subject = `${name}.${expiresMs}`;
  await durable(admin, stream, consumer, subject, 60_000);
  await rig.sleep(1_000);
  let deliveredMs = Infinity;
  const consumption = admin.jetStream.consume(
    stream,
    consumer,
    { maxMessages: 100, expiresMs },
    {
      message(message) {
        deliveredMs = Math.min(deliveredMs, rig.nowMs());
        message.ack();
      },
    },
  );
  await rig.sleep(3_000);
  const sinceMs = rig.nowMs();
  await admin.management.stepDownConsumer(stream, consumer);
  await rig.sleep(1_000);
  await admin.publisher.publish(subject, payload, { timeoutMs: 5_000 });
  while (deliveredMs === Infinity && rig.nowMs() < sinceMs + 100_000) await rig.sleep(50);
  await consumption.stop();
  return (deliveredMs - sinceMs) / 1000;
}

const pullLoop: FaultScript = {
  id: 'T23',
  title: 'a pull loop while its consumer gets a new leader',
  isShort: false,
  async run(rig, name) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream } = await replicatedStream(rig, admin, name);
    const [long, short] = await Promise.all([
      stall(rig, admin, name, stream, 30_000),
      stall(rig, admin, name, stream, 2_000),
    ]);
    await removeStream(rig, admin, stream);
    await admin.close();
    return [
      band('seconds of silence, pulls of 30 s', long, 29, 46),
      band('seconds of silence, pulls of 2 s', short, 1, 4.5),
    ];
  },
};

interface Seen {
  readonly sequence: number;
  readonly count: number;
  readonly atMs: number;
}

const ackWaitMs = 12_000;
const batch = 10;

/** One pull: what it brings within its life. */
async function pulled(
  rig: FaultRig,
  client: FaultConnection,
  stream: string,
  expiresMs: number,
  take: (message: PulledMessage) => void,
): Promise<void> {
  const request = { batch, expiresMs };
  const pull = client.puller.pull(stream, 'c', request, { message: take, status: () => undefined });
  await rig.sleep(expiresMs);
  pull.stop();
}

const killedLeader: FaultScript = {
  id: 'T24',
  title: 'ten delivered, five acknowledged, the consumer leader is killed',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream } = await replicatedStream(rig, admin, name);
    await durable(admin, stream, 'c', `${name}.x`, ackWaitMs);
    await rig.sleep(1_000);
    const leader = (await rig.consumerLeader(stream, 'c', admin)) ?? 0;
    const client = await rig.connectAt((leader + 1) % rig.servers, `${name}-client`);
    for (let turn = 0; turn < batch; turn++)
      await client.publisher.publish(`${name}.x`, payload, { timeoutMs: 5_000 });
    const first: Seen[] = [];
    await pulled(rig, client, stream, 1_000, (message) => {
      first.push({ sequence: message.sequence, count: message.deliveryCount, atMs: rig.nowMs() });
      if (message.sequence <= batch / 2) message.acknowledge({ kind: 'ack' });
    });
    const restart = rig.strike('kill', leader);
    const again: Seen[] = [];
    const startMs = first[0]?.atMs ?? 0;
    while (rig.nowMs() < startMs + ackWaitMs + 14_000) {
      await pulled(rig, client, stream, 1_000, (message) => {
        again.push({ sequence: message.sequence, count: message.deliveryCount, atMs: rig.nowMs() });
        message.acknowledge({ kind: 'ack' });
      });
    }
    restart();
    await rig.untilSettled();
    const acked = ['1', '2', '3', '4', '5'];
    const unacked = ['6', '7', '8', '9', '10'];
    // Before quorum replies an acknowledgement may be lost with its leader (jetstream F54).
    const allowed = version === '2.9.10' ? [...unacked, ...acked] : unacked;
    const comes = again
      .filter(({ sequence }) => sequence > batch / 2)
      .map(({ atMs }) => (atMs - startMs) / 1000);
    const measures = [
      band('delivered at first', first.length, batch, batch),
      words(
        'delivered again',
        again.map(({ sequence }) => String(sequence)),
        allowed,
        unacked,
      ),
      // The new leader looks at what is pending by the original moments (jetstream F56), once it is elected.
      band('seconds to the first of them', Math.min(...comes), ackWaitMs / 1000 - 0.2, ackWaitMs / 1000 + 12),
      words(
        'their delivery counts',
        again.map(({ count }) => String(count)),
        // Known by the new leader only where it was replicated before (jetstream F55).
        version === '2.9.10' ? ['1', '2', '3'] : ['2', '3'],
      ),
    ];
    await client.close();
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

export const consumingScripts: readonly FaultScript[] = [pullLoop, killedLeader];
