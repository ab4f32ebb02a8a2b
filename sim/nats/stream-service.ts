import type { PublishAck } from '../../system/ports/jetstream.ts';
import type { StreamState } from '../../system/ports/jetstream-management.ts';
import type { EventHandle, RandomStream } from '../kernel/index.ts';
import { apiErrors, deleteFailed, sequenceNotFound, wrongLastSequence, type Refusal } from './api-errors.ts';
import type { GroupService } from './group-service.ts';
import { headerBytes, headerNames, parseTtl, storedBytes } from './message-headers.ts';
import type { NatsServer } from './nats-server.ts';
import { unreadableTtlUs, type Operation, type StoreOperation } from './operations.ts';
import type { NatsProfile } from './profile.ts';
import type { RaftGroup } from './raft-group.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { PublishRequest, Routed, StreamRequest } from './requests.ts';
import type { StreamAsset } from './stream-asset.ts';
import { duplicateOfNothing, fullRefusal, lastSequenceRefusal, rollupRefusal } from './stream-judgement.ts';
import { answerMessage } from './stored-message-reads.ts';
import { streamMachineOf, type StreamMachine } from './stream-machine.ts';
import { markerRetryUs } from './timing.ts';

interface StagedSubject {
  count: number;
  lastSequence: number;
}

const nothing = new Uint8Array(0);
/** Uncommitted messages above which more are refused (jetstream D39). */
const stagedLimit = { '2.12': 100_000, '2.9.10': Infinity } as const;

/** The leader of a stream or bucket, as clients see it. */
export class StreamService implements GroupService {
  readonly asset: StreamAsset;
  readonly replica: RaftReplica;
  readonly server: NatsServer;
  readonly profile: NatsProfile;
  readonly random: RandomStream;
  ready = false;
  #stopped = false;
  /** Proposed and not yet committed; subjects stay, with a count of 0. */
  readonly #stagedSubjects = new Map<number, StagedSubject>();
  readonly #stagedIds = new Set<string>();
  /** Of messages refused when they were applied, and when they came: they stay under way for the duplicate window. */
  readonly #stuckIds = new Map<string, number>();
  #staged = 0;
  #stagedBytes = 0;
  /** Of the next message, where all replicas judge. */
  #nextPlace = 0;
  #markerTimer: EventHandle | undefined;

  constructor(asset: StreamAsset, replica: RaftReplica) {
    this.asset = asset;
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
    this.asset.servesDirect = this.asset.settings.allowDirect;
    this.server.subscribe(this.replica.group.number, 'leaders');
    this.server.cluster.assets.streamReady(this.asset, this);
    this.#armMarkers();
  }

  handle({ request }: Routed): void {
    switch (request.kind) {
      case 'publish':
        this.#publish(request);
        return;
      case 'stream-info':
        this.server.answer(request.call, this.state());
        return;
      case 'purge':
        this.#purge(request);
        return;
      case 'message':
        this.machine.expire(this.server.wallUs());
        answerMessage(this.server, this.machine, request, apiErrors.noMessage);
        return;
      case 'delete-message':
        this.#delete(request);
        return;
      case 'remove-acked':
        if (this.#isHeld(request.sequence)) {
          this.replica.propose({
            kind: 'delete',
            sequence: request.sequence,
            isRelease: true,
            call: undefined,
          });
        }
        return;
      case 'stream-step-down':
        this.server.answer(request.call, true);
        this.replica.group.leaveCalm();
        this.replica.transferLeadership();
        return;
      case 'consume':
      case 'consume-withdrawn':
      case 'pull':
      case 'ack':
      case 'consumer-info':
      case 'consumer-state':
      case 'consumer-step-down':
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

  committed(operation: Operation, result: number): void {
    switch (operation.kind) {
      case 'store':
        this.#stored(operation, result);
        return;
      case 'purge': {
        const { call } = operation;
        operation.call = undefined;
        if (call === undefined) return;
        if (result < 0) this.server.refuse(call, apiErrors.purgeFailed);
        else this.server.answer(call, result);
        return;
      }
      case 'delete': {
        const { call } = operation;
        operation.call = undefined;
        if (call === undefined) return;
        if (result === 1) this.server.answer(call, true);
        else this.server.refuse(call, this.#missing(operation.sequence));
        return;
      }
      case 'delivered':
      case 'acked':
      case 'skipped':
      case 'pull-added':
      case 'pull-removed':
      case 'assign':
      case 'leadership':
        return;
    }
  }

  /** With the consumers that its own server runs, as creation and update tell it. */
  ownState(): StreamState {
    return { ...this.state(), consumers: this.asset.consumers.size };
  }

  state(): StreamState {
    const { machine, replica } = this;
    machine.expire(this.server.wallUs());
    const { messages, lastSequence } = machine;
    const replicated = replica.group.size > 1;
    return {
      settings: this.asset.settings,
      messages: messages.size,
      bytes: messages.bytes,
      firstSequence: lastSequence === 0 && !machine.begun ? 0 : machine.first,
      lastSequence,
      deletedMessages: messages.size === 0 ? 0 : lastSequence - machine.first + 1 - messages.size,
      subjects: machine.subjectCount,
      consumers: this.asset.assignedConsumers + watchConsumers(replica.group),
      followers: replicated
        ? replica.group.replicas
            .filter((other) => other !== replica)
            .map(({ server }) => server.name)
            .sort((a, b) => (a < b ? -1 : 1))
        : [],
      leader: this.server.name,
    };
  }

  stop(): void {
    this.#stopped = true;
    if (this.ready) this.server.unsubscribe(this.replica.group.number, 'leaders');
    this.ready = false;
    if (this.#markerTimer !== undefined) this.replica.group.kernel.cancel(this.#markerTimer);
    this.#markerTimer = undefined;
  }

  /** Replicas that differ each remove what they have at that sequence, whether or not this one has it. */
  #isHeld(sequence: number): boolean {
    if (this.machine.messages.get(sequence) !== undefined) return true;
    const { group } = this.replica;
    if (!group.hasDiverged) return false;
    group.settle();
    return group.replicas.some(
      ({ machine }) => streamMachineOf(machine).messages.get(sequence) !== undefined,
    );
  }

  /** Settings were changed by the meta group. */
  updated(): void {
    this.#armMarkers();
  }

  /** The checks in the order of jetstream D27; where all replicas judge, only those of jetstream D28. */
  #publish(request: PublishRequest): void {
    const { machine, asset } = this;
    const { settings, mutations } = asset;
    const { messageId, subject, expectations, call, payload, headers } = request;
    const wallUs = this.server.wallUs();
    machine.expire(wallUs);
    const headersLength = headerBytes(messageId, headers);
    const isTooLarge =
      settings.maxMessageBytes >= 0 && headersLength + payload.length > settings.maxMessageBytes;
    if (settings.replicas > 1 && isTooLarge) {
      this.#refuse(call, apiErrors.messageTooLarge);
      return;
    }
    if (asset.judgesAtApply) {
      const refusal = this.#judgeEarly(request);
      if (refusal !== undefined) {
        this.#refuse(call, refusal);
        return;
      }
    }
    if (expectations !== undefined && expectations.stream !== '' && expectations.stream !== asset.name) {
      if (!mutations.expectedStreamIgnored) {
        this.#refuse(call, apiErrors.streamMismatch);
        return;
      }
    }
    const ttlUs = request.ttl === '' || !this.profile.messageTtl ? 0 : parseTtl(request.ttl);
    // A stream that stands alone looks at a life it cannot read only when it stores the message.
    const isReadLater = ttlUs === undefined && settings.replicas === 1;
    if (ttlUs !== 0 && !settings.allowMessageTtl && !isReadLater) {
      this.#refuse(call, apiErrors.ttlDisabled);
      return;
    }
    if (ttlUs === undefined && !isReadLater) {
      this.#refuse(call, apiErrors.ttlInvalid);
      return;
    }
    const subjectBytes = asset.subjects.name(subject).length;
    const bytes = storedBytes(settings.storage, subjectBytes, headersLength, payload.length);
    const staged = this.#stagedSubjects.get(subject);
    if (!asset.judgesAtApply) {
      const early = mutations.dedupAfterExpectations ? this.#sequenceRefusal(request) : undefined;
      if (early !== undefined) {
        this.#refuse(call, early);
        if (mutations.refusedConsumesSequence) machine.lastSequence++;
        return;
      }
      if (messageId !== '' && this.#duplicate(request, wallUs) === 1) return;
      const refusal =
        (mutations.dedupAfterExpectations ? undefined : this.#sequenceRefusal(request)) ??
        rollupRefusal(machine, request.rollup) ??
        fullRefusal(machine, subject, bytes, this.#staged, this.#stagedBytes, staged?.count ?? 0);
      if (refusal !== undefined) {
        this.#refuse(call, refusal);
        if (mutations.refusedConsumesSequence) machine.lastSequence++;
        return;
      }
    }
    if (this.#staged >= stagedLimit[this.profile.version]) {
      this.#refuse(call, apiErrors.tooManyRequests);
      return;
    }
    this.#staged++;
    this.#stagedBytes += bytes;
    const lastSequence = machine.lastSequence + this.#staged;
    if (staged === undefined) this.#stagedSubjects.set(subject, { count: 1, lastSequence });
    else {
      staged.count++;
      staged.lastSequence = lastSequence;
    }
    if (messageId !== '') {
      this.#stagedIds.add(messageId);
      if (this.profile.defects.has('staged-ids-kept')) machine.stageId(messageId, wallUs);
    }
    this.replica.propose({
      kind: 'store',
      subject,
      payload,
      messageId,
      headers,
      bytes,
      storedUs: wallUs,
      rollup: request.rollup,
      ttlUs: ttlUs === undefined ? unreadableTtlUs : ttlUs > 0 ? Math.max(ttlUs, this.#leastTtlUs()) : ttlUs,
      expectations,
      place: this.#takePlace(),
      call,
    });
  }

  #takePlace(): number {
    if (!this.asset.judgesAtApply || this.replica.group.size === 1) return -1;
    const { lastSequence, refused } = this.machine;
    this.#nextPlace = Math.max(this.#nextPlace, lastSequence + refused);
    return this.#nextPlace++;
  }

  /** A life is raised to that of the markers, unless a subject has one message only (jetstream D38). */
  #leastTtlUs(): number {
    const { subjectDeleteMarkerTtlMs, maxMessagesPerSubject } = this.asset.settings;
    return maxMessagesPerSubject === 1 ? 0 : subjectDeleteMarkerTtlMs * 1000;
  }

  /** 1: answered, as a duplicate or because its first copy is under way (jetstream D29, D32). */
  #duplicate({ messageId, call }: PublishRequest, wallUs: number): 0 | 1 {
    const sequence = this.machine.duplicateOf(messageId, wallUs);
    if (sequence !== undefined) {
      this.server.answer(call, { stream: this.asset.name, sequence, duplicate: true });
      return 1;
    }
    if (!this.#stagedIds.has(messageId) && !this.#isStuck(messageId, wallUs)) return 0;
    this.#refuse(call, apiErrors.duplicateInProcess);
    return 1;
  }

  #isStuck(messageId: string, wallUs: number): boolean {
    const sinceUs = this.#stuckIds.get(messageId);
    if (sinceUs === undefined) return false;
    if (wallUs - sinceUs < this.asset.settings.duplicateWindowMs * 1000) return true;
    this.#stuckIds.delete(messageId);
    return false;
  }

  /** What a server of 2.9 looks at before it proposes (jetstream D28). */
  #judgeEarly({ subject, expectations }: PublishRequest): Refusal | undefined {
    const { machine, asset } = this;
    if (asset.settings.replicas > 1 && expectations !== undefined && expectations.lastSubjectSequence > 0) {
      const last = machine.lastOf(subject, '');
      if (last !== expectations.lastSubjectSequence) return wrongLastSequence(last);
    }
    return undefined;
  }

  #sequenceRefusal({ subject, expectations }: PublishRequest): Refusal | undefined {
    const { machine, asset } = this;
    if (expectations !== undefined) {
      const { lastSequence, lastSubjectSequence, lastSubject } = expectations;
      const refusal = lastSequenceRefusal(machine, lastSequence, machine.lastSequence + this.#staged);
      if (refusal !== undefined) return refusal;
      if (lastSubjectSequence >= 0) {
        const other = lastSubject === '' ? subject : asset.subjects.number(lastSubject);
        const inFlight = this.#stagedSubjects.get(other);
        // Another write of the subject is under way (jetstream D33).
        if (inFlight !== undefined && inFlight.count > 0) return apiErrors.wrongLastSequenceInFlight;
        const last = machine.lastOf(subject, lastSubject);
        const isUnchecked = asset.mutations.subjectSequenceIgnored && lastSubjectSequence === 0;
        if (last !== lastSubjectSequence && !isUnchecked) return wrongLastSequence(last);
      } else if (lastSubject !== '') {
        return apiErrors.subjectSequenceMissing;
      }
    }
    return undefined;
  }

  #stored(operation: StoreOperation, sequence: number): void {
    this.#unstage(operation);
    const { call } = operation;
    operation.call = undefined;
    if (sequence > 0 && this.asset.settings.subjectDeleteMarkerTtlMs > 0) this.#armMarkers();
    if (call === undefined || (!this.ready && !this.profile.newLeaderAnswersOldInbox)) return;
    const { refusal } = this.machine;
    if (sequence === 0 && refusal !== undefined && operation.messageId !== '' && !this.asset.judgesAtApply) {
      this.#stuckIds.set(operation.messageId, operation.storedUs);
    }
    if (sequence === 0) {
      // Without a refusal it was skipped, and nobody is told (2.9, jetstream R1).
      if (refusal !== undefined) this.#refuse(call, refusal);
      return;
    }
    const ack: PublishAck = {
      stream: this.asset.name,
      sequence: sequence === duplicateOfNothing ? 0 : Math.abs(sequence),
      duplicate: sequence < 0,
    };
    this.server.answer(call, ack);
  }

  /** Entries of an earlier leader were never staged here. */
  #unstage(operation: StoreOperation): void {
    const staged = this.#stagedSubjects.get(operation.subject);
    if (staged === undefined || staged.count === 0) return;
    this.#staged--;
    this.#stagedBytes -= operation.bytes;
    staged.count--;
    if (operation.messageId !== '') this.#stagedIds.delete(operation.messageId);
  }

  #purge({ options, call }: Extract<StreamRequest, { kind: 'purge' }>): void {
    const { subject = '', belowSequence = 0, keep = 0 } = options;
    if (belowSequence > 0 && keep > 0) this.#refuse(call, apiErrors.badRequest);
    else if (this.asset.settings.denyPurge) this.#refuse(call, apiErrors.purgeNotPermitted);
    else this.replica.propose({ kind: 'purge', subject, belowSequence, keep, call });
  }

  #delete({ sequence, call }: Extract<StreamRequest, { kind: 'delete-message' }>): void {
    if (this.asset.settings.denyDelete) this.#refuse(call, apiErrors.deleteNotPermitted);
    else this.replica.propose({ kind: 'delete', sequence, isRelease: false, call });
  }

  #missing(sequence: number): Refusal {
    const { machine } = this;
    if (this.asset.settings.storage === 'memory') return sequenceNotFound(sequence);
    if (sequence > machine.lastSequence) return deleteFailed('stream store EOF');
    return sequence < machine.first ? deleteFailed('no message found') : sequenceNotFound(sequence);
  }

  #refuse(call: Parameters<NatsServer['refuse']>[0], refusal: Refusal): void {
    this.server.refuse(call, refusal);
  }

  /** Streams with delete markers: the leader acts when time removes the last message of a subject (jetstream D38). */
  #armMarkers(): void {
    if (this.asset.settings.subjectDeleteMarkerTtlMs <= 0) return;
    const next = this.machine.nextExpiry();
    const { kernel } = this.replica.group;
    if (this.#markerTimer !== undefined) kernel.cancel(this.#markerTimer);
    this.#markerTimer = undefined;
    if (next === undefined) return;
    const inUs = Math.max(0, Math.ceil(next.atUs - this.server.wallUs()));
    this.#markerTimer = kernel.after(inUs, StreamService.#expiryDue, this, undefined);
  }

  static #expiryDue(service: StreamService): void {
    service.#markerTimer = undefined;
    service.server.run(StreamService.#leaveMarker, service, undefined);
  }

  static #leaveMarker(service: StreamService): void {
    if (!service.ready) return;
    const { machine, asset, server } = service;
    const next = machine.nextExpiry();
    const wallUs = server.wallUs();
    if (next !== undefined && next.atUs <= wallUs) {
      const { subject } = next.message;
      const isLast = machine.messages.lastOf(subject) === next.message;
      const isMarker = next.message.headers?.[headerNames.markerReason] !== undefined;
      machine.expire(wallUs);
      if (isLast && !isMarker) service.#mark(subject, asset.settings.subjectDeleteMarkerTtlMs);
    }
    const { kernel } = service.replica.group;
    if (service.#markerTimer === undefined && machine.nextExpiry() !== undefined) service.#armMarkers();
    else service.#markerTimer ??= kernel.after(markerRetryUs, StreamService.#expiryDue, service, undefined);
  }

  #mark(subject: number, ttlMs: number): void {
    const headers = {
      [headerNames.markerReason]: 'MaxAge',
      [headerNames.ttl]: `${Math.floor(ttlMs / 1_000)}s`,
      [headerNames.rollup]: 'sub',
    };
    const subjectBytes = this.asset.subjects.name(subject).length;
    this.replica.propose({
      kind: 'store',
      subject,
      payload: nothing,
      messageId: '',
      headers,
      bytes: storedBytes(this.asset.settings.storage, subjectBytes, headerBytes('', headers), 0),
      storedUs: this.server.wallUs(),
      rollup: 'sub',
      ttlUs: ttlMs * 1000,
      expectations: undefined,
      place: -1,
      call: undefined,
    });
  }
}

/** Each watch of a bucket has a consumer in the memory of one server (jetstream H68). */
function watchConsumers(group: RaftGroup): number {
  return group.replicas.reduce(
    (sum, { watches, ghostWatches }) => sum + (watches?.size ?? 0) + ghostWatches,
    0,
  );
}
