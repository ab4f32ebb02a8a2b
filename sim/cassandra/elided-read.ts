import type { EventHandle } from '../kernel/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { removeFrom } from './elided.ts';
import type { Elided } from './elided.ts';
import type { Outcome, Selection } from './operation.ts';
import type { ClientRequest } from './client-request.ts';
import { contactsOf, ReadCoordination, speculationUs } from './read-coordination.ts';
import type { ReadParts } from './read-coordination.ts';
import { rowsOf, selectFrom } from './replica-read.ts';
import type { RingCore } from './ring-core.ts';
import { clientStep, replicaStep } from './service-time.ts';

/**
 * A read of a partition that is at rest on a healthy ring: one event, the answer. A write to the partition turns it
 * into messages before it changes anything, so the state at the answer is the state that the replicas saw.
 */
export class ElidedRead implements Elided {
  index = -1;
  order = -1;
  readonly #core: RingCore;
  readonly #coordinator: CassandraNode;
  readonly #request: ClientRequest;
  readonly #selection: Selection;
  readonly #startedUs: number;
  readonly #decidedUs: number;
  readonly #answeredUs: number;
  readonly #nowSecond: number;
  readonly #event: EventHandle;

  static begin(
    core: RingCore,
    coordinator: CassandraNode,
    request: ClientRequest,
    selection: Selection,
  ): boolean {
    const { plan, kernel, options } = core;
    const { operation, seed } = request;
    const partition = operation.partition;
    if (partition.agreed === undefined || partition.elidedWrites.length > 0) return false;
    if (operation.blockFor > operation.replicas.length) return false;
    const clientDraw = plan.draw(seed, clientStep);
    const startedUs = kernel.nowUs + plan.outUs(clientDraw);
    const medianUs = plan.of(partition.store.schema.table.name).readUs;
    const contacts = contactsOf(core, coordinator, operation).slice(0, operation.blockFor);
    let decidedUs = startedUs;
    for (const ordinal of contacts) {
      const draw = plan.draw(seed, replicaStep(0, ordinal));
      const isSelf = operation.replicas[ordinal] === coordinator;
      const linksUs = isSelf ? 0 : plan.outUs(draw) + plan.backUs(draw);
      decidedUs = Math.max(decidedUs, startedUs + linksUs + plan.serviceUs(draw, medianUs));
    }
    const answeredUs = decidedUs + plan.backUs(clientDraw);
    if (decidedUs - startedUs >= Math.min(options.readTimeoutUs, speculationUs(core, operation)))
      return false;
    if (answeredUs - kernel.nowUs >= request.timeoutUs) return false;
    new ElidedRead(core, coordinator, request, selection, startedUs, decidedUs, answeredUs);
    return true;
  }

  constructor(
    core: RingCore,
    coordinator: CassandraNode,
    request: ClientRequest,
    selection: Selection,
    startedUs: number,
    decidedUs: number,
    answeredUs: number,
  ) {
    this.#core = core;
    this.#coordinator = coordinator;
    this.#request = request;
    this.#selection = selection;
    this.#startedUs = startedUs;
    this.#decidedUs = decidedUs;
    this.#answeredUs = answeredUs;
    this.#nowSecond = coordinator.nowSecond(startedUs - core.kernel.nowUs);
    request.operation.partition.elidedReads.push(this);
    core.elided.add(this);
    this.#event = core.kernel.at(answeredUs, ElidedRead.#answer, this, undefined);
  }

  materialise(): void {
    const { kernel, internode } = this.#core;
    this.#leave();
    kernel.cancel(this.#event);
    const nowUs = kernel.nowUs;
    this.#request.becomeExplicit();
    if (this.#startedUs > nowUs) {
      internode.deliverIn(
        this.#startedUs - nowUs,
        internode.letter(this.#coordinator, ElidedRead.#restart, this, undefined),
      );
    } else if (this.#decidedUs <= nowUs) {
      this.#request.deliverIn(this.#answeredUs - nowUs, this.#outcome());
    } else {
      new ReadCoordination(this.#core, this.#parts()).resume(this.#startedUs);
    }
  }

  static #restart(read: ElidedRead): void {
    new ReadCoordination(read.#core, read.#parts()).start();
  }

  static #answer(read: ElidedRead): void {
    read.#leave();
    read.#request.receive(read.#outcome());
  }

  #outcome(): Outcome {
    const partition = this.#request.operation.partition;
    const state = selectFrom(this.#core, partition, partition.stateOf(0), this.#selection, this.#nowSecond);
    return { kind: 'rows', rows: rowsOf(partition, state, this.#selection, this.#nowSecond) };
  }

  #parts(): ReadParts {
    return {
      coordinator: this.#coordinator,
      operation: this.#request.operation,
      selection: this.#selection,
      consistency: this.#request.operation.consistency,
      seed: this.#request.seed,
      phase: 0,
      nowSecond: this.#nowSecond,
      respond: (outcome) => this.#request.respond(outcome),
    };
  }

  #leave(): void {
    this.#core.elided.remove(this);
    removeFrom(this.#request.operation.partition.elidedReads, this);
  }
}
