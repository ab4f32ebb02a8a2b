import type { LiveCluster } from '../../../chaos/live/nats/index.ts';
import { ClientConnector } from '../../../system/adapters/nats/index.ts';
import type { FaultKind } from './fault-plan.ts';
import { LiveRig } from './live-rig.ts';
import { ModelRig } from './model-rig.ts';
import type { Rig, RigConnection } from './rig.ts';

/** A world whose servers can be struck. Servers are numbered from 0. */
export interface FaultRig extends Rig {
  readonly servers: number;
  leader(stream: string): Promise<number | undefined>;
  /** Strikes a server. The result ends the fault. `step-down` is no fault of a server. */
  strike(fault: Exclude<FaultKind, 'step-down'>, server: number): () => void;
  /** What each replica holds, one text for each, as far as it can be read. */
  replicas(stream: string, connection: RigConnection): Promise<readonly string[]>;
}

export class ModelFaultRig extends ModelRig implements FaultRig {
  readonly servers = 3;

  leader(stream: string): Promise<number | undefined> {
    return Promise.resolve(this.cluster.streamLeader(stream));
  }

  strike(fault: Exclude<FaultKind, 'step-down'>, server: number): () => void {
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
      case 'pause':
        cluster.pauseNode(server);
        return () => cluster.resumeNode(server);
      case 'mute':
        return cut(own, others);
      case 'deafen':
        return cut(others, own);
      case 'isolate': {
        const ends = [cut(own, others), cut(others, own)];
        return () => {
          for (const end of ends) end();
        };
      }
    }
  }

  replicas(stream: string): Promise<readonly string[]> {
    return Promise.resolve(
      this.cluster
        .inspectReplicas(stream)
        .map((held) => held.map(({ sequence, messageId }) => `${sequence} ${messageId}`).join('; ')),
    );
  }
}

/** How often leadership is handed on in the hope that every replica leads once (jetstream §3: audit by replica). */
const auditTries = 12;
const handOverMs = 700;

export class LiveFaultRig extends LiveRig implements FaultRig {
  readonly #cluster: LiveCluster;

  constructor(cluster: LiveCluster) {
    super(cluster);
    this.#cluster = cluster;
  }

  /** One of its own, that knows all servers. */
  override connect(name = 'faults'): Promise<RigConnection> {
    const url = this.#cluster.urls.join(',');
    return new ClientConnector().connect({ url, name, timeoutMs: 5_000 });
  }

  get servers(): number {
    return this.#cluster.nodes.length;
  }

  leader(stream: string): Promise<number | undefined> {
    return this.#cluster.streamLeader(stream);
  }

  strike(fault: Exclude<FaultKind, 'step-down'>, server: number): () => void {
    const cluster = this.#cluster;
    const others = [...cluster.nodes.keys()].filter((other) => other !== server);
    switch (fault) {
      case 'kill':
        void cluster.kill(server);
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
      case 'isolate':
        cluster.isolate(server);
        break;
    }
    return () => cluster.healAll();
  }

  async replicas(stream: string, connection: RigConnection): Promise<readonly string[]> {
    await this.#cluster.untilSettled(60_000);
    const seen = new Map<number, string>();
    for (let tries = 0; tries < auditTries && seen.size < this.servers; tries++) {
      const leader = await this.#cluster.streamLeader(stream);
      if (leader !== undefined && !seen.has(leader)) {
        const held = await contents(connection, stream);
        if ((await this.#cluster.streamLeader(stream)) === leader) seen.set(leader, held);
      }
      await connection.management.stepDownStream(stream).catch(() => undefined);
      await this.sleep(handOverMs);
    }
    return [...seen.values()];
  }
}

/** Every message as the leader has it. */
async function contents(connection: RigConnection, stream: string): Promise<string> {
  const { management } = connection;
  const { firstSequence, lastSequence } = await management.stream(stream);
  const lines: string[] = [];
  for (let sequence = firstSequence; sequence <= lastSequence;) {
    const selector = { kind: 'next-of-subject', subject: '>', fromSequence: sequence } as const;
    const found = await management.message(stream, selector);
    lines.push(`${found.sequence} ${found.headers['Nats-Msg-Id'] ?? ''}`);
    sequence = found.sequence + 1;
  }
  return lines.join('; ');
}
