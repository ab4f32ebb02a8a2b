import type { ConsumerInfo } from '../../system/ports/jetstream.ts';
import type { ConsumerState, EffectiveConsumerSettings } from '../../system/ports/jetstream-management.ts';
import type { PullRequest } from '../../system/ports/jetstream-pull.ts';
import type { EventHandle } from '../kernel/index.ts';
import { consumerMachineOf, type ConsumerMachine } from './consumer-machine.ts';
import { ConsumerMemory } from './consumer-memory.ts';
import { NatsConsumption } from './consumption.ts';
import type { GroupService } from './group-service.ts';
import { IdleWatch } from './idle-watch.ts';
import { Interest } from './interest.ts';
import type { NatsServer } from './nats-server.ts';
import type { DeliveredOperation, Operation, PurgeOperation } from './operations.ts';
import { PendingCount } from './pending-count.ts';
import { PullQueue } from './pull-queue.ts';
import type { RaftReplica } from './raft-replica.ts';
import { RawPull, type PullInbox } from './raw-pull.ts';
import { ReleaseQueue } from './release-queue.ts';
import type { AckRequest, Routed } from './requests.ts';
import type { ConsumerAsset } from './stream-asset.ts';
import { streamMachineOf, type StreamMachine } from './stream-machine.ts';
import { SubjectFilter } from './subject-filter.ts';
import { filterCovers } from './subjects.ts';
import type { StoredMessage } from './stored-message.ts';
import { ackWaitSlackUs, firstPendingCheckUs } from './timing.ts';
import type { Waiter } from './waiter.ts';

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
  readonly #memory: ConsumerMemory;
  readonly #pending: PendingCount;
  /** Of the stream's replica here, when pending deliveries were last compared with it. */
  #removalsSeen = 0;
  readonly #queue: PullQueue;
  /** Deliveries that wait for their quorum, by sequence. */
  #underWay: Map<number, Waiter> | undefined;
  #timer: EventHandle | undefined;
  #timerUs = Infinity;
  readonly #releases: ReleaseQueue = new ReleaseQueue(this);
  readonly #idle: IdleWatch = new IdleWatch(this);
  #dispatching = false;

  constructor(asset: ConsumerAsset, replica: RaftReplica) {
    this.asset = asset;
    this.replica = replica;
    this.server = replica.server;
    const stream = asset.stream.group.replicaOn(replica.server);
    if (stream === undefined)
      throw new RangeError(`${replica.server.name} has no replica of ${asset.stream.name}`);
    this.#stream = stream;
    this.#memory = new ConsumerMemory(asset);
    this.#pending = new PendingCount(asset, this.#memory);
    this.#queue = new PullQueue(this);
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
    return { consumerSequence: this.#memory.nextConsumer - 1, streamSequence: this.#memory.nextStream - 1 };
  }

  becomeReady(): void {
    if (this.ready || this.#stopped) return;
    // What the stream's replica here has yet to apply was before it.
    this.#stream.group.settle();
    this.ready = true;
    const { machine, server, asset } = this;
    if (machine.record.started) {
      this.#memory.restore(machine.record, this.stream, this.nowUs, server.wallUs());
      this.#takeOver();
    } else {
      this.#memory.begin(this.stream);
      this.replica.propose({ kind: 'skipped', sequence: this.#memory.nextStream });
    }
    this.#pending.recount(this.stream);
    if (asset.filterChanged && server.cluster.profile.defects.has('filters-lost')) this.deaf = true;
    this.#stream.group.wakeAnnounced(this.#stream);
    server.subscribe(this.replica.group.name, 'leaders');
    this.#turnAway(machine);
    this.#idle.touch();
    server.cluster.assets.consumerReady(asset, this);
  }

  handle({ request }: Routed): void {
    switch (request.kind) {
      case 'consume':
        this.#consume(request.consumption);
        return;
      case 'consume-withdrawn':
        this.#queue.withdraw(request.consumption);
        this.server.answer(request.call, true);
        return;
      case 'pull':
        this.#pull(request.inbox, request.request);
        return;
      case 'ack':
        this.#acknowledge(request);
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
        this.#delivered(operation);
        return;
      case 'acked': {
        const { call, sequence } = operation;
        operation.call = undefined;
        if (call !== undefined) this.server.answer(call, true);
        // Also of what was not pending any more: a message whose deliveries were exhausted goes when it is acknowledged.
        this.#releases.release(sequence);
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
    const memory = this.#memory;
    const { record } = this.machine;
    this.stream.expire(this.server.wallUs());
    this.forgetRemoved();
    const { mutations } = this.asset.stream;
    const inMemory = this.settings.memoryStorage || this.asset.stream.settings.storage === 'memory';
    const replicated =
      !this.server.cluster.profile.infoFromMemory && (inMemory ? record.hasState : record.started);
    const delivered = replicated
      ? { consumerSequence: record.deliveredConsumer, streamSequence: record.deliveredStream }
      : this.lastDelivered;
    const ackFloor = replicated
      ? { consumerSequence: record.floorConsumer, streamSequence: record.floorStream }
      : { consumerSequence: memory.floorConsumer, streamSequence: memory.floorStream };
    const leader = this.replica.group.size > 1 ? { leader: this.server.name } : {};
    return {
      settings: this.settings,
      delivered,
      ackFloor,
      pending: this.#pending.reported(this.stream),
      ackPending: memory.pending.size,
      redelivered:
        this.settings.maxDeliver === 1 || mutations.redeliveredInfoZero ? 0 : memory.redelivered.size,
      waiting: this.#queue.rawCount(),
      ...leader,
    };
  }

  /** What a pull's limit in bytes counts: subject, reply subject, headers and payload. */
  deliveredBytes(message: StoredMessage): number {
    const { name, stream } = this.asset;
    const memory = this.#memory;
    const hasHeaders = message.headers !== undefined || message.messageId !== '';
    const counters = [
      memory.countOf(message.sequence),
      message.sequence,
      memory.nextConsumer,
      Math.max(0, this.#pending.value(this.stream) - 1),
    ];
    let replyBytes = '$JS.ACK.......'.length + stream.name.length + name.length + timestampDigits;
    for (const counter of counters) replyBytes += String(counter).length;
    const overhead = hasHeaders ? 34 : 30;
    const bytes = message.bytes - (stream.settings.storage === 'memory' ? 16 : overhead) + replyBytes;
    if (!this.settings.headersOnly) return bytes;
    const sizeHeader =
      `Nats-Msg-Size: ${message.payload.length}\r\n`.length + (hasHeaders ? 0 : 'NATS/1.0\r\n\r\n'.length);
    return bytes - message.payload.length + sizeHeader;
  }

  /** Delivers what may be delivered; then the waiting pulls are looked at. */
  dispatch(): void {
    if (!this.ready || this.deaf || this.#dispatching || this.#queue.isEmpty) return;
    this.#dispatching = true;
    const memory = this.#memory;
    const { stream } = this;
    let stalled = false;
    for (;;) {
      if (!this.#dropExhausted(stream)) {
        stalled = true;
        break;
      }
      const again = memory.nextAgain();
      if (again === undefined && memory.isFull(this.settings)) {
        stalled = true;
        break;
      }
      const message = again === undefined ? memory.nextNew(stream) : stream.messages.get(again);
      if (message === 'gone') break;
      if (message === undefined) {
        this.#passOver(stream);
        break;
      }
      const waiter = this.#queue.next(message);
      if (waiter === undefined) {
        if (!this.#queue.isEmpty) break;
        if (again === undefined) memory.stayAt(message.sequence);
        else {
          memory.turnBack(again, !this.asset.profile.multiFilter);
          this.#rearm();
        }
        break;
      }
      this.#deliver(message, again !== undefined, waiter, stream);
      if (this.#queue.isEmpty) break;
    }
    this.#dispatching = false;
    this.#queue.review(!stalled);
  }

  /** Somebody waits and nothing matches: the cursor goes to the end of the stream, for all replicas (`getNextMsg`). */
  #passOver(stream: StreamMachine): void {
    const memory = this.#memory;
    const jumps = memory.passOver(stream.lastSequence);
    this.#pending.atEnd(stream);
    if (!jumps || this.asset.isAlone) return;
    this.replica.propose({ kind: 'skipped', sequence: memory.nextStream });
  }

  /** The replica of the stream here has changed: something was stored or removed. */
  streamChanged(operation: Operation, result: number): void {
    if (!this.ready) return;
    const { stream } = this;
    const isChanged = stream.messages.removals !== this.#removalsSeen;
    // Nothing was stored, and nobody is woken.
    if (result <= 0 && operation.kind !== 'purge' && !isChanged) return;
    if (operation.kind === 'purge') {
      if (result >= 0) this.#purged(operation);
    } else if (operation.kind === 'store' && result > 0) {
      const { rollup, subject } = operation;
      if (rollup !== '') {
        const { stream: owner } = this.asset;
        const rolled = rollup === 'sub' ? owner.subjects.name(subject) : '';
        this.#purged({ subject: rolled, belowSequence: 0, keep: 1 });
      }
      if (this.asset.heard?.matches(subject) === true) this.#pending.told(result);
    }
    if (isChanged) this.forgetRemoved();
    this.dispatch();
  }

  /** Limits may have removed something. */
  trimmed(): void {
    if (!this.ready || this.stream.messages.removals === this.#removalsSeen) return;
    this.forgetRemoved();
    this.dispatch();
  }

  /** Settings were changed by the meta group. */
  updated(previous: EffectiveConsumerSettings): void {
    const { mutations, profile } = this.asset.stream;
    if (
      mutations.filterUpdateRewinds &&
      previous.filterSubjects.join() !== this.settings.filterSubjects.join()
    ) {
      this.#memory.nextStream = 1;
    }
    if (mutations.filterUpdateDropsPending) {
      for (const sequence of this.#memory.pending.keys()) {
        const message = this.stream.messages.get(sequence);
        if (message !== undefined && !this.asset.filter.matches(message.subject)) {
          this.#memory.pending.delete(sequence);
        }
      }
    }
    // Servers of 2.9 go on counting as before.
    if (previous.filterSubjects.join() !== this.settings.filterSubjects.join() && profile.multiFilter)
      this.#pending.recount(this.stream);
    this.#rearm();
    this.#idle.touch();
    this.dispatch();
  }

  /** The consumer is gone: waiting clients are told (409 Consumer Deleted, jetstream G60). */
  removed(): void {
    if (!this.asset.stream.mutations.deletionUnannounced) this.#queue.announceDeletion();
    for (const consumption of this.#queue.consumptions()) {
      this.server.push(consumption.client, 80, NatsConsumption.arriveMissing, consumption, undefined);
    }
    this.#queue.clear();
  }

  /** Its server ends in order. Waiting clients are told, but for consumers that were given replicas (`signalPullConsumers`). */
  serverEnds(): void {
    if (this.settings.replicas <= 1) this.#queue.announceShutdown();
  }

  stop(): void {
    this.#stopped = true;
    if (this.ready) this.server.unsubscribe(this.replica.group.name, 'leaders');
    this.ready = false;
    this.#disarm();
    this.#idle.stop();
    this.#releases.stop();
    this.#queue.stop(this.nowUs);
  }

  /** Up to here everything is done with, as its leader knows. */
  get floorStream(): number {
    return this.#memory.floorStream;
  }

  /** It leads, and has still to deliver the message or to hear of it. */
  needs(sequence: number): boolean {
    return this.#memory.needs(sequence, this.settings);
  }

  /** This replica of the stream is the one it reads, and it leads. */
  reads(stream: StreamMachine): boolean {
    return this.ready && this.#stream.machine === stream;
  }

  /** The stream's replica here tells that a message of the filter is gone. */
  messageRemoved(sequence: number): void {
    this.#pending.removed(sequence);
  }

  /** It is gone, and this consumer does not hear of it. */
  messageLost(sequence: number): void {
    const held = this.#memory.pending.get(sequence);
    if (held !== undefined) held.isLost = true;
  }

  /** A purge has removed many, or one under a name that this consumer does not hear: nobody tells which. */
  messagesPurged(stream: StreamMachine, areMany: boolean): void {
    if (areMany) this.#pending.removedMany(stream);
    for (const [sequence, held] of this.#memory.pending) {
      if (stream.messages.get(sequence) === undefined) held.isLost = true;
    }
  }

  /** Messages that were pending and are gone from the stream count as terminated (jetstream D37). */
  forgetRemoved(): void {
    const { stream } = this;
    this.#removalsSeen = stream.messages.removals;
    const { heard, profile } = this.asset;
    for (const [sequence, held] of this.#memory.pending) {
      if (held.isLost || stream.messages.get(sequence) !== undefined || sequence > stream.lastSequence)
        continue;
      const isTold = !profile.multiFilter || held.subject < 0 || heard?.matches(held.subject) === true;
      if (isTold) this.#settle(sequence, held.consumerSequence, undefined);
      else held.isLost = true;
    }
  }

  /** Other pulls of a filled one, for `num_pending` in answers and for requests that do not wait. */
  available(): number {
    return this.#pending.value(this.stream) + this.#memory.again.length;
  }

  #consume(consumption: NatsConsumption): void {
    this.#queue.withdraw(consumption);
    const { session } = consumption.client;
    if (session === undefined) return;
    const interest = new Interest(consumption, session, 1 - this.replica.group.random.float());
    this.#queue.add(interest);
    consumption.registered(interest, this.server);
    this.#idle.touch();
    this.dispatch();
  }

  #pull(inbox: PullInbox, request: PullRequest): void {
    this.#idle.touch();
    const pull = new RawPull(inbox, request);
    if (!this.#queue.admit(pull)) return;
    if (this.replica.group.size > 1) this.replica.propose({ kind: 'pull-added', pull });
    this.dispatch();
  }

  /** A pull has ended: followers need not know of it any more. */
  pullEnded(pull: RawPull): void {
    if (this.replica.group.size > 1 && this.replica.role === 'leader') {
      this.replica.propose({ kind: 'pull-removed', pull });
    }
  }

  /** A delivery to this pull has not got its quorum yet. */
  isUnderWay(waiter: Waiter): boolean {
    if (this.#underWay === undefined) return false;
    for (const other of this.#underWay.values()) if (other === waiter) return true;
    return false;
  }

  #deliver(message: StoredMessage, again: boolean, waiter: Waiter, stream: StreamMachine): void {
    const memory = this.#memory;
    const { settings, asset, replica } = this;
    const { sequence } = message;
    const { deliveryCount, consumerSequence } = memory.delivering(message, again, this.nowUs);
    if (!again) this.#pending.delivering();
    const profile = this.server.cluster.profile;
    const waits = profile.deliverAfterQuorum && settings.ack !== 'none' && replica.group.size > 1;
    const pending = waiter.counts ? this.#pending.value(stream) : -1;
    if (waits) {
      this.#underWay ??= new Map();
      this.#underWay.set(sequence, waiter);
    } else {
      this.#send(message, deliveryCount, consumerSequence, pending, waiter);
    }
    replica.propose({
      kind: 'delivered',
      consumerSequence,
      sequence,
      deliveryCount,
      deliveredUs: message.storedUs,
      outgoing: waits ? { waiter, pending } : undefined,
    });
    if (settings.ack === 'none') {
      // The queue of a lone consumer is made with its stream; one that keeps by interest since later has none.
      const isQueued = !asset.isAlone || asset.stream.keptByInterest;
      if (asset.stream.settings.retention !== 'limits' && isQueued) {
        replica.propose({ kind: 'acked', consumerSequence, sequence, call: undefined });
      }
    } else {
      this.#armAt(this.nowUs + this.#memory.waitUs(sequence, settings) + ackWaitSlackUs);
    }
    if (waiter instanceof RawPull) this.#queue.delivered(waiter);
    this.#idle.touch();
  }

  /** The delivery is replicated: now it goes out (jetstream F55). */
  #delivered(operation: DeliveredOperation): void {
    const { outgoing, sequence, deliveryCount, consumerSequence } = operation;
    operation.outgoing = undefined;
    if (outgoing === undefined) return;
    const { waiter, pending } = outgoing;
    if (this.#underWay?.get(sequence) === waiter) this.#underWay.delete(sequence);
    const message = this.stream.messages.get(sequence);
    // An ack can overtake the redelivery of what it names.
    if (message !== undefined && this.#memory.pending.has(sequence)) {
      this.#send(message, deliveryCount, consumerSequence, pending, waiter);
    }
    if (waiter instanceof RawPull && waiter.timedOut && !this.isUnderWay(waiter)) this.#queue.timeOut(waiter);
  }

  #send(
    message: StoredMessage,
    deliveryCount: number,
    consumerSequence: number,
    pending: number,
    waiter: Waiter,
  ): void {
    const { settings, server, asset } = this;
    waiter.deliver(server, {
      message: settings.headersOnly ? withoutPayload(message) : message,
      deliveryCount: asset.stream.mutations.redeliveryNotCounted ? 1 : deliveryCount,
      consumerSequence,
      pending,
    });
  }

  #acknowledge(request: AckRequest): void {
    const { sequence, consumerSequence, verb, more } = request;
    const { ackReplyAfterQuorum, defects } = this.server.cluster.profile;
    const { mutations } = this.asset.stream;
    const memory = this.#memory;
    let { call } = request;
    const { missingAnswers } = this.server.cluster.profile;
    const wantsNone = this.settings.ack === 'none';
    let wakes = true;
    // Nobody listens to the acks of a consumer that wants none; servers of 2.9 answer them all the same.
    if (wantsNone && missingAnswers) return;
    switch (wantsNone && verb !== 'nak' ? 'unknown' : verb) {
      case 'ack':
      case 'term':
        // Of what was never delivered (jetstream F53); servers of 2.9 do not ask.
        if (sequence >= memory.nextStream && missingAnswers) {
          if (defects.has('ack-jumps-cursor')) memory.nextStream = sequence + 1;
          return;
        }
        if (verb === 'term') this.server.cluster.advise('terminated', this.asset, sequence);
        if (verb === 'term' && mutations.termRedelivers) {
          memory.queueAgain(sequence);
          break;
        }
        if (verb === 'term' && mutations.ackFloorMovesOnTerm) this.machine.record.floorStream = sequence;
        // Only what was pending makes room for something else.
        wakes = this.settings.ack === 'all' || memory.pending.has(sequence);
        if (
          !this.#settle(
            sequence,
            consumerSequence,
            ackReplyAfterQuorum && more === undefined ? call : undefined,
          )
        )
          wakes = false;
        if (ackReplyAfterQuorum) call = undefined;
        break;
      case 'nak':
        if (!mutations.nakIgnored) this.#giveBack(request);
        wakes = request.delayUs === 0;
        break;
      case 'progress':
        if (!mutations.progressIgnored) this.#restart(sequence);
        wakes = false;
        break;
      case 'unknown':
        wakes = false;
        break;
    }
    if (more !== undefined) {
      if (!mutations.ackNextAsksForNothing) this.#pull(more.inbox, more.request);
    } else if (call !== undefined) {
      this.server.answer(call, true);
    }
    if (wakes) this.dispatch();
  }

  /**
   * Acknowledged, terminated, or gone: it leaves the pending set, here at once and by proposal for all.
   * False: all up to it had been acknowledged before.
   */
  #settle(sequence: number, consumerSequence: number, call: AckRequest['call']): boolean {
    const memory = this.#memory;
    const { mutations } = this.asset.stream;
    const first =
      this.settings.ack === 'all' && !mutations.ackAllAcksOne
        ? memory.settleUpTo(sequence, consumerSequence)
        : memory.settle(sequence, consumerSequence);
    if (mutations.ackFloorJumps) {
      this.machine.record.floorStream = Math.max(this.machine.record.floorStream, sequence);
    }
    if (first === undefined) {
      if (call !== undefined) this.server.answer(call, true);
      return false;
    }
    this.replica.propose({ kind: 'acked', consumerSequence: first, sequence, call });
    if (memory.pending.size === 0) this.#disarm();
    return true;
  }

  #giveBack({ sequence, consumerSequence, deliveryCount, delayUs }: AckRequest): void {
    const memory = this.#memory;
    if (consumerSequence <= memory.floorConsumer || consumerSequence > memory.nextConsumer) return;
    const pending = memory.pending.get(sequence);
    if (pending === undefined) {
      const isAnything = !this.asset.profile.multiFilter && memory.pending.size === 0 && delayUs === 0;
      if (isAnything) memory.queueAnything(sequence);
      return;
    }
    this.server.cluster.advise('nak', this.asset, sequence);
    if (delayUs > 0 && !this.asset.stream.mutations.nakDelayIgnored) {
      memory.forgetAgain(sequence);
      pending.deliveredUs = this.nowUs - this.settings.ackWaitMs * 1000 + delayUs;
      this.#redate(sequence, pending.consumerSequence, deliveryCount, pending.deliveredUs);
      return;
    }
    memory.queueAgain(sequence);
  }

  #restart(sequence: number): void {
    const pending = this.#memory.pending.get(sequence);
    if (pending === undefined) return;
    pending.deliveredUs = this.nowUs;
    this.#redate(sequence, pending.consumerSequence, 1, this.nowUs);
  }

  /** The ack wait counts from another moment, for all replicas. */
  #redate(sequence: number, consumerSequence: number, deliveryCount: number, fromUs: number): void {
    this.replica.propose({
      kind: 'delivered',
      consumerSequence,
      sequence,
      deliveryCount,
      deliveredUs: this.server.wallUs() - (this.nowUs - fromUs),
      outgoing: undefined,
    });
    this.#rearm();
  }

  /** After a change of leader the replicated state is looked through. */
  #takeOver(): void {
    const memory = this.#memory;
    this.#releases.takeOver(memory.nextStream);
    if (memory.pending.size === 0 || this.server.cluster.profile.defects.has('ack-queue-leak')) return;
    // The pending acks are looked at for the first time (jetstream F56).
    const [low, high] = firstPendingCheckUs;
    const waitUs = Math.min(
      this.settings.ackWaitMs * 1000 + ackWaitSlackUs,
      low + (high - low) * this.replica.group.draw(this.replica.member, this.nowUs),
    );
    this.#armAt(this.nowUs + waitUs);
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

  /** `stream.purge`: the cursor of a consumer of purged subjects alone goes to what they have left. */
  #purged({
    subject,
    belowSequence,
    keep,
  }: Pick<PurgeOperation, 'subject' | 'belowSequence' | 'keep'>): void {
    const { stream, asset } = this;
    const { subjects, wildcards } = asset.filter;
    if (!asset.profile.multiFilter) {
      const isPlain = subject === '' && belowSequence === 0 && keep === 0;
      const isOwn = subjects.length === 0 || subjects.includes(subject);
      if (isPlain || isOwn || wildcards.some((own) => filterCovers(own, subject))) this.#purgedAsOld(subject);
      return;
    }
    // One of several filters is taken for all of them: messages of the others are passed over (fault C10).
    const isWithin = subject === '' || subjects.some((own) => filterCovers(subject, own));
    const isWider =
      !isWithin && (subjects.length === 0 || subjects.some((own) => filterCovers(own, subject)));
    if (!isWithin && !isWider) return;
    const purged = new SubjectFilter(subject === '' ? [] : [subject], asset.stream.subjects);
    const first = isWithin ? (stream.nextFor(purged, 1)?.sequence ?? stream.lastSequence + 1) : stream.first;
    const isGone = (sequence: number): boolean => isWider && stream.messages.get(sequence) === undefined;
    for (const [sequence, { consumerSequence }] of this.#memory.purged(first, isGone)) {
      // A lone consumer notes it down, and does not tell its stream.
      if (asset.isAlone) this.machine.record.acked(this.settings, consumerSequence, sequence, false);
      else this.replica.propose({ kind: 'acked', consumerSequence, sequence, call: undefined });
    }
    this.machine.record.overwrite(this.#memory);
  }

  #purgedAsOld(subject: string): void {
    const { stream, asset } = this;
    const left =
      subject === '' ? stream.first : stream.nextFor(new SubjectFilter([subject], asset.stream.subjects), 1);
    const first = typeof left === 'number' ? left : (left?.sequence ?? stream.lastSequence + 1);
    this.#memory.purgedAll(first);
    this.machine.record.overwrite(this.#memory);
    this.machine.record.pending.clear();
  }

  /**
   * The front of the redelivery queue: what has come to its last delivery, or is gone, leaves (jetstream F50).
   * False: a server of 2.9 has found one that is gone, and looks no further until something else happens.
   */
  #dropExhausted(stream: StreamMachine): boolean {
    const memory = this.#memory;
    for (;;) {
      const sequence = memory.nextAgain();
      if (sequence === undefined) return true;
      const pending = memory.pending.get(sequence);
      const isGone = stream.messages.get(sequence) === undefined;
      const { multiFilter } = this.asset.profile;
      if (isGone && !multiFilter && !memory.isExhausted(sequence, this.settings)) {
        memory.countGone(sequence);
        return false;
      }
      if (pending === undefined && multiFilter) {
        memory.forgetAgain(sequence);
      } else if (isGone && pending !== undefined) {
        memory.forgetAgain(sequence);
        this.#settle(sequence, pending.consumerSequence, undefined);
      } else if (memory.isExhausted(sequence, this.settings)) {
        memory.forgetAgain(sequence);
        this.#exhaust(sequence);
        if (!multiFilter) memory.countGone(sequence);
      } else {
        return true;
      }
    }
  }

  #exhaust(sequence: number): void {
    const memory = this.#memory;
    const count = memory.countOf(sequence);
    const pending = memory.pending.get(sequence);
    if (pending === undefined) return;
    if (count === this.settings.maxDeliver)
      this.server.cluster.advise('max-deliveries', this.asset, sequence);
    const { replicatesExhaustion } = this.server.cluster.profile;
    memory.exhaust(sequence, count, replicatesExhaustion);
    if (!replicatesExhaustion) return;
    this.replica.propose({
      kind: 'delivered',
      consumerSequence: pending.consumerSequence,
      sequence,
      deliveryCount: count + 1,
      deliveredUs: this.server.wallUs() - (this.nowUs - pending.deliveredUs),
      outgoing: undefined,
    });
  }

  #rearm(): void {
    const dueUs = this.#memory.nextDueUs(this.settings);
    if (dueUs !== Infinity) this.#armAt(dueUs + ackWaitSlackUs);
  }

  #armAt(atUs: number): void {
    // Whole microseconds, or the sweep would come before the moment it waits for.
    const timeUs = Math.ceil(Math.max(atUs, this.nowUs));
    if (timeUs >= this.#timerUs) return;
    this.#disarm();
    this.#timerUs = timeUs;
    this.#timer = this.replica.group.kernel.at(timeUs, ConsumerService.#due, this, undefined);
  }

  #disarm(): void {
    if (this.#timer !== undefined) this.replica.group.kernel.cancel(this.#timer);
    this.#timer = undefined;
    this.#timerUs = Infinity;
  }

  static #due(service: ConsumerService): void {
    service.#timer = undefined;
    service.#timerUs = Infinity;
    service.server.run(ConsumerService.#sweep, service, undefined);
  }

  /** All pending deliveries are looked at, in the order of the stream (jetstream F48, F49). */
  static #sweep(service: ConsumerService): void {
    if (!service.ready) return;
    service.forgetRemoved();
    const memory = service.#memory;
    if (memory.forgetLost(service.stream.first)) service.machine.record.overwrite(memory);
    for (const sequence of memory.expired(service.nowUs, service.settings)) {
      if (memory.isExhausted(sequence, service.settings)) service.#exhaust(sequence);
      else memory.expire(sequence, service.nowUs);
    }
    service.#rearm();
    service.dispatch();
  }

  /** While somebody waits it is busy for ever, with pending deliveries until the last of them is due. */
  busyUntilUs(): number {
    if (this.#queue.hasInterest()) return Infinity;
    return this.#memory.pending.size === 0 ? 0 : this.#memory.latestDueUs(this.settings);
  }
}

function withoutPayload(message: StoredMessage): StoredMessage {
  return {
    ...message,
    payload: nothing,
    headers: { ...message.headers, 'Nats-Msg-Size': String(message.payload.length) },
  };
}

const nothing = new Uint8Array(0);
/** Of a time in nanoseconds since the epoch. */
const timestampDigits = 19;
