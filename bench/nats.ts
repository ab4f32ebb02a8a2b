import { HostClock, Kernel, SimProcess } from '../sim/kernel/index.ts';
import { NatsCluster, NatsDirectory } from '../sim/nats/index.ts';
import { Network } from '../sim/network/index.ts';
import type { JetStream } from '../system/ports/jetstream.ts';
import type { NatsConnection } from '../system/ports/nats-connection.ts';

const mebibyte = 1024 * 1024;
const payload = new Uint8Array(200);

interface Script {
  readonly kernel: Kernel;
  sleep(ms: number): Promise<void>;
  connect(name: string): Promise<NatsConnection>;
}

/** Runs one script on a fresh cluster. Returns wall milliseconds and events of what it times. */
async function play(
  script: (world: Script) => Promise<() => Promise<void>>,
): Promise<{ readonly wallMs: number; readonly events: number }> {
  const kernel = new Kernel({ seed: 1n });
  const network = new Network(kernel);
  const cluster = new NatsCluster(kernel, network, { name: 'nats', nodeCount: 3, elide: true });
  const directory = new NatsDirectory([cluster]);
  const process = (name: string): SimProcess => new SimProcess(kernel, name, name, new HostClock(kernel));
  const clock = process('clock');
  const world: Script = {
    kernel,
    sleep: (ms) => clock.sleep(ms),
    connect: (name) =>
      directory
        .connectorFor(process(name), network.addHost(name))
        .connect({ url: 'nats://nats:4222', name, timeoutMs: 5_000 }),
  };
  let timed: (() => Promise<void>) | undefined;
  const run = async (step: () => Promise<void>): Promise<void> => {
    clock.after(1, () => {
      void step().then(() => kernel.stop());
    });
    await kernel.run(kernel.nowUs + 86_400_000_000);
  };
  await run(async () => {
    await clock.sleep(200);
    timed = await script(world);
    await clock.sleep(5_000);
  });
  const events = kernel.events;
  const startMs = performance.now();
  if (timed !== undefined) await run(timed);
  return { wallMs: performance.now() - startMs, events: kernel.events - events };
}

async function stream(jetStream: JetStream): Promise<void> {
  await jetStream.ensureStream({
    name: 'work',
    subjects: ['work.>'],
    retention: 'workqueue',
    storage: 'file',
    replicas: 3,
    maxAgeMs: 0,
    maxMessages: 1_000_000,
    discard: 'new',
    duplicateWindowMs: 120_000,
  });
}

async function durables(connection: NatsConnection, count: number): Promise<void> {
  const { jetStream } = connection;
  for (let index = 0; index < count; index++) {
    await jetStream.ensureConsumer('work', {
      durable: `d${index}`,
      filterSubjects: [`work.${index}`],
      ackWaitMs: 30_000,
      maxDeliver: -1,
      maxAckPending: 100,
      replicas: 3,
    });
    jetStream.consume(
      'work',
      `d${index}`,
      { maxMessages: 10, expiresMs: 5_000 },
      { message: (message) => message.ack() },
    );
  }
}

function rounded(figure: number): number {
  return Math.round(figure * 100) / 100;
}

/** Puts and publishes a wall second, their events, and the memory of 1,500 durables. Figures are of this machine. */
export async function benchNats(): Promise<Record<string, number>> {
  const puts = 100_000;
  const put = await play(async (world) => {
    const connections = await Promise.all(
      Array.from({ length: 50 }, (_, index) => world.connect(`c${index}`)),
    );
    await connections[0]?.createKeyValue({ bucket: 'b', replicas: 3 });
    connections[0]?.keyValue('b').watch({ entry: () => undefined });
    return async () => {
      await Promise.all(
        connections.map(async (connection, place) => {
          const bucket = connection.keyValue('b');
          for (let turn = 0; turn < puts / connections.length; turn++) {
            await bucket.put(`k${place}`, payload);
            await world.sleep(20);
          }
        }),
      );
    };
  });

  const publishes = 30_000;
  globalThis.gc?.();
  const heapBefore = process.memoryUsage().heapUsed;
  let heapOfDurables = 0;
  const publish = await play(async (world) => {
    const [consumer, publisher] = await Promise.all([world.connect('consumer'), world.connect('publisher')]);
    await stream(publisher.jetStream);
    await durables(consumer, 1_500);
    globalThis.gc?.();
    heapOfDurables = process.memoryUsage().heapUsed - heapBefore;
    return async () => {
      for (let turn = 0; turn < publishes; turn++) {
        await publisher.jetStream.publish(`work.${turn % 1_500}`, payload, {
          messageId: `m${turn}`,
          timeoutMs: 5_000,
        });
      }
      await world.sleep(1_000);
    };
  });

  return {
    'nats puts/s': Math.round((puts / put.wallMs) * 1000),
    'nats events per put, a watch and a pause included': rounded(put.events / puts),
    'nats messages published and consumed/s': Math.round((publishes / publish.wallMs) * 1000),
    'nats events per message': rounded(publish.events / publishes),
    'nats MiB of 1,500 durables': rounded(heapOfDurables / mebibyte),
  };
}

if (import.meta.main) console.log(await benchNats());
