import type {
  ConsumerConfig,
  DeliveredMessage,
  JetStream,
  StreamConfig,
} from '../../../system/ports/jetstream.ts';
import { PortError } from '../../../system/ports/errors.ts';
import type { FullNatsConnection } from '../../../system/ports/nats-full.ts';
import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import {
  mutationsOf,
  NatsCluster,
  NatsDirectory,
  type MutationName,
  type NatsProfile,
} from '../../../sim/nats/index.ts';
import { defaultNetworkOptions, Network } from '../../../sim/network/index.ts';

export interface FixtureOptions {
  readonly seed?: bigint;
  readonly elide?: boolean;
  readonly nodeCount?: number;
  readonly profile?: NatsProfile;
  /** Each pair of machines has its own delay, always the same. */
  readonly steady?: boolean;
  /** Mean of what is added to each delay. */
  readonly jitterUs?: number;
  readonly syncAlways?: boolean;
  readonly maxHaAssets?: number;
  readonly mutations?: readonly MutationName[];
}

export interface TestClient {
  readonly name: string;
  readonly host: number;
  readonly process: SimProcess;
  readonly connection: FullNatsConnection;
  readonly jetStream: JetStream;
}

export const payload = new Uint8Array([1, 2, 3]);

export const workQueue: StreamConfig = {
  name: 'work',
  subjects: ['work.>'],
  retention: 'workqueue',
  storage: 'file',
  replicas: 3,
  maxAgeMs: 0,
  maxMessages: 100_000,
  discard: 'new',
  duplicateWindowMs: 120_000,
};

export function durable(name: string, changes: Partial<ConsumerConfig> = {}): ConsumerConfig {
  return {
    durable: name,
    filterSubjects: [`work.${name}`],
    ackWaitMs: 30_000,
    maxDeliver: -1,
    maxAckPending: 100,
    replicas: 3,
    ...changes,
  };
}

/** Delays without chance, different for each pair of machines, so that hardly anything happens at the same moment. */
class SteadyNetwork extends Network {
  override delayUs(from: number, to: number): number {
    return from === to ? 30 : 200 + ((from * 337 + to * 191) % 97);
  }
}

/** One cluster and some clients; scripts are async functions that run in virtual time. */
export class Fixture {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly cluster: NatsCluster;
  readonly directory: NatsDirectory;

  constructor(options: FixtureOptions = {}) {
    this.kernel = new Kernel({ seed: options.seed ?? 1n, maxEventsPerMoment: 100_000 });
    this.network =
      options.steady === true
        ? new SteadyNetwork(this.kernel)
        : new Network(this.kernel, { ...defaultNetworkOptions, jitterUs: options.jitterUs ?? 60 });
    this.cluster = new NatsCluster(this.kernel, this.network, {
      name: 'nats-blue',
      nodeCount: options.nodeCount ?? 3,
      elide: options.elide ?? true,
      ...(options.profile === undefined ? {} : { profile: options.profile }),
      ...(options.maxHaAssets === undefined ? {} : { maxHaAssets: options.maxHaAssets }),
      syncAlways: options.syncAlways ?? false,
      mutations: mutationsOf(options.mutations ?? []),
    });
    this.directory = new NatsDirectory([this.cluster]);
  }

  get nowMs(): number {
    return this.kernel.nowUs / 1000;
  }

  process(name: string): { process: SimProcess; host: number } {
    return {
      process: new SimProcess(this.kernel, name, name, new HostClock(this.kernel)),
      host: this.network.addHost(name),
    };
  }

  async client(name: string, on?: number): Promise<TestClient> {
    for (let attempt = 0; ; attempt++) {
      const { process, host } = this.process(`${name}${attempt === 0 ? '' : `-${attempt}`}`);
      const connection = await this.directory
        .connectorFor(process, host)
        .connect({ url: 'nats://nats-blue:4222', name, timeoutMs: 5_000 });
      if (on === undefined || this.serverOf(process) === on) {
        return { name, host, process, connection, jetStream: connection.jetStream };
      }
      await connection.close();
    }
  }

  /** Index of the server that a process is connected to. */
  serverOf(process: SimProcess): number | undefined {
    for (const client of this.cluster.clients) {
      if (client.process === process) return client.session?.server.index;
    }
    return undefined;
  }

  /** Runs a script to its end in virtual time; fails when it takes longer than `limitMs`. */
  async run<T>(script: () => Promise<T>, limitMs = 3_600_000): Promise<T> {
    let outcome: { readonly value: T } | undefined;
    let failure: unknown;
    const { process } = this.process('script');
    process.after(200, () => {
      script().then(
        (value) => {
          outcome = { value };
          this.kernel.stop();
        },
        (error: unknown) => {
          failure = error;
          this.kernel.stop();
        },
      );
    });
    await this.kernel.run(this.kernel.nowUs + limitMs * 1000);
    if (failure !== undefined) throw failure;
    if (outcome === undefined) throw new Error(`the script did not end within ${limitMs} ms`);
    return outcome.value;
  }

  async sleep(ms: number): Promise<void> {
    const { process } = this.process('sleeper');
    await process.sleep(ms);
  }

  async sleepUntil(ms: number): Promise<void> {
    await this.sleep(Math.max(0, ms - this.nowMs));
  }

  /** Cuts servers off from the other servers, and from the given clients. Returns the healer. */
  isolate(servers: readonly number[], clients: readonly TestClient[] = []): () => void {
    const hosts = servers.map((index) => this.host(index));
    const others = this.cluster.nodes.filter((_, index) => !servers.includes(index)).map(({ host }) => host);
    return this.cut(hosts, [...others, ...clients.map(({ host }) => host)]);
  }

  cut(left: readonly number[], right: readonly number[]): () => void {
    const conditions = [
      this.network.impose({ cut: true }, left, right),
      this.network.impose({ cut: true }, right, left),
    ];
    return () => {
      for (const condition of conditions) this.network.lift(condition);
    };
  }

  host(index: number): number {
    return this.cluster.nodes[index]?.host ?? -1;
  }

  leader(stream = 'work'): number {
    const leader = this.cluster.streamLeader(stream);
    if (leader === undefined) throw new Error(`${stream} has no leader`);
    return leader;
  }

  follower(stream = 'work'): number {
    const leader = this.leader(stream);
    return leader === 0 ? 1 : 0;
  }

  stored(stream = 'work'): string[] {
    return this.cluster.inspectStream(stream)?.committedMessages.map(({ messageId }) => messageId) ?? [];
  }
}

/** The code of the failure of a promise, or the value. */
export async function outcome<T>(promise: Promise<T>): Promise<T | string> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof PortError) return error.code;
    throw error;
  }
}

export async function publish(client: TestClient, subject: string, messageId: string, timeoutMs = 5_000) {
  return await outcome(client.jetStream.publish(subject, payload, { messageId, timeoutMs }));
}

/** Pulls from a durable; keeps every delivery with its time. */
export function collect(
  fixture: Fixture,
  client: TestClient,
  name: string,
  settle: (message: DeliveredMessage) => void,
  expiresMs = 5_000,
  stream = 'work',
) {
  const deliveries: { readonly id: string; readonly count: number; readonly atMs: number }[] = [];
  const consumption = client.jetStream.consume(
    stream,
    name,
    { maxMessages: 100, expiresMs },
    {
      message(message) {
        deliveries.push({ id: message.messageId, count: message.deliveryCount, atMs: fixture.nowMs });
        settle(message);
      },
    },
  );
  return { deliveries, consumption };
}
