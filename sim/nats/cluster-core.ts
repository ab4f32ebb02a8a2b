import type { Kernel, RandomStream } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { AckImpairments } from './ack-impairments.ts';
import { Advisories, type AdvisoryKind } from './advisories.ts';
import { ConsumerService } from './consumer-service.ts';
import { LinkHealth } from './link-health.ts';
import { MetaMachine } from './meta-machine.ts';
import { MetaService } from './meta-service.ts';
import { noMutations, type Mutations } from './mutations.ts';
import { NatsAssets } from './nats-assets.ts';
import type { NatsClient } from './nats-client.ts';
import { NatsServer } from './nats-server.ts';
import type { Operation } from './operations.ts';
import { nats212, type NatsProfile, type UnmodelledDefect } from './profile.ts';
import { RaftGroup, type GroupWorld } from './raft-group.ts';
import { isNeeded } from './retention.ts';
import type { StoredMessage } from './stored-message.ts';
import type { ConsumerAsset, StreamAsset } from './stream-asset.ts';
import { SubjectTable } from './subjects.ts';

export interface NatsClusterOptions {
  /** Announced to clients; clients reach it at `nats://<name>:4222`. */
  readonly name: string;
  readonly nodeCount: number;
  /** Computes what happens on healthy links at once. Off only to prove that it changes nothing. */
  readonly elide: boolean;
  /** Server version; 2.12 unless said otherwise. */
  readonly profile?: NatsProfile;
  /** Every write is on the disk before it is answered; since 2.10 (jetstream E41). */
  readonly syncAlways?: boolean;
  /** Replicated assets a server takes at most (jetstream §4); without end unless given. */
  readonly maxHaAssets?: number;
  /** Deliberate errors; none unless given. */
  readonly mutations?: Mutations;
}

/** What serves in a cluster: its servers, the meta group, and the assets that this has made. */
export class ClusterCore implements GroupWorld {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly name: string;
  readonly elide: boolean;
  readonly profile: NatsProfile;
  readonly syncAlways: boolean;
  readonly maxHaAssets: number;
  readonly mutations: Mutations;
  readonly random: RandomStream;
  readonly subjects: SubjectTable = new SubjectTable();
  readonly servers: readonly NatsServer[];
  readonly meta: RaftGroup;
  readonly health: LinkHealth;
  readonly impairments: AckImpairments;
  readonly advisories: Advisories = new Advisories();
  readonly assets: NatsAssets = new NatsAssets(this);
  /** Clients with a connection that their owner has not closed. */
  readonly clients = new Set<NatsClient>();
  /** What real servers would have shown and this cluster has not. */
  readonly unmodelled = new Set<UnmodelledDefect>();
  /** How often a client dials a server in vain before it forgets it; of the clients' settings, none in production (fault K6). */
  reconnectAttempts = Infinity;
  /** Clients that had no server left to dial, and closed. */
  clientsGivenUp = 0;
  readonly #groupNumbers = new Map<string, number>();

  constructor(kernel: Kernel, network: Network, options: NatsClusterOptions) {
    this.kernel = kernel;
    this.network = network;
    this.name = options.name;
    this.elide = options.elide;
    this.profile = options.profile ?? nats212;
    this.syncAlways = options.syncAlways === true && this.profile.syncIntervalSettable;
    this.maxHaAssets = options.maxHaAssets ?? Infinity;
    this.mutations = options.mutations ?? noMutations;
    this.random = kernel.stream('nats', options.name);
    this.health = new LinkHealth(this);
    this.impairments = new AckImpairments(kernel.stream('nats-acks', options.name));
    this.servers = Array.from({ length: options.nodeCount }, (_, index) => new NatsServer(this, index));
    for (const server of this.servers) server.boot();
    this.meta = new RaftGroup(
      this,
      '_meta_',
      'file',
      this.servers,
      () => new MetaMachine(),
      (replica) => new MetaService(replica),
    );
    this.assets.start(this.meta);
    network.beforeChange((from, to) => this.#beforeChange(from, to));
  }

  groupNumber(name: string): number {
    const known = this.#groupNumbers.get(name);
    if (known !== undefined) return known;
    const number = this.#groupNumbers.size;
    this.#groupNumbers.set(name, number);
    return number;
  }

  get nodes(): readonly NatsServer[] {
    return this.servers;
  }

  stream(name: string): StreamAsset | undefined {
    return this.assets.streams.get(name);
  }

  consumer(stream: string, name: string): ConsumerAsset | undefined {
    return this.assets.consumer(stream, name);
  }

  /** The stream or bucket that takes a subject. */
  groupOf(subject: number): RaftGroup | undefined {
    return this.assets.groupOf(subject);
  }

  /** As `retention.ts` has it, for consumers, which must not import what knows them. */
  isNeeded(asset: StreamAsset, message: StoredMessage, server: NatsServer, except?: ConsumerAsset): boolean {
    return isNeeded(asset, message, server, except);
  }

  /** A replica of a stream has applied something: the leaders of consumers beside it look at it. */
  streamChanged(asset: StreamAsset, server: NatsServer, operation: Operation, result: number): void {
    if (operation.kind === 'store' && operation.rollup === '') {
      for (const consumer of asset.listenersOf(operation.subject))
        this.#tell(consumer, server, operation, result);
      if (!trims(asset)) return;
      for (const consumer of asset.consumers.values()) {
        const service = consumer.group.replicaOn(server)?.service;
        if (service instanceof ConsumerService) service.trimmed();
      }
    } else if (concernsAll(operation)) {
      for (const consumer of asset.consumers.values()) this.#tell(consumer, server, operation, result);
    }
  }

  /** The leaders of consumers on a server that a change of the stream concerns. */
  hasListeners(asset: StreamAsset, server: NatsServer, operation: Operation): boolean {
    if (asset.consumers.size === 0) return false;
    if (operation.kind === 'store' && operation.rollup === '' && !trims(asset)) {
      return asset.listenersOf(operation.subject).some((consumer) => leads(consumer, server));
    }
    if (!concernsAll(operation)) return false;
    for (const consumer of asset.consumers.values()) if (leads(consumer, server)) return true;
    return false;
  }

  advise(kind: AdvisoryKind, consumer: ConsumerAsset, sequence: number): void {
    this.advisories.add({ kind, stream: consumer.stream.name, consumer: consumer.name, sequence });
  }

  /** Silence of some clients may have ended: leaders look again at what they hold for them. */
  dispatchAll(): void {
    for (const asset of this.assets.streams.values()) {
      for (const consumer of asset.consumers.values()) {
        for (const { service, server } of consumer.group.replicas) {
          if (service instanceof ConsumerService && server.process.state === 'running') service.dispatch();
        }
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

  /** Index of the server that leads a stream; undefined while nobody does. */
  streamLeader(stream: string): number | undefined {
    return this.assets.streams.get(stream)?.group.leader()?.server.index;
  }

  consumerLeader(stream: string, consumer: string): number | undefined {
    return this.consumer(stream, consumer)?.group.leader()?.server.index;
  }

  bucketLeader(bucket: string): number | undefined {
    return this.streamLeader(`KV_${bucket}`);
  }

  metaLeader(): number | undefined {
    return this.meta.leader()?.server.index;
  }

  #tell(consumer: ConsumerAsset, server: NatsServer, operation: Operation, result: number): void {
    const service = consumer.group.replicaOn(server)?.service;
    if (service instanceof ConsumerService) service.streamChanged(operation, result);
  }

  #beforeChange(from: readonly number[], to: readonly number[] | undefined): void {
    const inside = from.some((host) => this.#isServer(host));
    if (inside && (to === undefined || to.some((host) => this.#isServer(host)))) {
      this.meta.leaveCalm();
      for (const asset of this.assets.streams.values()) {
        asset.group.leaveCalm();
        for (const consumer of asset.consumers.values()) consumer.group.leaveCalm();
      }
    }
    this.health.review();
  }

  #isServer(host: number): boolean {
    return this.servers.some((server) => server.host === host);
  }
}

/** A message may remove one of another subject. */
function trims({ settings, profile, hasDeaf }: StreamAsset): boolean {
  const { discard, maxMessages, maxBytes, maxMessagesPerSubject } = settings;
  // Servers of 2.9 tell all consumers of what goes, also those that do not hear of what comes.
  if (maxMessagesPerSubject > 0 && hasDeaf && !profile.multiFilter) return true;
  return discard === 'old' && (maxMessages > 0 || maxBytes > 0);
}

/** It may have removed something of any subject: consumers of all are told. */
function concernsAll(operation: Operation): boolean {
  switch (operation.kind) {
    case 'purge':
    case 'store':
      return true;
    case 'delete':
      return !operation.isRelease;
    case 'delivered':
    case 'acked':
    case 'skipped':
    case 'pull-added':
    case 'pull-removed':
    case 'assign':
    case 'leadership':
      return false;
  }
}

/** The leader of a consumer runs on that server, or believes so. */
function leads(consumer: ConsumerAsset, server: NatsServer): boolean {
  return consumer.group.replicaOn(server)?.service?.ready === true;
}
