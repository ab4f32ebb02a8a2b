import type { Kernel, RandomStream } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { AckImpairments, type AckCondition, type AckImpairment } from './ack-impairments.ts';
import type { Call } from './call.ts';
import { LinkHealth } from './link-health.ts';
import { MetaMachine } from './meta-machine.ts';
import { MetaService } from './meta-service.ts';
import type { NatsClient } from './nats-client.ts';
import { NatsServer } from './nats-server.ts';
import type { StreamShape } from './operations.ts';
import { nats212, type NatsProfile } from './profile.ts';
import { RaftGroup, type GroupWorld } from './raft-group.ts';
import { inspect, type StreamInspection } from './stream-inspection.ts';
import { StreamMachine, streamMachineOf } from './stream-machine.ts';
import { StreamService } from './stream-service.ts';
import { subjectMatches, SubjectTable } from './subjects.ts';
import { firstCampaignUs } from './timing.ts';

export interface NatsClusterOptions {
  /** Announced to clients; clients reach it at `nats://<name>:4222`. */
  readonly name: string;
  readonly nodeCount: number;
  /** Computes what happens on healthy links at once. Off only to prove that it changes nothing. */
  readonly elide: boolean;
  /** Server version; 2.12 unless said otherwise. */
  readonly profile?: NatsProfile;
}

/**
 * A NATS cluster with JetStream: servers, their raft groups, and what chaos does to them. Indices are those of `nodes`.
 * Not modelled: raft groups of consumers (their state rides in the stream's log, so stream leader = consumer leader),
 * changes of membership, accounts and limits, batches, per-message TTL, fsync of terms (always durable).
 */
export class NatsCluster implements GroupWorld {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly name: string;
  readonly elide: boolean;
  readonly profile: NatsProfile;
  readonly random: RandomStream;
  readonly subjects: SubjectTable = new SubjectTable();
  readonly servers: readonly NatsServer[];
  readonly meta: RaftGroup;
  readonly health: LinkHealth;
  readonly impairments: AckImpairments;
  /** Clients with a connection that their owner has not closed. */
  readonly clients = new Set<NatsClient>();
  /** Log entries lost by power losses. */
  lostEntries = 0;
  readonly #groups = new Map<string, RaftGroup>();
  /** By subject number; null: no stream takes it. */
  #groupOfSubject: (RaftGroup | null)[] = [];
  readonly #awaitingLeader = new Map<string, Call<true>[]>();

  constructor(kernel: Kernel, network: Network, options: NatsClusterOptions) {
    this.kernel = kernel;
    this.network = network;
    this.name = options.name;
    this.elide = options.elide;
    this.profile = options.profile ?? nats212;
    this.random = kernel.stream('nats', options.name);
    this.health = new LinkHealth(this);
    this.impairments = new AckImpairments(kernel.stream('nats-acks', options.name));
    this.servers = Array.from({ length: options.nodeCount }, (_, index) => new NatsServer(this, index));
    for (const server of this.servers) server.boot();
    this.meta = new RaftGroup(
      this,
      '_meta_',
      this.servers,
      () => new MetaMachine(),
      (replica) => new MetaService(replica),
    );
    this.#start(this.meta);
    network.beforeChange((from, to) => this.#beforeChange(from, to));
  }

  get nodes(): readonly NatsServer[] {
    return this.servers;
  }

  group(stream: string): RaftGroup | undefined {
    return this.#groups.get(stream);
  }

  /** The stream or bucket that takes a subject. */
  groupOf(subject: number): RaftGroup | undefined {
    let group = this.#groupOfSubject[subject];
    if (group === undefined) {
      const name = this.subjects.name(subject);
      group = null;
      for (const candidate of this.#groups.values()) {
        const { shape } = streamMachineOf(candidate.baseMachine);
        if (shape.subjects.some((filter) => subjectMatches(filter, name))) group = candidate;
      }
      this.#groupOfSubject[subject] = group;
    }
    return group ?? undefined;
  }

  /** The meta group has agreed on it: its replicas start, and the call is answered when they have a leader. */
  createStream(server: NatsServer, shape: StreamShape, call: Call<true> | undefined): void {
    const existing = this.#groups.get(shape.name);
    if (existing !== undefined) {
      if (call !== undefined) server.answer(call, true);
      return;
    }
    if (call !== undefined) this.#awaitingLeader.set(shape.name, [call]);
    const replicas = Math.min(shape.replicas, this.servers.length);
    const members =
      replicas === this.servers.length
        ? this.servers
        : this.random.shuffle([...this.servers]).slice(0, replicas);
    const dedupeAtApply = this.profile.inFlightDuplicate === 'at-apply';
    const group = new RaftGroup(
      this,
      shape.name,
      members,
      () => new StreamMachine(shape, this.subjects, dedupeAtApply),
      (replica) => new StreamService(replica),
    );
    this.#groups.set(shape.name, group);
    this.#groupOfSubject = [];
    this.#start(group);
  }

  /** A stream has a leader. */
  streamReady(server: NatsServer, stream: string): void {
    for (const call of this.#awaitingLeader.get(stream) ?? []) server.answer(call, true);
    this.#awaitingLeader.delete(stream);
  }

  /** Silence of some clients may have ended: leaders look again at what they hold for them. */
  dispatchAll(): void {
    for (const group of this.#groups.values()) {
      for (const { service, server } of group.replicas) {
        if (service instanceof StreamService && server.process.state === 'running') service.dispatchAll();
      }
    }
  }

  quiet(servers: readonly NatsServer[]): boolean {
    return servers.every((left, place) =>
      servers.every((right, other) => other <= place || this.pathQuiet(left, right)),
    );
  }

  /** Both servers run, and nothing is wrong with the route between them. */
  pathQuiet(left: NatsServer, right: NatsServer): boolean {
    return (
      left.process.state === 'running' &&
      right.process.state === 'running' &&
      this.network.healthy(left.host, right.host) &&
      left.peers[right.index]?.flowing === true &&
      right.peers[left.index]?.flowing === true
    );
  }

  /** `kill -9`: connections close, the disk stays as written. */
  killNode(index: number): void {
    this.#server(index).kill();
    this.health.review();
  }

  /** The machine is silent at once; what was written since the last sync (2 min) is lost. */
  powerLoss(index: number): void {
    this.lostEntries += this.#server(index).powerLoss();
    this.health.review();
  }

  restartNode(index: number): void {
    this.#server(index).restart();
    this.health.review();
  }

  /** SIGSTOP. */
  pauseNode(index: number): void {
    const server = this.#server(index);
    for (const replica of server.replicas) replica.group.leaveCalm();
    server.process.freeze();
    this.health.review();
  }

  resumeNode(index: number): void {
    this.#server(index).process.resume();
    this.health.review();
  }

  /** Index of the server that leads a stream; undefined while nobody does. */
  streamLeader(stream: string): number | undefined {
    return this.#groups.get(stream)?.leader()?.server.index;
  }

  bucketLeader(bucket: string): number | undefined {
    return this.streamLeader(`KV_${bucket}`);
  }

  metaLeader(): number | undefined {
    return this.meta.leader()?.server.index;
  }

  /** The leader of a stream hands over, as on `nats stream cluster step-down` (jetstream B9). */
  stepDown(stream: string): void {
    const group = this.#groups.get(stream);
    group?.leaveCalm();
    group?.leader()?.transferLeadership();
  }

  /** Acks of consumers are lost or late until lifted. */
  impairAcks(condition: AckCondition): AckImpairment {
    return this.impairments.add(condition);
  }

  /** What the replicas have agreed on; undefined where there is no such stream. For oracles. */
  inspectStream(stream: string): StreamInspection | undefined {
    const group = this.#groups.get(stream);
    return group === undefined ? undefined : inspect(group);
  }

  #start(group: RaftGroup): void {
    const first = this.random.pick(group.replicas);
    for (const replica of group.replicas) {
      replica.server.adopt(replica);
      replica.start(replica === first ? firstCampaignUs : undefined);
    }
  }

  #beforeChange(from: readonly number[], to: readonly number[] | undefined): void {
    const inside = from.some((host) => this.#isServer(host));
    if (inside && (to === undefined || to.some((host) => this.#isServer(host)))) {
      this.meta.leaveCalm();
      for (const group of this.#groups.values()) group.leaveCalm();
    }
    this.health.review();
  }

  #isServer(host: number): boolean {
    return this.servers.some((server) => server.host === host);
  }

  #server(index: number): NatsServer {
    const server = this.servers[index];
    if (server === undefined) throw new RangeError(`${this.name} has no node ${index}`);
    return server;
  }
}
