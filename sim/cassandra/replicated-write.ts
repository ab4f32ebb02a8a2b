import type { EventHandle } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { storeHint } from './hinted-handoff.ts';
import type { Mutation } from './mutation.ts';
import { expiryAt } from './partition.ts';
import { refused, written } from './operation.ts';
import type { Operation, Outcome, ServerRequest } from './operation.ts';
import { ReplicaCall } from './replica-call.ts';
import type { RingCore } from './ring-core.ts';
import { replicaStep } from './service-time.ts';

/** The mutation of a plain write as its coordinator makes it; a TTL counts from the coordinator's own second. */
export function mutationOf(operation: Operation, nowSecond: number): Mutation {
  const { body, partition, timestampUs } = operation;
  switch (body.kind) {
    case 'insert':
    case 'insert-if-not-exists': {
      const expirySecond = expiryAt(nowSecond, body.ttlSeconds);
      const row = partition.buildRow(body.values, body.key, timestampUs, expirySecond, nowSecond);
      return partition.insertion(body.key, row);
    }
    case 'delete-row':
      return partition.rowDeletion(body.key, timestampUs);
    case 'delete-partition':
      return partition.deletion(timestampUs);
    case 'select':
      throw new TypeError('a SELECT changes nothing');
  }
}

export interface WriteParts {
  readonly coordinator: CassandraNode;
  readonly replicas: readonly CassandraNode[];
  readonly mutation: Mutation;
  readonly blockFor: number;
  /** For messages of errors. */
  readonly what: string;
  readonly seed: number;
  readonly phase: number;
  readonly medianUs: number;
  /** What a replica does beside applying the mutation. */
  readonly alsoDo: ((ordinal: number) => void) | undefined;
  readonly respond: (outcome: Outcome) => void;
}

/**
 * One mutation sent to all replicas that are alive in the coordinator's view, with a hint for each other one; success
 * at `blockFor` acknowledgements, a write timeout at 2 s, and nothing is ever rolled back (cassandra-and-live 2, 6–9, 41).
 */
export class ReplicatedWrite {
  readonly #core: RingCore;
  readonly #parts: WriteParts;
  readonly #acked: boolean[];
  #ackCount = 0;
  #responded = false;
  #timer: EventHandle = -1;

  constructor(core: RingCore, parts: WriteParts) {
    this.#core = core;
    this.#parts = parts;
    this.#acked = parts.replicas.map(() => false);
  }

  start(): void {
    const { coordinator, replicas, mutation, blockFor, what } = this.#parts;
    const { detector, kernel, options } = this.#core;
    const live = replicas.filter((replica) => detector.sees(coordinator.index, replica.index)).length;
    if (live < blockFor) {
      this.#respond(refused('unavailable', `${what}: ${blockFor} replicas needed, ${live} alive`));
      return;
    }
    this.#startTimer(options.writeTimeoutUs);
    for (let ordinal = 0; ordinal < replicas.length; ordinal++) {
      const replica = replicas[ordinal] as CassandraNode;
      if (detector.sees(coordinator.index, replica.index)) this.#call(ordinal, kernel.nowUs).start();
      else storeHint(this.#core, coordinator, replica, mutation);
    }
  }

  /** Goes on with a write that began undisturbed at `startedUs`. */
  resume(startedUs: number, alreadyResponded: boolean): void {
    this.#responded = alreadyResponded;
    this.#startTimer(startedUs + this.#core.options.writeTimeoutUs - this.#core.kernel.nowUs);
    for (let ordinal = 0; ordinal < this.#parts.replicas.length; ordinal++) {
      this.#call(ordinal, startedUs).resume(startedUs);
    }
  }

  #startTimer(delayUs: number): void {
    const { internode } = this.#core;
    const letter = internode.letter(this.#parts.coordinator, ReplicatedWrite.#expire, this, undefined);
    this.#timer = internode.deliverIn(delayUs, letter);
  }

  #call(ordinal: number, sentUs: number): ReplicaCall<undefined> {
    const { coordinator, replicas, mutation, seed, phase, medianUs, alsoDo } = this.#parts;
    const { plan, journal, kernel, options } = this.#core;
    return new ReplicaCall<undefined>(this.#core, {
      from: coordinator,
      to: replicas[ordinal] as CassandraNode,
      draw: plan.draw(seed, replicaStep(phase, ordinal)),
      medianUs,
      bytes: mutation.bytes,
      expiresUs: sentUs + options.writeTimeoutUs,
      work: (atUs) => {
        mutation.partition.materialiseReads();
        journal.applyOne(kernel.nowUs, mutation, ordinal, atUs);
        alsoDo?.(ordinal);
        return undefined;
      },
      done: () => {
        this.#acknowledge(ordinal);
      },
    });
  }

  #acknowledge(ordinal: number): void {
    if (this.#acked[ordinal] === true) return;
    this.#acked[ordinal] = true;
    this.#ackCount++;
    if (this.#ackCount === this.#parts.blockFor) this.#respond(written);
    if (this.#ackCount === this.#parts.replicas.length) this.#core.kernel.cancel(this.#timer);
  }

  /** Who has not answered by now gets a hint, also when enough others did. */
  static #expire(write: ReplicatedWrite): void {
    const { coordinator, replicas, mutation, blockFor, what } = write.#parts;
    for (let ordinal = 0; ordinal < replicas.length; ordinal++) {
      const replica = replicas[ordinal] as CassandraNode;
      if (write.#acked[ordinal] !== true && write.#core.detector.sees(coordinator.index, replica.index)) {
        storeHint(write.#core, coordinator, replica, mutation);
      }
    }
    const received = Math.min(write.#ackCount, blockFor - 1);
    write.#respond(
      refused('write-timeout', `${what}: ${received} of ${blockFor} replicas acknowledged in time`),
    );
  }

  #respond(outcome: Outcome): void {
    if (this.#responded) return;
    this.#responded = true;
    this.#parts.respond(outcome);
  }
}

/** A plain write, as it arrives at its coordinator. */
export function coordinateWrite(core: RingCore, coordinator: CassandraNode, request: ServerRequest): void {
  const mutation = mutationOf(request.operation, coordinator.nowSecond());
  new ReplicatedWrite(core, writeParts(core, coordinator, request, mutation)).start();
}

export function writeParts(
  core: RingCore,
  coordinator: CassandraNode,
  request: ServerRequest,
  mutation: Mutation,
): WriteParts {
  const { operation, seed } = request;
  const tableName = operation.partition.store.schema.table.name;
  return {
    coordinator,
    replicas: operation.replicas,
    mutation,
    blockFor: operation.blockFor,
    what: `write to ${tableName} at ${operation.consistency}`,
    seed,
    phase: 0,
    medianUs: core.plan.of(tableName).writeUs,
    alsoDo: undefined,
    respond: (outcome) => request.respond(outcome),
  };
}
