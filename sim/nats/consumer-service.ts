import type { ConsumerInfo } from '../../system/ports/jetstream.ts';
import type { ConsumerState, EffectiveConsumerSettings } from '../../system/ports/jetstream-management.ts';
import type { PullRequest } from '../../system/ports/jetstream-pull.ts';
import { ConsumerAcks } from './consumer-acks.ts';
import { consumerMachineOf, type ConsumerMachine } from './consumer-machine.ts';
import { ConsumerMemory } from './consumer-memory.ts';
import { purged } from './consumer-purge.ts';
import { consumerState } from './consumer-report.ts';
import { NatsConsumption } from './consumption.ts';
import { Deliveries } from './deliveries.ts';
import type { GroupService } from './group-service.ts';
import { IdleWatch } from './idle-watch.ts';
import { Interest } from './interest.ts';
import type { NatsServer } from './nats-server.ts';
import type { Operation } from './operations.ts';
import { PendingCount } from './pending-count.ts';
import { PullQueue } from './pull-queue.ts';
import type { RaftReplica } from './raft-replica.ts';
import { RawPull, type PullInbox } from './raw-pull.ts';
import { Redeliveries } from './redeliveries.ts';
import { ReleaseQueue } from './release-queue.ts';
import type { Routed } from './requests.ts';
import type { ConsumerAsset } from './stream-asset.ts';
import { streamMachineOf, type StreamMachine } from './stream-machine.ts';
import { ackWaitSlackUs, firstPendingCheckUs } from './timing.ts';

/** The leader of a consumer, as clients see it (jetstream §1F, §1G). It reads its own server's replica of the stream. */
export class ConsumerService implements GroupService {
  readonly asset: ConsumerAsset;
  readonly replica: RaftReplica;
  readonly server: NatsServer;
  ready = false;
  /** It leads and delivers nothing, until another leads (faults C9, C14). */
  deaf = false;
  #stopped = false;
  readonly #stream: RaftReplica;
  readonly memory: ConsumerMemory;
  readonly pending: PendingCount;
  /** Of the stream's replica here, when pending deliveries were last compared with it. */
  #removalsSeen = 0;
  /**
   * Pending deliveries of what a purge has removed by itself: they count as terminated once the purge has moved the floor, as
   * real servers nearly always do it (each in a goroutine of its own).
   */
  readonly #terminations: { readonly sequence: number; readonly consumerSequence: number }[] = [];
  readonly queue: PullQueue;
  readonly acks: ConsumerAcks = new ConsumerAcks(this);
  readonly deliveries: Deliveries = new Deliveries(this);
  readonly redeliveries: Redeliveries = new Redeliveries(this);
  readonly #releases: ReleaseQueue = new ReleaseQueue(this);
  readonly idle: IdleWatch = new IdleWatch(this);
  #dispatching = false;
  /** Its stream did not keep by limits alone when it began to lead: a later change is not heard of by a consumer without acks. */
  isReleasing = false;

  constructor(asset: ConsumerAsset, replica: RaftReplica) {
    this.asset = asset;
    this.replica = replica;
    this.server = replica.server;
    const stream = asset.stream.group.replicaOn(replica.server);
    if (stream === undefined)
      throw new RangeError(`${replica.server.name} has no replica of ${asset.stream.name}`);
    this.#stream = stream;
    this.memory = new ConsumerMemory(asset);
    this.pending = new PendingCount(asset, this.memory);
    this.queue = new PullQueue(this);
  }

  get machine(): ConsumerMachine {
    return consumerMachineOf(this.replica.machine);
  }

  get settings(): EffectiveConsumerSettings {
    return this.asset.settings;
  }

  get nowUs(): number {
    return this.replica.group.kernel.nowUs;
  }

  /** This server's replica of the stream, as it is now. */
  get stream(): StreamMachine {
    this.#stream.group.settle();
    return streamMachineOf(this.#stream.machine);
  }

  get lastDelivered(): { readonly consumerSequence: number; readonly streamSequence: number } {
    return { consumerSequence: this.memory.nextConsumer - 1, streamSequence: this.memory.nextStream - 1 };
  }

  becomeReady(): void {
    if (this.ready || this.#stopped) return;
    // What the stream's replica here has yet to apply was before it.
    this.#stream.group.settle();
    this.ready = true;
    const { machine, server, asset } = this;
    this.isReleasing = asset.stream.settings.retention !== 'limits';
    if (machine.record.started) {
      this.memory.restore(machine.record, this.stream, this.nowUs, server.wallUs());
      this.#takeOver();
    } else {
      this.memory.begin(this.stream);
      this.replica.propose({ kind: 'skipped', sequence: this.memory.nextStream });
    }
    this.pending.recount(this.stream);
    if (asset.filterChanged && server.cluster.profile.defects.has('filters-lost')) this.deaf = true;
    this.#stream.group.calmness.wakeAnnounced(this.#stream);
    server.subscribe(this.replica.group.number, 'leaders');
    this.#turnAway(machine);
    this.idle.touch();
    server.cluster.assets.consumerReady(asset, this);
  }

  handle({ request }: Routed): void {
    switch (request.kind) {
      case 'consume':
        this.#consume(request.consumption);
        return;
      case 'consume-withdrawn':
        this.queue.withdraw(request.consumption);
        this.server.answer(request.call, true);
        return;
      case 'pull':
        this.pull(request.inbox, request.request);
        return;
      case 'ack':
        this.acks.acknowledge(request);
        return;
      case 'consumer-info':
        this.server.answer(request.call, this.info());
        return;
      case 'consumer-state':
        this.server.answer(request.call, this.state());
        return;
      case 'consumer-step-down':
        this.server.answer(request.call, true);
        this.replica.group.leaveCalm();
        this.replica.transferLeadership();
        return;
      case 'publish':
      case 'stream-info':
      case 'purge':
      case 'message':
      case 'delete-message':
      case 'remove-acked':
      case 'stream-step-down':
      case 'create-stream':
      case 'update-stream':
      case 'delete-stream':
      case 'remove-peer':
      case 'stream-names':
      case 'create-consumer':
      case 'delete-consumer':
      case 'consumer-names':
      case 'read':
      case 'read-all':
      case 'direct-message':
      case 'watch':
      case 'watch-stopped':
      case 'pull-stopped':
        return;
    }
  }

  committed(operation: Operation): void {
    switch (operation.kind) {
      case 'delivered':
        this.deliveries.delivered(operation);
        return;
      case 'acked': {
        const { call, sequence } = operation;
        operation.call = undefined;
        if (call !== undefined) this.server.answer(call, true);
        // Also of what was not pending any more: a message whose deliveries were exhausted goes when it is acknowledged.
        this.#releases.release(this.machine.freedFrom, sequence);
        return;
      }
      case 'skipped':
      case 'pull-added':
      case 'pull-removed':
      case 'leadership':
      case 'store':
      case 'purge':
      case 'delete':
      case 'assign':
        return;
    }
  }

  info(): ConsumerInfo {
    const state = this.state();
    return {
      durable: this.asset.name,
      pending: state.pending,
      ackPending: state.ackPending,
      redelivered: state.redelivered,
    };
  }

  state(): ConsumerState {
    return consumerState(this);
  }

  /** Delivers what may be delivered; then the waiting pulls are looked at. */
  dispatch(): void {
    if (!this.ready || this.deaf || this.#dispatching || this.queue.isEmpty) return;
    this.#dispatching = true;
    const memory = this.memory;
    const { stream } = this;
    let stalled = false;
    for (;;) {
      if (!this.redeliveries.dropExhausted(stream)) break;
      const again = memory.nextAgain();
      if (again === undefined && memory.isFull(this.settings)) {
        memory.stall();
        stalled = true;
        break;
      }
      const message = again === undefined ? memory.nextNew(stream) : stream.messages.get(again);
      if (message === 'gone') break;
      if (message === undefined) {
        this.#passOver(stream);
        break;
      }
      this.pending.announced(message.sequence, again === undefined, stream);
      const waiter = this.queue.next(message);
      if (waiter === undefined) {
        this.pending.returned(again === undefined);
        if (!this.queue.isEmpty) break;
        if (again === undefined) {
          if (!memory.giveBack(message.sequence)) this.pending.delivering();
        } else {
          memory.turnBack(again, !this.asset.profile.multiFilter);
          this.redeliveries.rearm();
        }
        break;
      }
      this.deliveries.deliver(message, again !== undefined, waiter, stream);
      if (this.queue.isEmpty) break;
    }
    this.#dispatching = false;
    this.queue.review(!stalled);
  }

  /** Somebody waits and nothing matches: the cursor goes to the end of the stream, for all replicas (`getNextMsg`). */
  #passOver(stream: StreamMachine): void {
    const memory = this.memory;
    const jumps = memory.passOver(stream.lastSequence);
    this.pending.atEnd(stream);
    if (!jumps || this.asset.isAlone) return;
    this.replica.propose({ kind: 'skipped', sequence: memory.nextStream });
  }

  /** The replica of the stream here has changed: something was stored or removed. */
  streamChanged(operation: Operation, result: number): void {
    if (!this.ready) return;
    const { stream } = this;
    const wasFull = this.memory.isFull(this.settings);
    let isWoken = this.queue.hasLoops;
    const isChanged = stream.messages.removals !== this.#removalsSeen;
    // Nothing was stored, and nobody is woken.
    if (result <= 0 && operation.kind !== 'purge' && !isChanged) return;
    if (operation.kind === 'purge') {
      if (result >= 0) purged(this, operation);
    } else if (operation.kind === 'store' && !this.asset.profile.multiFilter && !stream.stores(operation)) {
      return;
    } else if (operation.kind === 'store' && result > 0) {
      const { rollup, subject } = operation;
      if (rollup !== '') {
        const { stream: owner } = this.asset;
        const rolled = rollup === 'sub' ? owner.subjects.name(subject) : '';
        purged(this, { subject: rolled, belowSequence: 0, keep: 1 });
      }
      if (this.asset.heard?.matches(subject) === true) {
        this.pending.told(result);
        isWoken ||= result >= this.memory.nextStream;
      }
    }
    if (isChanged && this.forgetRemoved() && wasFull) isWoken = true;
    if (isWoken) this.dispatch();
  }

  /** Limits may have removed something. */
  trimmed(): void {
    if (!this.ready || this.stream.messages.removals === this.#removalsSeen) return;
    const wasFull = this.memory.isFull(this.settings);
    if ((this.forgetRemoved() && wasFull) || this.queue.hasLoops) this.dispatch();
  }

  /** Settings were changed by the meta group. */
  updated(previous: EffectiveConsumerSettings): void {
    const { mutations, profile } = this.asset.stream;
    if (
      mutations.filterUpdateRewinds &&
      previous.filterSubjects.join() !== this.settings.filterSubjects.join()
    ) {
      this.memory.nextStream = 1;
    }
    if (mutations.filterUpdateDropsPending) {
      for (const sequence of this.memory.pending.keys()) {
        const message = this.stream.messages.get(sequence);
        if (message !== undefined && !this.asset.filter.matches(message.subject)) {
          this.memory.pending.delete(sequence);
        }
      }
    }
    // Servers of 2.9 go on counting as before.
    if (previous.filterSubjects.join() !== this.settings.filterSubjects.join() && profile.multiFilter)
      this.pending.recount(this.stream);
    this.redeliveries.rearm();
    this.idle.touch();
  }

  /** The consumer is gone: waiting clients are told (409 Consumer Deleted, jetstream G60). */
  removed(): void {
    if (!this.asset.stream.mutations.deletionUnannounced) this.queue.announceDeletion();
    for (const consumption of this.queue.consumptions()) {
      this.server.push(consumption.client, 80, NatsConsumption.arriveMissing, consumption, undefined);
    }
    this.queue.clear();
  }

  /** Its server ends in order. Waiting clients are told, but for consumers that were given replicas (`signalPullConsumers`). */
  serverEnds(): void {
    if (this.settings.replicas <= 1) this.queue.announceShutdown();
  }

  stop(): void {
    this.#stopped = true;
    if (this.ready) this.server.unsubscribe(this.replica.group.number, 'leaders');
    this.ready = false;
    this.redeliveries.disarm();
    this.idle.stop();
    this.#releases.stop();
    this.queue.stop(this.nowUs);
  }

  /** Up to here everything is done with, as its leader knows. */
  get floorStream(): number {
    return this.memory.floorStream;
  }

  /** It leads, and has still to deliver the message or to hear of it. */
  needs(sequence: number): boolean {
    return this.memory.needs(sequence, this.settings);
  }

  /** This replica of the stream is the one it reads, and it leads. */
  reads(stream: StreamMachine): boolean {
    return this.ready && this.#stream.machine === stream;
  }

  /** The stream's replica here tells that a message of the filter is gone. */
  messageRemoved(sequence: number): void {
    this.pending.removed(sequence);
  }

  /** The stream tells that it is gone: a delivery of it counts as terminated, once the purge is through. */
  messageTerminated(sequence: number): void {
    const held = this.memory.pending.get(sequence);
    if (held !== undefined) this.#terminations.push({ sequence, consumerSequence: held.consumerSequence });
  }

  /** It is gone, and this consumer does not hear of it. */
  messageLost(sequence: number): void {
    const held = this.memory.pending.get(sequence);
    if (held !== undefined) held.isLost = true;
  }

  /** A purge has removed many, or one under a name that this consumer does not hear: nobody tells which. */
  messagesPurged(stream: StreamMachine, areMany: boolean): void {
    if (areMany) this.pending.removedMany(stream);
    for (const [sequence, held] of this.memory.pending) {
      if (stream.messages.get(sequence) === undefined) held.isLost = true;
    }
  }

  /** Messages that were pending and are gone from the stream count as terminated (jetstream D37). True: there were some. */
  forgetRemoved(): boolean {
    const { stream } = this;
    this.#removalsSeen = stream.messages.removals;
    const { heard, profile } = this.asset;
    let settled = this.#terminations.length > 0 && this.#terminate();
    for (const [sequence, held] of this.memory.pending) {
      if (held.isLost || stream.messages.get(sequence) !== undefined || sequence > stream.lastSequence)
        continue;
      const isTold = !profile.multiFilter || held.subject < 0 || heard?.matches(held.subject) === true;
      if (!isTold) {
        held.isLost = true;
        continue;
      }
      this.acks.settle(sequence, held.consumerSequence, undefined);
      settled = true;
    }
    return settled;
  }

  /** What it has in memory goes to its own copy of the record, and to no other. */
  writeRecord(): void {
    const toWallUs = this.server.wallUs() - this.nowUs;
    this.machine.record.overwrite(this.memory, toWallUs, !this.asset.profile.multiFilter);
  }

  /** True: something was pending still. */
  #terminate(): boolean {
    let settled = false;
    for (const { sequence, consumerSequence } of this.#terminations.splice(0)) {
      if (this.memory.pending.has(sequence)) settled = true;
      this.acks.settle(sequence, consumerSequence, undefined);
    }
    return settled;
  }

  /** Other pulls of a filled one, for `num_pending` in answers and for requests that do not wait. */
  available(): number {
    return this.pending.value(this.stream) + this.memory.again.length;
  }

  #consume(consumption: NatsConsumption): void {
    this.queue.withdraw(consumption);
    const { session } = consumption.client;
    if (session === undefined) return;
    const interest = new Interest(consumption, session, 1 - this.replica.group.random.float());
    this.queue.add(interest);
    consumption.registered(interest, this.server);
    this.idle.touch();
    this.dispatch();
  }

  /** A pull of its own by a client. */
  pull(inbox: PullInbox, request: PullRequest): void {
    this.idle.touch();
    const pull = new RawPull(inbox, request);
    if (!this.queue.admit(pull)) return;
    if (this.replica.group.size > 1) this.replica.propose({ kind: 'pull-added', pull });
    this.dispatch();
  }

  /** A pull has ended: followers need not know of it any more. */
  pullEnded(pull: RawPull): void {
    if (this.replica.group.size > 1 && this.replica.role === 'leader') {
      this.replica.propose({ kind: 'pull-removed', pull });
    }
  }

  /** After a change of leader the replicated state is looked through. */
  #takeOver(): void {
    const memory = this.memory;
    this.#releases.takeOver(memory.nextStream);
    if (memory.pending.size === 0 || this.server.cluster.profile.defects.has('ack-queue-leak')) return;
    // The pending acks are looked at for the first time (jetstream F56).
    const [low, high] = firstPendingCheckUs;
    const waitUs = Math.min(
      this.settings.ackWaitMs * 1000 + ackWaitSlackUs,
      low + (high - low) * this.replica.group.draw(this.replica.member, this.nowUs),
    );
    this.redeliveries.armAt(this.nowUs + waitUs);
  }

  /** Requests that an earlier leader held get told, where followers know of them (jetstream G60). */
  #turnAway(machine: ConsumerMachine): void {
    const { pulls } = machine;
    machine.pulls = undefined;
    if (pulls === undefined || this.asset.stream.mutations.leadershipChangeUnannounced) return;
    for (const pull of pulls) {
      if (pull.state() === 'open') pull.tell(this.server, { status: 409, description: 'Leadership Change' });
    }
  }

  /** While somebody waits it is busy for ever, with pending deliveries until the last of them is due. */
  busyUntilUs(): number {
    if (this.queue.hasInterest()) return Infinity;
    return this.memory.pending.size === 0 ? 0 : this.memory.latestDueUs(this.settings);
  }
}
