import type { PublishAck, StreamConfig } from '../../system/ports/jetstream.ts';
import type { RandomStream } from '../kernel/index.ts';
import { ConsumerLeader } from './consumer-leader.ts';
import { NatsConsumption } from './consumption.ts';
import type { GroupService } from './group-service.ts';
import type { NatsServer } from './nats-server.ts';
import type { Operation, StoreOperation } from './operations.ts';
import type { NatsProfile } from './profile.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { AckRequest, ConsumerChange, PublishRequest, Routed } from './requests.ts';
import { streamMachineOf, type StreamMachine } from './stream-machine.ts';
import { filtersOverlap, isWildcard } from './subjects.ts';

interface StagedSubject {
  count: number;
  lastSequence: number;
}

/** The leader of a stream or bucket, as clients see it. */
export class StreamService implements GroupService {
  readonly replica: RaftReplica;
  readonly server: NatsServer;
  readonly profile: NatsProfile;
  readonly random: RandomStream;
  ready = false;
  #stopped = false;
  readonly #consumers = new Map<string, ConsumerLeader>();
  /** Proposed and not yet committed. */
  readonly #stagedSubjects = new Map<number, StagedSubject>();
  readonly #stagedIds = new Set<string>();
  #staged = 0;

  constructor(replica: RaftReplica) {
    this.replica = replica;
    this.server = replica.server;
    this.profile = replica.group.profile;
    this.random = replica.group.random;
  }

  get machine(): StreamMachine {
    return streamMachineOf(this.replica.machine);
  }

  get nowUs(): number {
    return this.replica.group.kernel.nowUs;
  }

  becomeReady(): void {
    if (this.ready || this.#stopped) return;
    this.ready = true;
    this.server.subscribe(this.replica.group.name, 'leaders');
    this.server.cluster.streamReady(this.server, this.replica.group.name);
    for (const [durable, state] of this.machine.consumers) {
      if (state.pending.size > 0) this.#consumer(durable).takeOver();
    }
  }

  handle({ request }: Routed): void {
    switch (request.kind) {
      case 'publish':
        this.#publish(request);
        return;
      case 'ack':
        this.#acknowledge(request);
        return;
      case 'pull':
        if (this.machine.consumers.has(request.durable)) {
          this.#consumer(request.durable).register(request.consumption);
        } else {
          const { consumption } = request;
          this.server.push(consumption.client, 80, NatsConsumption.arriveMissing, consumption, undefined);
        }
        return;
      case 'pull-withdrawn':
        this.#consumers.get(request.durable)?.withdraw(request.consumption);
        this.server.answer(request.call, true);
        return;
      case 'stream-info': {
        const { machine } = this;
        machine.expire(this.server.wallUs());
        this.server.answer(request.call, {
          name: machine.shape.name,
          messages: machine.messages.size,
          firstSequence: machine.messages.first?.sequence ?? machine.lastSequence + 1,
          lastSequence: machine.lastSequence,
          config: configOf(machine),
        });
        return;
      }
      case 'purge':
        this.replica.propose({ kind: 'purge', call: request.call });
        return;
      case 'consumer-info': {
        const state = this.machine.consumers.get(request.durable);
        if (state === undefined) {
          this.server.refuse(request.call, 'not-found');
          return;
        }
        this.machine.expire(this.server.wallUs());
        this.server.answer(request.call, {
          durable: request.durable,
          pending: this.machine.undelivered(state),
          ackPending: state.pending.size,
          redelivered: state.redelivered,
        });
        return;
      }
      case 'consumer-names':
        this.server.answer(request.call, [...this.machine.consumers.keys()]);
        return;
      case 'consumer-change':
        this.#change(request.change);
        return;
      case 'ensure-stream':
      case 'assign-consumer':
      case 'read':
      case 'read-all':
      case 'watch':
      case 'watch-stopped':
        return;
    }
  }

  committed(operation: Operation, sequence: number): void {
    switch (operation.kind) {
      case 'store':
        this.#stored(operation, sequence);
        return;
      case 'delivered':
        this.#consumers.get(operation.durable)?.delivered(operation);
        return;
      case 'ack': {
        const { call } = operation;
        operation.call = undefined;
        if (call !== undefined) this.server.answer(call, true);
        this.#consumers.get(operation.durable)?.settled(operation.sequence, false);
        return;
      }
      case 'redate':
      case 'exhausted':
        this.#consumers.get(operation.durable)?.settled(operation.sequence, operation.kind === 'exhausted');
        return;
      case 'purge':
      case 'consumer': {
        const { call } = operation;
        operation.call = undefined;
        if (call !== undefined) this.server.answer(call, true);
        if (operation.kind === 'consumer') this.#consumers.get(operation.config.durable)?.dispatch();
        return;
      }
      case 'consumer-removed': {
        const { call } = operation;
        operation.call = undefined;
        if (call !== undefined) this.server.answer(call, true);
        this.#consumers.get(operation.durable)?.removed();
        this.#consumers.delete(operation.durable);
        return;
      }
      case 'leadership':
      case 'stream':
      case 'assignment':
        return;
    }
  }

  /** Clients may be heard again: what waited for them goes out. */
  dispatchAll(): void {
    for (const consumer of this.#consumers.values()) consumer.dispatch();
  }

  stop(): void {
    this.#stopped = true;
    if (this.ready) this.server.unsubscribe(this.replica.group.name, 'leaders');
    this.ready = false;
    for (const consumer of this.#consumers.values()) consumer.stop();
  }

  /** The checks in the order of jetstream D27. */
  #publish(request: PublishRequest): void {
    const { machine, profile } = this;
    const wallUs = this.server.wallUs();
    machine.expire(wallUs);
    const { messageId, subject, expectedSequence, call } = request;
    if (messageId !== '') {
      const sequence = machine.duplicateOf(messageId, wallUs);
      if (sequence !== undefined) {
        this.server.answer(call, { stream: machine.shape.name, sequence, duplicate: true });
        return;
      }
      if (profile.inFlightDuplicate === 'refused' && this.#stagedIds.has(messageId)) {
        this.server.refuse(call, 'conflict');
        return;
      }
    }
    const staged = this.#stagedSubjects.get(subject);
    if (expectedSequence >= 0) {
      const last = staged?.lastSequence ?? machine.messages.lastOf(subject)?.sequence ?? 0;
      if ((staged !== undefined && profile.inFlightCas === 'refused') || last !== expectedSequence) {
        this.server.refuse(call, 'wrong-revision');
        return;
      }
    }
    if (this.#full(subject)) {
      this.server.refuse(call, 'stream-full');
      return;
    }
    this.#staged++;
    const lastSequence = machine.lastSequence + this.#staged;
    if (staged === undefined) this.#stagedSubjects.set(subject, { count: 1, lastSequence });
    else {
      staged.count++;
      staged.lastSequence = lastSequence;
    }
    if (messageId !== '') this.#stagedIds.add(messageId);
    const { payload, deletes } = request;
    this.replica.propose({ kind: 'store', subject, payload, messageId, storedUs: wallUs, deletes, call });
  }

  /** Discard new, what is in flight counted (jetstream D35); a bucket's entry that replaces its own key always fits. */
  #full(subject: number): boolean {
    const { shape, messages } = this.machine;
    if (shape.discard !== 'new' || shape.maxMessages <= 0) return false;
    if (shape.lastPerSubject && messages.lastOf(subject) !== undefined) return false;
    return messages.size + this.#staged >= shape.maxMessages;
  }

  #stored(operation: StoreOperation, sequence: number): void {
    this.#unstage(operation);
    const { call } = operation;
    operation.call = undefined;
    if (call !== undefined && (this.ready || this.profile.newLeaderAnswersOldInbox)) {
      const ack: PublishAck = {
        stream: this.machine.shape.name,
        sequence: Math.abs(sequence),
        duplicate: sequence < 0,
      };
      this.server.answer(call, ack);
    }
    if (this.#consumers.size === 0) return;
    for (const state of this.machine.consumersOf(operation.subject)) {
      this.#consumers.get(state.config.durable)?.dispatch();
    }
  }

  /** Entries of an earlier leader were never staged here. */
  #unstage(operation: StoreOperation): void {
    const staged = this.#stagedSubjects.get(operation.subject);
    if (staged === undefined) return;
    this.#staged--;
    if (--staged.count === 0) this.#stagedSubjects.delete(operation.subject);
    if (operation.messageId !== '') this.#stagedIds.delete(operation.messageId);
  }

  /** Acks of what is not pending, or was never delivered, change nothing (jetstream F52, F53). */
  #acknowledge(request: AckRequest): void {
    const { durable, sequence, verb, call } = request;
    const state = this.machine.consumers.get(durable);
    if (state === undefined) return;
    const delivering = this.#consumers.get(durable)?.delivering(sequence) === true;
    if (!state.pending.has(sequence) && !delivering) {
      if (call !== undefined && sequence < state.cursor) this.server.answer(call, true);
      return;
    }
    switch (verb) {
      case 'ack':
      case 'term': {
        const late = this.profile.ackReplyAfterQuorum ? call : undefined;
        if (call !== undefined && late === undefined) this.server.answer(call, true);
        this.replica.propose({ kind: 'ack', durable, sequence, call: late });
        return;
      }
      case 'nak':
        if (request.delayUs <= 0) this.#consumer(durable).redeliver(sequence);
        else {
          const deliveredUs = this.nowUs + request.delayUs - state.config.ackWaitMs * 1000;
          this.replica.propose({ kind: 'redate', durable, sequence, deliveredUs });
        }
        return;
      case 'progress':
        this.replica.propose({ kind: 'redate', durable, sequence, deliveredUs: this.nowUs });
        return;
    }
  }

  #change({ durable, config, call }: ConsumerChange): void {
    const { machine } = this;
    if (config === undefined) {
      if (machine.consumers.has(durable)) {
        this.replica.propose({ kind: 'consumer-removed', durable, call });
      } else {
        this.server.refuse(call, 'not-found');
      }
      return;
    }
    const { filterSubjects } = config;
    if (filterSubjects.length === 0 || (filterSubjects.length > 1 && !this.profile.multiFilter)) {
      this.server.refuse(call, 'invalid');
      return;
    }
    if (this.#overlaps(durable, filterSubjects)) {
      this.server.refuse(call, 'conflict');
      return;
    }
    this.replica.propose({ kind: 'consumer', config, call });
  }

  /** Consumers of a work queue share no subject (jetstream D36, error 10100); filters of one never overlap (10138). */
  #overlaps(durable: string, filters: readonly string[]): boolean {
    const own = filters.some((filter, index) =>
      filters.some((other, at) => at > index && filtersOverlap(filter, other)),
    );
    if (own) return true;
    if (this.machine.shape.retention !== 'workqueue') return false;
    return filters.some((filter) =>
      isWildcard(filter)
        ? this.#takenByOthers(durable, filter)
        : this.machine
            .consumersOf(this.machine.subjects.number(filter))
            .some(({ config }) => config.durable !== durable),
    );
  }

  #takenByOthers(durable: string, filter: string): boolean {
    for (const [name, { config }] of this.machine.consumers) {
      if (name === durable) continue;
      if (config.filterSubjects.some((taken) => filtersOverlap(filter, taken))) return true;
    }
    return false;
  }

  #consumer(durable: string): ConsumerLeader {
    let consumer = this.#consumers.get(durable);
    if (consumer === undefined) {
      consumer = new ConsumerLeader(this, durable);
      this.#consumers.set(durable, consumer);
    }
    return consumer;
  }
}

function configOf(machine: StreamMachine): StreamConfig {
  const { name, subjects, retention, storage, replicas, maxAgeMs, maxMessages, discard, duplicateWindowMs } =
    machine.shape;
  return {
    name,
    subjects,
    retention,
    storage,
    replicas,
    maxAgeMs,
    maxMessages,
    discard,
    duplicateWindowMs,
  };
}
