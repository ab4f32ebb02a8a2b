import type { EventHandle } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { removeFrom } from './elided.ts';
import type { Elided } from './elided.ts';
import type { PartitionMutation } from './mutation.ts';
import { written } from './operation.ts';
import type { ClientRequest } from './client-request.ts';
import { mutationOf } from './change-mutation.ts';
import { coordinateWrite, ReplicatedWrite, writeParts } from './replicated-write.ts';
import type { RingCore } from './ring-core.ts';
import { clientStep, replicaStep } from './service-time.ts';

/** Used again: an array that is emptied gets a new table each time. */
const ackTimes: number[] = [];

/**
 * A write to a healthy ring, from the client to all replicas and back, computed at once: one event for the answer
 * and, where the last replica is later than that, one for the end.
 */
export class ElidedWrite implements Elided {
  index = -1;
  order = -1;
  readonly #core: RingCore;
  readonly #coordinator: CassandraNode;
  readonly #request: ClientRequest;
  readonly #mutation: PartitionMutation;
  readonly #startedUs: number;
  readonly #decidedUs: number;
  readonly #answeredUs: number;
  readonly #appliedUs: readonly number[];
  #event: EventHandle;

  /** False where it would run into a timeout or is refused: then it must be played in full. */
  static begin(core: RingCore, coordinator: CassandraNode, request: ClientRequest): boolean {
    const { plan, kernel, options } = core;
    const { operation, seed } = request;
    if (operation.timestampUs === undefined) return false;
    if (operation.blockFor > operation.replicas.length) return false;
    const clientDraw = plan.draw(seed, clientStep);
    const startedUs = kernel.nowUs + plan.outUs(clientDraw);
    const medianUs = plan.of(operation.partition.store.schema.table.name).writeUs;
    const appliedUs: number[] = [];
    let acks = 0;
    for (let ordinal = 0; ordinal < operation.replicas.length; ordinal++) {
      const draw = plan.draw(seed, replicaStep(0, ordinal));
      const isSelf = operation.replicas[ordinal] === coordinator;
      const atUs = startedUs + (isSelf ? 0 : plan.outUs(draw)) + plan.serviceUs(draw, medianUs);
      appliedUs.push(atUs);
      insertSorted(ackTimes, acks++, atUs + (isSelf ? 0 : plan.backUs(draw)));
    }
    const decidedUs = ackTimes[operation.blockFor - 1] as number;
    const answeredUs = decidedUs + plan.backUs(clientDraw);
    const lastUs = ackTimes[acks - 1] as number;
    if (lastUs - startedUs >= options.writeTimeoutUs) return false;
    if (answeredUs - kernel.nowUs >= request.timeoutUs) return false;
    const nowSecond = coordinator.nowSecond(startedUs - kernel.nowUs);
    const mutation = mutationOf(operation, operation.timestampUs, nowSecond);
    new ElidedWrite(core, coordinator, request, mutation, startedUs, decidedUs, answeredUs, appliedUs);
    return true;
  }

  constructor(
    core: RingCore,
    coordinator: CassandraNode,
    request: ClientRequest,
    mutation: PartitionMutation,
    startedUs: number,
    decidedUs: number,
    answeredUs: number,
    appliedUs: readonly number[],
  ) {
    this.#core = core;
    this.#coordinator = coordinator;
    this.#request = request;
    this.#mutation = mutation;
    this.#startedUs = startedUs;
    this.#decidedUs = decidedUs;
    this.#answeredUs = answeredUs;
    this.#appliedUs = appliedUs;
    mutation.partition.materialiseReads();
    mutation.partition.elidedWrites.push(this);
    core.elided.add(this);
    this.#event = core.kernel.at(answeredUs, ElidedWrite.#answer, this, undefined);
  }

  materialise(): void {
    const { kernel, internode } = this.#core;
    this.#leave();
    kernel.cancel(this.#event);
    const nowUs = kernel.nowUs;
    if (this.#answeredUs > nowUs) this.#request.becomeExplicit();
    if (this.#startedUs > nowUs) {
      internode.deliverIn(
        this.#startedUs - nowUs,
        internode.letter(this.#coordinator, ElidedWrite.#restart, this, undefined),
      );
      return;
    }
    const decided = this.#decidedUs <= nowUs;
    if (decided && this.#answeredUs > nowUs) this.#request.deliverIn(this.#answeredUs - nowUs, written);
    const parts = writeParts(this.#core, this.#coordinator, this.#request, this.#mutation);
    new ReplicatedWrite(this.#core, parts).resume(this.#startedUs, decided);
  }

  /** What a replica holds of it by now, for one who only looks. */
  isAppliedOn(ordinal: number): boolean {
    return (this.#appliedUs[ordinal] as number) <= this.#core.kernel.nowUs;
  }

  get mutation(): PartitionMutation {
    return this.#mutation;
  }

  static #restart(write: ElidedWrite): void {
    coordinateWrite(write.#core, write.#coordinator, write.#request);
  }

  static #answer(write: ElidedWrite): void {
    let lastUs = 0;
    for (const atUs of write.#appliedUs) if (atUs > lastUs) lastUs = atUs;
    if (lastUs > write.#core.kernel.nowUs) {
      write.#event = write.#core.kernel.at(lastUs, ElidedWrite.#conclude, write, undefined);
    } else {
      ElidedWrite.#conclude(write);
    }
    write.#request.receive(written);
  }

  static #conclude(write: ElidedWrite): void {
    write.#leave();
    write.#core.journal.apply(write.#core.kernel.nowUs, write.#mutation, -1, write.#appliedUs);
  }

  #leave(): void {
    this.#core.elided.remove(this);
    removeFrom(this.#mutation.partition.elidedWrites, this);
  }
}

function insertSorted(times: number[], count: number, timeUs: number): void {
  let index = count;
  while (index > 0 && (times[index - 1] as number) > timeUs) {
    times[index] = times[index - 1] as number;
    index--;
  }
  times[index] = timeUs;
}
