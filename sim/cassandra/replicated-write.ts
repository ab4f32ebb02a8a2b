import type { CqlFailure, WriteType } from '../../system/ports/cql-wide.ts';
import type { EventHandle } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { mutationOf, stampOfWrite } from './change-mutation.ts';
import { AckTally } from './consistency.ts';
import type { ConsistencyLevel } from './consistency.ts';
import { storeHint } from './hinted-handoff.ts';
import { forEachPartition } from './mutation.ts';
import type { Mutation } from './mutation.ts';
import { refused, written } from './operation.ts';
import type { Outcome, ServerRequest } from './operation.ts';
import { ReplicaCall } from './replica-call.ts';
import type { RingCore } from './ring-core.ts';
import { replicaStep } from './service-time.ts';

export interface WriteParts {
  readonly coordinator: CassandraNode;
  readonly replicas: readonly CassandraNode[];
  readonly mutation: Mutation;
  readonly consistency: ConsistencyLevel;
  readonly writeType: WriteType;
  readonly seed: number;
  readonly phase: number;
  readonly medianUs: number;
  /** What a replica does beside applying the mutation. */
  readonly alsoDo: ((ordinal: number) => void) | undefined;
  readonly respond: (outcome: Outcome) => void;
}

/** The replicas that are alive in a coordinator's view. */
export function liveOf(
  core: RingCore,
  coordinator: CassandraNode,
  replicas: readonly CassandraNode[],
): readonly CassandraNode[] {
  return replicas.filter((replica) => core.detector.sees(coordinator.index, replica.index));
}

/** Why a coordinator sends nothing; undefined where enough replicas are alive in its view (cassandra-and-live 6). */
export function shortageOf(
  core: RingCore,
  coordinator: CassandraNode,
  replicas: readonly CassandraNode[],
  consistency: ConsistencyLevel,
): CqlFailure | undefined {
  if (core.deviations.size > 0 && core.deviations.has('unavailable-is-not-checked')) return undefined;
  const tally = new AckTally(consistency, coordinator, core.topology.datacentres);
  const shortage = tally.shortage(liveOf(core, coordinator, replicas));
  return shortage === undefined ? undefined : { kind: 'unavailable', consistency, ...shortage };
}

/**
 * One mutation sent to all replicas that are alive in the coordinator's view, with a hint for each other one; success
 * when the consistency level has its acknowledgements, a write timeout at 2 s, and nothing is ever rolled back
 * (cassandra-and-live 2, 6–9, 41, 43). A remote data centre gets one message, which one node there passes on.
 */
export class ReplicatedWrite {
  readonly #core: RingCore;
  readonly #parts: WriteParts;
  readonly #tally: AckTally;
  readonly #acked: boolean[];
  #ackCount = 0;
  #responded = false;
  #timer: EventHandle = -1;

  constructor(core: RingCore, parts: WriteParts) {
    this.#core = core;
    this.#parts = parts;
    this.#tally = new AckTally(parts.consistency, parts.coordinator, core.topology.datacentres);
    this.#acked = parts.replicas.map(() => false);
  }

  start(): void {
    const { coordinator, replicas, mutation, consistency } = this.#parts;
    const { detector, kernel, options } = this.#core;
    const shortage = shortageOf(this.#core, coordinator, replicas, consistency);
    if (shortage !== undefined) {
      this.#respond(refused(shortage));
      return;
    }
    this.#startTimer(options.writeTimeoutUs);
    const relays: (CassandraNode | undefined)[] = [];
    for (let ordinal = 0; ordinal < replicas.length; ordinal++) {
      const replica = replicas[ordinal] as CassandraNode;
      if (!detector.sees(coordinator.index, replica.index)) {
        const hinted = storeHint(this.#core, coordinator, replica, mutation);
        // ANY is content with a hint that nobody can read (43).
        if (hinted && consistency === 'ANY' && this.#tally.add(replica)) this.#respond(written);
        continue;
      }
      let relay: CassandraNode | undefined;
      if (replica.datacentre !== coordinator.datacentre) {
        relay = relays[replica.datacentre];
        relays[replica.datacentre] ??= replica;
      }
      this.#call(ordinal, kernel.nowUs, relay).start();
    }
  }

  /** Goes on with a write that began undisturbed at `startedUs`. */
  resume(startedUs: number, alreadyResponded: boolean): void {
    this.#responded = alreadyResponded;
    this.#startTimer(startedUs + this.#core.options.writeTimeoutUs - this.#core.kernel.nowUs);
    for (let ordinal = 0; ordinal < this.#parts.replicas.length; ordinal++) {
      this.#call(ordinal, startedUs, undefined).resume(startedUs);
    }
  }

  #startTimer(delayUs: number): void {
    const { internode } = this.#core;
    const letter = internode.letter(this.#parts.coordinator, ReplicatedWrite.#expire, this, undefined);
    this.#timer = internode.deliverIn(delayUs, letter);
  }

  #call(ordinal: number, sentUs: number, relay: CassandraNode | undefined): ReplicaCall<undefined> {
    const { coordinator, replicas, mutation, seed, phase, medianUs, alsoDo } = this.#parts;
    const { plan, journal, kernel, options } = this.#core;
    return new ReplicaCall<undefined>(this.#core, {
      from: coordinator,
      to: replicas[ordinal] as CassandraNode,
      relay,
      stage: 'mutation',
      draw: plan.draw(seed, replicaStep(phase, ordinal)),
      medianUs,
      bytes: mutation.bytes,
      expiresUs: sentUs + options.writeTimeoutUs,
      work: (atUs) => {
        forEachPartition(mutation, (partition) => partition.materialiseReads());
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
    if (this.#tally.add(this.#parts.replicas[ordinal] as CassandraNode)) this.#respond(written);
    if (this.#ackCount === this.#parts.replicas.length) this.#core.kernel.cancel(this.#timer);
  }

  /** Who has not answered by now gets a hint, also when enough others did. */
  static #expire(write: ReplicatedWrite): void {
    const { coordinator, replicas, mutation, consistency, writeType } = write.#parts;
    const { detector, deviations } = write.#core;
    if (deviations.size > 0 && deviations.has('write-timeout-takes-back') && !write.#responded) {
      write.#takeBack();
    } else {
      for (let ordinal = 0; ordinal < replicas.length; ordinal++) {
        const replica = replicas[ordinal] as CassandraNode;
        if (write.#acked[ordinal] !== true && detector.sees(coordinator.index, replica.index)) {
          storeHint(write.#core, coordinator, replica, mutation);
        }
      }
    }
    const { required } = write.#tally;
    const received = Math.min(write.#tally.received, required - 1);
    write.#respond(refused({ kind: 'write-timeout', consistency, received, required, writeType }));
  }

  /** A deviation: what was written is deleted again where it arrived. */
  #takeBack(): void {
    const { mutation } = this.#parts;
    if (mutation.kind !== 'row') return;
    this.#acked.forEach((acked, ordinal) => {
      if (acked) mutation.partition.ownStateOf(ordinal).put(mutation.key, undefined);
    });
    mutation.partition.rejoin();
  }

  #respond(outcome: Outcome): void {
    if (this.#responded) return;
    this.#responded = true;
    this.#parts.respond(outcome);
  }
}

/** A plain write, as it arrives at its coordinator. */
export function coordinateWrite(core: RingCore, coordinator: CassandraNode, request: ServerRequest): void {
  const { operation } = request;
  const mutation = mutationOf(operation, stampOfWrite(operation, coordinator), coordinator.nowSecond());
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
    consistency: operation.consistency,
    writeType: 'SIMPLE',
    seed,
    phase: 0,
    medianUs: core.plan.of(tableName).writeUs,
    alsoDo: undefined,
    respond: (outcome) => request.respond(outcome),
  };
}
