import type { LiveCluster } from '../../../chaos/live/nats/index.ts';
import { ClientConnector } from '../../../system/adapters/nats/index.ts';
import type { NatsConnection } from '../../../system/ports/nats-connection.ts';
import type { ServerFault } from './fault-plan.ts';
import type { HeldMessage } from './fault-record.ts';
import { LiveRig } from './live-rig.ts';
import { ModelRig } from './model-rig.ts';
import type { Rig, RigConnection } from './rig.ts';

/** With the pull loop of the small port as well. */
export type FaultConnection = RigConnection & Pick<NatsConnection, 'jetStream'>;

/** A world whose servers can be struck. Servers are numbered from 0. */
export interface FaultRig extends Rig {
  readonly servers: number;
  /** Knows all servers, and goes to another when its own is gone. */
  connect(name: string): Promise<FaultConnection>;
  /** To that server. On real ones it knows no other, on the model it may leave a server that is gone. */
  connectAt(server: number, name: string): Promise<FaultConnection>;
  leader(stream: string): Promise<number | undefined>;
  consumerLeader(stream: string, consumer: string, connection: RigConnection): Promise<number | undefined>;
  /** Every server knows the others, and follows. */
  untilSettled(): Promise<void>;
  /** The result ends the fault. */
  strike(fault: ServerFault, server: number): () => void;
  /** What each replica holds, as far as it can be read; the present leader's first. */
  replicas(stream: string, connection: RigConnection): Promise<readonly (readonly HeldMessage[])[]>;
}

const decoder = new TextDecoder();

/** An election and what follows a heal are over (jetstream B6, C22). */
const modelSettleMs = 30_000;

export class ModelFaultRig extends ModelRig implements FaultRig {
  readonly servers = 3;

  async connectAt(server: number, name: string): Promise<FaultConnection> {
    for (let attempt = 0; ; attempt++) {
      const connection = await this.connect(`${name}-${attempt}`);
      const newest = [...this.cluster.clients].at(-1);
      if (newest?.session?.server.index === server) return connection;
      await connection.close();
    }
  }

  leader(stream: string): Promise<number | undefined> {
    return Promise.resolve(this.cluster.streamLeader(stream));
  }

  consumerLeader(stream: string, consumer: string): Promise<number | undefined> {
    return Promise.resolve(this.cluster.consumerLeader(stream, consumer));
  }

  untilSettled(): Promise<void> {
    return this.sleep(modelSettleMs);
  }

  strike(fault: ServerFault, server: number): () => void {
    const { cluster, network } = this;
    const own = [cluster.nodes[server]?.host ?? -1];
    const others = cluster.nodes.filter((_, index) => index !== server).map(({ host }) => host);
    const cut = (from: readonly number[], to: readonly number[]): (() => void) => {
      const condition = network.impose({ cut: true }, from, to);
      return () => network.lift(condition);
    };
    switch (fault) {
      case 'kill':
        cluster.killNode(server);
        return () => cluster.restartNode(server);
      case 'shut-down':
        cluster.shutDownNode(server);
        return () => cluster.restartNode(server);
      case 'pause':
        cluster.pauseNode(server);
        return () => cluster.resumeNode(server);
      case 'mute':
        return cut(own, others);
      case 'deafen':
        return cut(others, own);
      case 'part': {
        const next = [cluster.nodes[(server + 1) % this.servers]?.host ?? -1];
        const ends = [cut(own, next), cut(next, own)];
        return () => {
          for (const end of ends) end();
        };
      }
      case 'isolate': {
        const ends = [cut(own, others), cut(others, own)];
        return () => {
          for (const end of ends) end();
        };
      }
    }
  }

  replicas(stream: string): Promise<readonly (readonly HeldMessage[])[]> {
    const leader = this.cluster.streamLeader(stream) ?? 0;
    const all = this.cluster.inspectReplicas(stream);
    const held = [...all.slice(leader, leader + 1), ...all.filter((_, server) => server !== leader)];
    return Promise.resolve(
      held.map((messages) =>
        messages.map(({ sequence, subject, messageId, payload }) => {
          return { sequence, subject, messageId, value: decoder.decode(payload) };
        }),
      ),
    );
  }
}

/** How often leadership is handed on in the hope that every replica leads once (jetstream §3: audit by replica). */
const auditTries = 12;
const handOverMs = 700;
/** Replicas that differ are read again: only what stays different counts. */
const auditPasses = 3;
const auditPauseMs = 4_000;

export class LiveFaultRig extends LiveRig implements FaultRig {
  readonly #cluster: LiveCluster;

  constructor(cluster: LiveCluster) {
    super(cluster);
    this.#cluster = cluster;
  }

  /** One of its own, that knows all servers. */
  override connect(name = 'faults'): Promise<FaultConnection> {
    const url = this.#cluster.urls.join(',');
    return new ClientConnector().connect({ url, name, timeoutMs: 5_000 });
  }

  connectAt(server: number, name: string): Promise<FaultConnection> {
    return new ClientConnector().connect({ url: this.#cluster.url(server), name, timeoutMs: 5_000 });
  }

  get servers(): number {
    return this.#cluster.nodes.length;
  }

  leader(stream: string): Promise<number | undefined> {
    return this.#cluster.streamLeader(stream);
  }

  async consumerLeader(
    stream: string,
    consumer: string,
    { management }: RigConnection,
  ): Promise<number | undefined> {
    const { leader } = await management.consumer(stream, consumer);
    const found = this.#cluster.nodes.findIndex(({ name }) => name === leader);
    return found === -1 ? undefined : found;
  }

  async untilSettled(): Promise<void> {
    await this.#cluster.untilSettled(60_000);
  }

  strike(fault: ServerFault, server: number): () => void {
    const cluster = this.#cluster;
    const others = [...cluster.nodes.keys()].filter((other) => other !== server);
    switch (fault) {
      case 'kill':
        void cluster.kill(server);
        return () => cluster.restart(server);
      case 'shut-down':
        void cluster.terminate(server);
        return () => cluster.restart(server);
      case 'pause':
        void cluster.pause(server);
        return () => void cluster.resume(server);
      case 'mute':
        for (const other of others) cluster.cut(server, other);
        break;
      case 'deafen':
        for (const other of others) cluster.cut(other, server);
        break;
      case 'part': {
        const next = (server + 1) % this.servers;
        cluster.cut(server, next);
        cluster.cut(next, server);
        break;
      }
      case 'isolate':
        cluster.isolate(server);
        break;
    }
    return () => cluster.healAll();
  }

  async replicas(stream: string, connection: RigConnection): Promise<readonly (readonly HeldMessage[])[]> {
    await this.untilSettled();
    let held: readonly (readonly HeldMessage[])[] = [];
    // A server that was killed and came back may lead, and tell what it had before, for a second (seen on 2.12.15).
    for (let pass = 0; pass < auditPasses; pass++) {
      held = await this.#asLeaders(stream, connection);
      if (new Set(held.map((messages) => JSON.stringify(messages))).size <= 1) break;
      await this.sleep(auditPauseMs);
    }
    return held;
  }

  async #asLeaders(stream: string, connection: RigConnection): Promise<readonly (readonly HeldMessage[])[]> {
    const seen = new Map<number, readonly HeldMessage[]>();
    for (let tries = 0; tries < auditTries && seen.size < this.servers; tries++) {
      const leader = await this.#cluster.streamLeader(stream);
      if (leader !== undefined && !seen.has(leader)) {
        const held = await contents(connection, stream).catch(() => undefined);
        if (held !== undefined && (await this.#cluster.streamLeader(stream)) === leader)
          seen.set(leader, held);
      }
      await connection.management.stepDownStream(stream).catch(() => undefined);
      await this.sleep(handOverMs);
    }
    return [...seen.values()];
  }
}

/** Every message as the leader has it. */
async function contents(connection: RigConnection, stream: string): Promise<readonly HeldMessage[]> {
  const { management } = connection;
  const { firstSequence, lastSequence } = await management.stream(stream);
  const held: HeldMessage[] = [];
  for (let next = firstSequence; next <= lastSequence;) {
    const selector = { kind: 'next-of-subject', subject: '>', fromSequence: next } as const;
    const { sequence, subject, headers, payload } = await management.message(stream, selector);
    held.push({ sequence, subject, messageId: headers['Nats-Msg-Id'] ?? '', value: decoder.decode(payload) });
    next = sequence + 1;
  }
  return held;
}
