import type { ConsumerState, StreamState } from '../../system/ports/jetstream-management.ts';
import type { Kernel, RandomStream } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { AckImpairments, type AckCondition, type AckImpairment } from './ack-impairments.ts';
import { Advisories, type AdvisoryKind } from './advisories.ts';
import { apiErrors } from './api-errors.ts';
import type { Call } from './call.ts';
import { ConsumerMachine } from './consumer-machine.ts';
import { ConsumerService } from './consumer-service.ts';
import { consumerReplicas } from './consumer-settings.ts';
import { LinkHealth } from './link-health.ts';
import { MetaMachine } from './meta-machine.ts';
import { MetaService } from './meta-service.ts';
import { noMutations, type Mutations } from './mutations.ts';
import { moveMember, spareServers } from './membership.ts';
import type { NatsClient } from './nats-client.ts';
import { NatsServer } from './nats-server.ts';
import type { Assignment, Operation } from './operations.ts';
import { nats212, type NatsProfile } from './profile.ts';
import { corrupt, wipe } from './raft-disk.ts';
import { RaftGroup, type GroupWorld } from './raft-group.ts';
import { dropUnneeded, freeAfter, isNeeded, isSettled, releasedBeside } from './retention.ts';
import type { StoredMessage } from './stored-message.ts';
import { ConsumerAsset, StreamAsset } from './stream-asset.ts';
import { inspect, replicaMessages, type ReplicaMessage, type StreamInspection } from './stream-inspection.ts';
import { StreamMachine, streamMachineOf } from './stream-machine.ts';
import { StreamService } from './stream-service.ts';
import { SubjectTable } from './subjects.ts';
import { firstCampaignUs, syncUs } from './timing.ts';

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

/**
 * A NATS cluster with JetStream: servers, their raft groups (meta, one for each stream, one for each consumer), and
 * what chaos does to them. Indices are those of `nodes`.
 * Not modelled: members that come and go one by one (a server that is removed is replaced at once), accounts, mirrors and sources, atomic batches, push consumers (a bucket's watch
 * is one of its own kind), priority groups, pause; a change of settings reaches all members at the moment of its commit.
 */
export class NatsCluster implements GroupWorld {
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
  /** Clients with a connection that their owner has not closed. */
  readonly clients = new Set<NatsClient>();
  /** How often a client dials a server in vain before it forgets it; of the clients' settings, none in production (fault K6). */
  reconnectAttempts = Infinity;
  /** Clients that had no server left to dial, and closed. */
  clientsGivenUp = 0;
  /** Log entries lost by power losses. */
  lostEntries = 0;
  readonly #streams = new Map<string, StreamAsset>();
  #consumersMade = 0;
  /** By subject number; null: no stream takes it. */
  #groupOfSubject: (RaftGroup | null)[] = [];
  /** By group: who waits for its first leader, or for its next. */
  readonly #awaitingLeader = new Map<string, ((service: unknown) => void)[]>();

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
    this.#start(this.meta);
    network.beforeChange((from, to) => this.#beforeChange(from, to));
  }

  get nodes(): readonly NatsServer[] {
    return this.servers;
  }

  stream(name: string): StreamAsset | undefined {
    return this.#streams.get(name);
  }

  consumer(stream: string, name: string): ConsumerAsset | undefined {
    return this.#streams.get(stream)?.consumers.get(name);
  }

  /** The stream or bucket that takes a subject. */
  groupOf(subject: number): RaftGroup | undefined {
    let group = this.#groupOfSubject[subject];
    if (group === undefined) {
      const name = this.subjects.name(subject);
      group = null;
      for (const asset of this.#streams.values()) if (asset.takes(name)) group = asset.group;
      this.#groupOfSubject[subject] = group;
    }
    return group ?? undefined;
  }

  /** The meta group has agreed on it. The call is answered by the leader of what was made or changed. */
  assign(server: NatsServer, assignment: Assignment): void {
    switch (assignment.kind) {
      case 'stream':
        this.#assignStream(assignment);
        return;
      case 'stream-removed': {
        const asset = this.#streams.get(assignment.stream);
        if (asset !== undefined) this.#removeStream(asset);
        if (assignment.call !== undefined) server.answer(assignment.call, true);
        return;
      }
      case 'stream-peer-removed': {
        const asset = this.#streams.get(assignment.stream);
        if (asset !== undefined) moveMember(asset, assignment.server, this.#named(assignment.replacement));
        if (assignment.call !== undefined) server.answer(assignment.call, true);
        return;
      }
      case 'consumer':
        this.#assignConsumer(server, assignment);
        return;
      case 'consumer-removed': {
        const consumer = this.consumer(assignment.stream, assignment.consumer);
        if (consumer !== undefined) this.#removeConsumer(consumer);
        this.#streams.get(assignment.stream)?.forgetRefused(assignment.consumer);
        if (assignment.call !== undefined) server.answer(assignment.call, true);
        return;
      }
    }
  }

  /** What a meta leader does not know is removed as an orphan (jetstream J83, fault D4). */
  keepOnly(machine: MetaMachine): void {
    for (const asset of this.#streams.values()) {
      if (!machine.streams.has(asset.name)) this.#removeStream(asset);
    }
  }

  /** A stream has a leader. */
  streamReady(asset: StreamAsset, service: StreamService): void {
    this.#leaderFound(asset.group.name, service);
  }

  consumerReady(asset: ConsumerAsset, service: ConsumerService): void {
    this.#leaderFound(asset.group.name, service);
    service.dispatch();
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
    for (const asset of this.#streams.values()) {
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

  /** SIGTERM: leaderships are handed over, then the process ends (jetstream B9, R2). */
  shutDownNode(index: number): void {
    const server = this.#server(index);
    for (const { service } of server.replicas) if (service instanceof ConsumerService) service.serverEnds();
    server.handOver();
    server.kill();
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
    const server = this.#server(index);
    const pausedUs = server.process.state === 'frozen' ? this.kernel.nowUs - server.process.stateSinceUs : 0;
    if (pausedUs > syncUs && this.profile.defects.has('pause-loses-buffer')) server.loseBuffers(pausedUs);
    server.process.resume();
    this.health.review();
  }

  /**
   * A stream's files on a server that is down are damaged: everything from the given share of its messages on is gone
   * there (fault D3). Returns the number of log entries lost.
   */
  corruptStream(index: number, stream: string, keptShare: number): number {
    const replica = this.#streams.get(stream)?.group.replicaOn(this.#server(index));
    return replica?.server.up === false ? corrupt(replica, keptShare) : 0;
  }

  /** The snapshot of the meta group on a server that is down is damaged: it knows of no asset any more (fault D4). */
  corruptMeta(index: number): boolean {
    const replica = this.meta.replicaOn(this.#server(index));
    if (replica === undefined || replica.server.up) return false;
    replica.machine = new MetaMachine();
    return true;
  }

  /** The state file of a consumer on a server that is down is damaged: it starts anew there (fault D10). */
  corruptConsumer(index: number, stream: string, consumer: string): boolean {
    const replica = this.consumer(stream, consumer)?.group.replicaOn(this.#server(index));
    if (replica === undefined || replica.server.up) return false;
    wipe(replica);
    return true;
  }

  /** A server's clock is set; age, lives of messages and duplicate windows follow it there (fault R14). */
  stepClock(index: number, deltaUs: number): void {
    this.#server(index).hostClock.step(deltaUs);
  }

  /**
   * An operator removes a server from a stream, and the meta group puts another one in its place (fault R8). Returns its
   * name; undefined where it is no member, or no other server is left.
   */
  moveMember(index: number, stream: string): string | undefined {
    const group = this.#streams.get(stream)?.group;
    const from = this.#server(index);
    const meta = this.meta.leader();
    if (group?.replicaOn(from) === undefined || meta === undefined) return undefined;
    const spare = spareServers(this, group);
    if (spare.length === 0) return undefined;
    const { name } = this.random.pick(spare);
    meta.propose({
      kind: 'assign',
      assignment: {
        kind: 'stream-peer-removed',
        stream,
        server: from.name,
        replacement: name,
        call: undefined,
      },
    });
    return name;
  }

  /** A follower of a stream takes nothing more and stays behind, until its server starts anew (fault R10). */
  stickReplica(index: number, stream: string): boolean {
    const replica = this.#streams.get(stream)?.group.replicaOn(this.#server(index));
    if (replica === undefined || replica.role === 'leader') return false;
    replica.group.leaveCalm();
    replica.stuck = true;
    return true;
  }

  /** The leader of a consumer delivers nothing, until another leads (fault C14). */
  deafenConsumer(stream: string, consumer: string): boolean {
    const service = this.consumer(stream, consumer)?.group.leader()?.service;
    if (!(service instanceof ConsumerService)) return false;
    service.deaf = true;
    return true;
  }

  /** A server forgets what another announces, until that announces it anew (fault R15). */
  forgetInterest(index: number, ofIndex: number): void {
    this.#server(index).peers[ofIndex]?.forgetInterest();
  }

  /** The route between two servers is made anew, and all is announced again. */
  learnInterest(index: number, ofIndex: number): void {
    if (this.#server(index).up) this.#server(index).dropRoute(this.#server(ofIndex));
  }

  /** Index of the server that leads a stream; undefined while nobody does. */
  streamLeader(stream: string): number | undefined {
    return this.#streams.get(stream)?.group.leader()?.server.index;
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

  /** The leader of a stream hands over, as on `nats stream cluster step-down` (jetstream B9). */
  stepDown(stream: string): void {
    const group = this.#streams.get(stream)?.group;
    group?.leaveCalm();
    group?.leader()?.transferLeadership();
  }

  stepDownConsumer(stream: string, consumer: string): void {
    const group = this.consumer(stream, consumer)?.group;
    group?.leaveCalm();
    group?.leader()?.transferLeadership();
  }

  /** The leader of the stream, of the meta group, or of every consumer of the stream hands over. Returns how many did. */
  stepDownLeaders(what: 'stream' | 'meta' | 'consumers', stream: string): number {
    const asset = this.#streams.get(stream);
    const groups =
      what === 'meta'
        ? [this.meta]
        : asset === undefined
          ? []
          : what === 'stream'
            ? [asset.group]
            : Array.from(asset.consumers.values(), ({ group }) => group);
    let count = 0;
    for (const group of groups) {
      group.leaveCalm();
      const leader = group.leader();
      if (leader === undefined) continue;
      leader.transferLeadership();
      count++;
    }
    return count;
  }

  /** Files of a server that is down are damaged (faults D3, D4, D10). Returns whether anything was. */
  damageFiles(index: number, what: 'stream' | 'meta' | 'consumers', stream: string): boolean {
    switch (what) {
      case 'stream':
        return this.corruptStream(index, stream, 0.5) > 0;
      case 'meta':
        return this.corruptMeta(index);
      case 'consumers': {
        let damaged = false;
        for (const consumer of this.#streams.get(stream)?.consumers.keys() ?? []) {
          if (this.corruptConsumer(index, stream, consumer)) damaged = true;
        }
        return damaged;
      }
    }
  }

  /** Clients give a server up after so many dials in vain, until lifted; `hits` counts those that had none left (fault K6). */
  limitReconnects(attempts: number): { lift(): void; readonly hits: number } {
    const before = this.clientsGivenUp;
    const givenUp = (): number => this.clientsGivenUp - before;
    this.reconnectAttempts = attempts;
    return {
      lift: () => {
        this.reconnectAttempts = Infinity;
      },
      get hits() {
        return givenUp();
      },
    };
  }

  /** Acks of consumers are lost or late until lifted. */
  impairAcks(condition: AckCondition): AckImpairment {
    return this.impairments.add(condition);
  }

  /** What the replicas have agreed on; undefined where there is no such stream. For oracles. */
  inspectStream(stream: string): StreamInspection | undefined {
    const asset = this.#streams.get(stream);
    return asset === undefined ? undefined : inspect(asset);
  }

  /** What each replica holds, in the order of its servers; for oracles of divergence (jetstream R1). */
  inspectReplicas(stream: string): readonly (readonly ReplicaMessage[])[] {
    const group = this.#streams.get(stream)?.group;
    group?.settle();
    return (group?.replicas ?? []).map((replica) => replicaMessages(replica));
  }

  #assignStream({ settings, call }: Extract<Assignment, { kind: 'stream' }>): void {
    const existing = this.#streams.get(settings.name);
    if (existing !== undefined) {
      const { retention, maxMessagesPerSubject } = existing.settings;
      existing.settings = settings;
      if (this.profile.multiFilter || settings.replicas === 1) existing.servesDirect = settings.allowDirect;
      existing.group.settle();
      this.#groupOfSubject = [];
      if (retention !== settings.retention && settings.retention === 'interest')
        dropUnneeded(existing, (message, server) => isSettled(existing, message, server));
      for (const { machine } of existing.group.replicas)
        streamMachineOf(machine).enforceLimits(maxMessagesPerSubject);
      streamMachineOf(existing.group.baseMachine).enforceLimits(maxMessagesPerSubject);
      const service = existing.group.leader()?.service;
      if (service instanceof StreamService) service.updated();
      for (const consumer of existing.consumers.values()) {
        const led = consumer.group.leader()?.service;
        if (led instanceof ConsumerService) led.trimmed();
      }
      this.#answerState(existing, call);
      return;
    }
    const asset = new StreamAsset(this, settings);
    asset.group = new RaftGroup(
      this,
      settings.name,
      settings.storage,
      this.#members(settings.replicas, this.servers),
      () => new StreamMachine(asset),
      (replica) => new StreamService(asset, replica),
    );
    asset.group.asset = asset;
    this.#streams.set(settings.name, asset);
    this.#groupOfSubject = [];
    this.#answerState(asset, call);
    this.#start(asset.group);
  }

  #answerState(asset: StreamAsset, call: Call<StreamState> | undefined): void {
    if (call === undefined) return;
    this.#whenLed(asset.group, (service) => {
      if (service instanceof StreamService) service.server.answer(call, service.ownState());
    });
  }

  #assignConsumer(
    server: NatsServer,
    { stream, settings, call }: Extract<Assignment, { kind: 'consumer' }>,
  ): void {
    const asset = this.#streams.get(stream);
    if (asset === undefined) {
      if (call !== undefined) server.refuse(call, apiErrors.streamNotFound);
      return;
    }
    const existing = asset.consumers.get(settings.name);
    if (existing !== undefined) {
      const previous = existing.settings;
      asset.update(existing, settings);
      const hasOtherFilter = previous.filterSubjects.join() !== settings.filterSubjects.join();
      if (hasOtherFilter && asset.settings.retention === 'interest' && this.profile.multiFilter)
        dropUnneeded(asset, () => true);
      const service = existing.group.leader()?.service;
      // A server of 2.9 answers before its loop has looked at what else may be delivered now.
      if (!this.profile.multiFilter) this.#answerConsumer(existing, call);
      if (service instanceof ConsumerService && service.ready && previous !== settings)
        service.updated(previous);
      if (this.profile.multiFilter) this.#answerConsumer(existing, call);
      return;
    }
    if (asset.workQueueConflict(settings)) {
      // Its member refuses it, which is told once; the meta group goes on to know it.
      if (asset.refuseAtMember(settings.name) && call !== undefined) {
        const isUnfiltered = settings.filterSubjects.length === 0;
        server.refuse(call, isUnfiltered ? apiErrors.workQueueUnfiltered : apiErrors.workQueueNotUnique);
      }
      return;
    }
    const consumer = new ConsumerAsset(asset, settings, ++this.#consumersMade);
    const servers = asset.group.replicas.map((replica) => replica.server);
    const storage = settings.memoryStorage ? 'memory' : asset.settings.storage;
    consumer.group = new RaftGroup(
      this,
      `${stream} > ${settings.name}`,
      storage,
      this.#members(consumerReplicas(settings, asset.settings), servers),
      () => new ConsumerMachine(consumer),
      (replica) => new ConsumerService(consumer, replica),
    );
    if (!this.profile.soundRaft) {
      consumer.group.onApplied = (replica, operation) => releasedBeside(consumer, replica, operation);
    }
    asset.add(consumer);
    this.#answerConsumer(consumer, call);
    this.#start(consumer.group);
  }

  #answerConsumer(consumer: ConsumerAsset, call: Call<ConsumerState> | undefined): void {
    if (call === undefined) return;
    this.#whenLed(consumer.group, (service) => {
      if (service instanceof ConsumerService) service.server.answer(call, service.state());
    });
  }

  #removeStream(asset: StreamAsset): void {
    for (const consumer of asset.consumers.values()) this.#removeConsumer(consumer);
    this.#streams.delete(asset.name);
    this.#groupOfSubject = [];
    this.#end(asset.group);
  }

  #removeConsumer(consumer: ConsumerAsset): void {
    let floor = Infinity;
    for (const { service } of consumer.group.replicas) {
      if (!(service instanceof ConsumerService)) continue;
      service.removed();
      if (service.ready) floor = service.floorStream;
    }
    consumer.stream.remove(consumer);
    this.#end(consumer.group);
    if (consumer.stream.settings.retention === 'interest') freeAfter(consumer, floor);
  }

  #end(group: RaftGroup): void {
    group.leaveCalm();
    for (const replica of group.replicas) replica.server.abandon(replica);
    this.#awaitingLeader.delete(group.name);
  }

  /** All servers, or some of them drawn. */
  #members(count: number, servers: readonly NatsServer[]): readonly NatsServer[] {
    if (count >= servers.length) return servers;
    const up = servers.filter((server) => server.up);
    const drawn = this.random.shuffle([...(up.length >= count ? up : servers)]).slice(0, count);
    return drawn.sort((a, b) => a.index - b.index);
  }

  #whenLed(group: RaftGroup, answer: (service: unknown) => void): void {
    const leader = group.leader();
    if (leader?.service?.ready === true && leader.server.process.state === 'running') {
      answer(leader.service);
      return;
    }
    const waiting = this.#awaitingLeader.get(group.name);
    if (waiting === undefined) this.#awaitingLeader.set(group.name, [answer]);
    else waiting.push(answer);
  }

  #leaderFound(group: string, service: StreamService | ConsumerService): void {
    const waiting = this.#awaitingLeader.get(group);
    if (waiting === undefined) return;
    this.#awaitingLeader.delete(group);
    for (const answer of waiting) answer(service);
  }

  #tell(consumer: ConsumerAsset, server: NatsServer, operation: Operation, result: number): void {
    const service = consumer.group.replicaOn(server)?.service;
    if (service instanceof ConsumerService) service.streamChanged(operation, result);
  }

  #start(group: RaftGroup): void {
    const running = group.replicas.filter(({ server }) => server.up);
    const first = running.length === 0 ? undefined : this.random.pick(running);
    for (const replica of group.replicas) {
      replica.server.adopt(replica);
      if (replica.server.up) replica.start(replica === first ? firstCampaignUs : undefined);
    }
  }

  #beforeChange(from: readonly number[], to: readonly number[] | undefined): void {
    const inside = from.some((host) => this.#isServer(host));
    if (inside && (to === undefined || to.some((host) => this.#isServer(host)))) {
      this.meta.leaveCalm();
      for (const asset of this.#streams.values()) {
        asset.group.leaveCalm();
        for (const consumer of asset.consumers.values()) consumer.group.leaveCalm();
      }
    }
    this.health.review();
  }

  #isServer(host: number): boolean {
    return this.servers.some((server) => server.host === host);
  }

  #named(name: string): NatsServer {
    const server = this.servers.find((each) => each.name === name);
    if (server === undefined) throw new RangeError(`${this.name} has no server ${name}`);
    return server;
  }

  #server(index: number): NatsServer {
    const server = this.servers[index];
    if (server === undefined) throw new RangeError(`${this.name} has no node ${index}`);
    return server;
  }
}

/** A message may remove one of another subject. */
function trims({ settings: { discard, maxMessages, maxBytes } }: StreamAsset): boolean {
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
