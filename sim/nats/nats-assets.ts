import type { ConsumerState, StreamState } from '../../system/ports/jetstream-management.ts';
import { apiErrors } from './api-errors.ts';
import type { Call } from './call.ts';
import type { ClusterCore } from './cluster-core.ts';
import { ConsumerMachine } from './consumer-machine.ts';
import { ConsumerService } from './consumer-service.ts';
import { consumerReplicas } from './consumer-settings.ts';
import { moveMember } from './membership.ts';
import type { MetaMachine } from './meta-machine.ts';
import type { NatsServer } from './nats-server.ts';
import type { Assignment } from './operations.ts';
import { RaftGroup } from './raft-group.ts';
import { dropUnneeded, floorOf, freeAfter, isSettled, releasedBeside } from './retention.ts';
import { ConsumerAsset, StreamAsset } from './stream-asset.ts';
import { enforceLimits } from './stream-limits.ts';
import { StreamMachine, streamMachineOf } from './stream-machine.ts';
import { StreamService } from './stream-service.ts';
import { firstCampaignUs } from './timing.ts';

/** The streams and consumers of a cluster with their raft groups, as the meta group has decided (jetstream A4). */
export class NatsAssets {
  readonly #cluster: ClusterCore;
  readonly streams = new Map<string, StreamAsset>();
  #consumersMade = 0;
  /** By subject number; null: no stream takes it. */
  #groupOfSubject: (RaftGroup | null)[] = [];
  /** By group: who waits for its first leader, or for its next. */
  readonly #awaitingLeader = new Map<string, ((service: unknown) => void)[]>();

  constructor(cluster: ClusterCore) {
    this.#cluster = cluster;
  }

  consumer(stream: string, name: string): ConsumerAsset | undefined {
    return this.streams.get(stream)?.consumers.get(name);
  }

  /** The stream or bucket that takes a subject. */
  groupOf(subject: number): RaftGroup | undefined {
    let group = this.#groupOfSubject[subject];
    if (group === undefined) {
      const name = this.#cluster.subjects.name(subject);
      group = null;
      for (const asset of this.streams.values()) if (asset.takes(name)) group = asset.group;
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
        const asset = this.streams.get(assignment.stream);
        if (asset !== undefined) this.#removeStream(asset);
        if (assignment.call !== undefined) server.answer(assignment.call, true);
        return;
      }
      case 'stream-peer-removed': {
        const asset = this.streams.get(assignment.stream);
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
        this.streams.get(assignment.stream)?.forgetRefused(assignment.consumer);
        if (assignment.call !== undefined) server.answer(assignment.call, true);
        return;
      }
    }
  }

  /** What a meta leader does not know is removed as an orphan (jetstream J83, fault D4). */
  keepOnly(machine: MetaMachine): void {
    for (const asset of this.streams.values()) {
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

  #assignStream({ settings, call }: Extract<Assignment, { kind: 'stream' }>): void {
    const existing = this.streams.get(settings.name);
    if (existing !== undefined) {
      const { retention, maxMessagesPerSubject } = existing.settings;
      // What replicas have heard of they have applied, by the settings of then.
      existing.group.settle();
      existing.settings = settings;
      if (this.#cluster.profile.multiFilter || settings.replicas === 1)
        existing.servesDirect = settings.allowDirect;
      this.#groupOfSubject = [];
      if (retention !== settings.retention && settings.retention === 'interest')
        dropUnneeded(existing, (message, server) => isSettled(existing, message, server));
      for (const { machine } of existing.group.replicas)
        enforceLimits(streamMachineOf(machine), maxMessagesPerSubject);
      enforceLimits(streamMachineOf(existing.group.baseMachine), maxMessagesPerSubject);
      const service = existing.group.leader()?.service;
      if (service instanceof StreamService) service.updated();
      for (const consumer of existing.consumers.values()) {
        const led = consumer.group.leader()?.service;
        if (led instanceof ConsumerService) led.trimmed();
      }
      this.#answerState(existing, call);
      return;
    }
    const asset = new StreamAsset(this.#cluster, settings);
    asset.group = new RaftGroup(
      this.#cluster,
      settings.name,
      settings.storage,
      this.#members(settings.replicas, this.#cluster.servers),
      () => new StreamMachine(asset),
      (replica) => new StreamService(asset, replica),
    );
    asset.group.asset = asset;
    this.streams.set(settings.name, asset);
    this.#groupOfSubject = [];
    this.#answerState(asset, call);
    this.start(asset.group);
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
    const asset = this.streams.get(stream);
    if (asset === undefined) {
      if (call !== undefined) server.refuse(call, apiErrors.streamNotFound);
      return;
    }
    const existing = asset.consumers.get(settings.name);
    if (existing !== undefined) {
      const previous = existing.settings;
      asset.update(existing, settings);
      const floor = floorOf(existing);
      const hasOtherFilter = previous.filterSubjects.join() !== settings.filterSubjects.join();
      if (hasOtherFilter && asset.settings.retention === 'interest' && this.#cluster.profile.multiFilter)
        dropUnneeded(asset, ({ sequence }) => sequence >= floor);
      const service = existing.group.leader()?.service;
      const isUpdated = service instanceof ConsumerService && service.ready && previous !== settings;
      // The answer comes before the consumer's loop has looked at what another limit allows to be delivered now.
      const isAnsweredFirst =
        !this.#cluster.profile.multiFilter || previous.maxAckPending !== settings.maxAckPending;
      if (isUpdated) service.updated(previous);
      if (isAnsweredFirst) this.#answerConsumer(existing, call);
      if (isUpdated) service.dispatch();
      if (!isAnsweredFirst) this.#answerConsumer(existing, call);
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
      this.#cluster,
      `${stream} > ${settings.name}`,
      storage,
      this.#members(consumerReplicas(settings, asset.settings), servers),
      () => new ConsumerMachine(consumer),
      (replica) => new ConsumerService(consumer, replica),
    );
    if (!this.#cluster.profile.soundRaft) {
      consumer.group.beside = {
        stream: consumer.stream.group,
        applied: (replica, operation) => releasedBeside(consumer, replica, operation),
      };
    }
    asset.add(consumer);
    this.#answerConsumer(consumer, call);
    this.start(consumer.group);
  }

  #answerConsumer(consumer: ConsumerAsset, call: Call<ConsumerState> | undefined): void {
    if (call === undefined) return;
    this.#whenLed(consumer.group, (service) => {
      if (service instanceof ConsumerService) service.server.answer(call, service.state());
    });
  }

  #removeStream(asset: StreamAsset): void {
    for (const consumer of asset.consumers.values()) this.#removeConsumer(consumer);
    this.streams.delete(asset.name);
    this.#groupOfSubject = [];
    this.#end(asset.group);
  }

  #removeConsumer(consumer: ConsumerAsset): void {
    const floor = floorOf(consumer);
    for (const { service } of consumer.group.replicas) {
      if (service instanceof ConsumerService) service.removed();
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
    const drawn = this.#cluster.random.shuffle([...(up.length >= count ? up : servers)]).slice(0, count);
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

  /** Its members go to their servers; one of those that run campaigns at once (jetstream A3). */
  start(group: RaftGroup): void {
    const running = group.replicas.filter(({ server }) => server.up);
    const first = running.length === 0 ? undefined : this.#cluster.random.pick(running);
    for (const replica of group.replicas) {
      replica.server.adopt(replica);
      if (replica.server.up) replica.start(replica === first ? firstCampaignUs : undefined);
    }
  }

  #named(name: string): NatsServer {
    const server = this.#cluster.servers.find((each) => each.name === name);
    if (server === undefined) throw new RangeError(`${this.#cluster.name} has no server ${name}`);
    return server;
  }
}
