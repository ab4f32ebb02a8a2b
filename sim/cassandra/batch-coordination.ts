import type { WriteType } from '../../system/ports/cql-wide.ts';
import type { EventHandle } from '../kernel/index.ts';
import type { LoggedBatch } from './batch-log.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { batchMutations, stampOfWrite } from './change-mutation.ts';
import { mutationOverheadBytes } from './mutation.ts';
import type { Mutation } from './mutation.ts';
import { refused, written } from './operation.ts';
import type { OperationBody, Outcome, ServerRequest } from './operation.ts';
import { ReplicaCall } from './replica-call.ts';
import { ReplicatedWrite, shortageOf } from './replicated-write.ts';
import type { RingCore } from './ring-core.ts';
import { replicaStep } from './service-time.ts';

type Batch = Extract<OperationBody, { kind: 'batch' }>;

const logPhase = 60;
const removalPhase = 61;
const holderCount = 2;
/** Phases of one replicated write after another. */
const firstWritePhase = 1;

/**
 * A batch without conditions (cassandra-and-live 13–16). One partition key: one mutation. Unlogged over several keys:
 * each is checked and sent after the other, so that any subset may be applied. Logged over several: all are checked, the
 * batch is written to two other nodes of the data centre, then sent, then taken out of the log.
 */
export class BatchCoordination {
  readonly #core: RingCore;
  readonly #coordinator: CassandraNode;
  readonly #request: ServerRequest;
  readonly #mutations: readonly Mutation[];
  readonly #logged: boolean;
  #waiting = 0;
  #responded = false;
  #timer: EventHandle = -1;

  constructor(core: RingCore, coordinator: CassandraNode, request: ServerRequest, batch: Batch) {
    this.#core = core;
    this.#coordinator = coordinator;
    this.#request = request;
    this.#logged = batch.logged;
    const stampUs = stampOfWrite(request.operation, coordinator);
    this.#mutations = batchMutations(batch.changes, stampUs, coordinator.nowSecond());
  }

  start(): void {
    if (this.#mutations.length === 1) this.#sendAll('SIMPLE', () => undefined);
    else if (this.#logged) this.#log();
    else this.#sendAll('UNLOGGED_BATCH', () => undefined);
  }

  #sendAll(writeType: WriteType, completed: () => void): void {
    this.#waiting = this.#mutations.length;
    this.#mutations.every((mutation, index) => {
      this.#replicated(mutation, firstWritePhase + index, writeType, completed).start();
      return !this.#responded;
    });
  }

  #replicated(
    mutation: Mutation,
    phase: number,
    writeType: WriteType,
    completed: () => void,
  ): ReplicatedWrite {
    const { operation, seed } = this.#request;
    const table = mutation.partition.store.schema.table.name;
    return new ReplicatedWrite(this.#core, {
      coordinator: this.#coordinator,
      replicas: this.#core.topology.replicas(mutation.partition.range),
      mutation,
      consistency: operation.consistency,
      writeType,
      seed,
      phase,
      medianUs: this.#core.plan.of(table).writeUs,
      alsoDo: undefined,
      respond: (outcome) => {
        if (outcome.kind === 'written') {
          if (--this.#waiting > 0) return;
          completed();
        }
        this.#respond(outcome);
      },
    });
  }

  #log(): void {
    const { operation } = this.#request;
    for (const mutation of this.#mutations) {
      const replicas = this.#core.topology.replicas(mutation.partition.range);
      const shortage = shortageOf(this.#core, this.#coordinator, replicas, operation.consistency);
      if (shortage !== undefined) {
        this.#respond(refused(shortage));
        return;
      }
    }
    const holders = this.#holders();
    if (holders.length === 0) {
      this.#respond(refused({ kind: 'unavailable', consistency: 'ONE', required: 1, alive: 0 }));
      return;
    }
    const { kernel, internode, options } = this.#core;
    const id = `${this.#coordinator.index}/${this.#coordinator.incarnation}/${this.#request.seed}`;
    const batch: LoggedBatch = { id, mutations: this.#mutations, createdUs: kernel.nowUs };
    let missing = holders.length;
    this.#timer = internode.deliverIn(
      options.writeTimeoutUs,
      internode.letter(this.#coordinator, BatchCoordination.#logTimedOut, this, {
        required: holders.length,
        received: () => holders.length - missing,
      }),
    );
    holders.forEach((holder, ordinal) => {
      this.#toHolder(
        holder,
        replicaStep(logPhase, ordinal),
        () => {
          holder.batchlog.add(batch);
          if (holder.batchlog.count === 1) scheduleReplay(this.#core, holder);
        },
        () => {
          missing--;
          if (missing > 0 || this.#responded) return;
          kernel.cancel(this.#timer);
          this.#sendAll('BATCH', () => this.#unlog(holders, id));
        },
      );
    });
  }

  #unlog(holders: readonly CassandraNode[], id: string): void {
    holders.forEach((holder, ordinal) => {
      this.#toHolder(
        holder,
        replicaStep(removalPhase, ordinal),
        () => holder.batchlog.remove(id),
        () => undefined,
      );
    });
  }

  #toHolder(holder: CassandraNode, step: number, work: () => void, done: () => void): void {
    const { plan, kernel, options } = this.#core;
    new ReplicaCall<undefined>(this.#core, {
      from: this.#coordinator,
      to: holder,
      relay: undefined,
      stage: 'mutation',
      draw: plan.draw(this.#request.seed, step),
      medianUs: plan.times.others.writeUs,
      bytes: mutationOverheadBytes + this.#mutations.reduce((sum, { bytes }) => sum + bytes, 0),
      expiresUs: kernel.nowUs + options.writeTimeoutUs,
      work: () => {
        work();
        return undefined;
      },
      done,
    }).start();
  }

  /** Two live nodes of the coordinator's data centre, in other racks where there are some; itself only where it is alone. */
  #holders(): readonly CassandraNode[] {
    const { nodes, detector, plan } = this.#core;
    const coordinator = this.#coordinator;
    const local = nodes.filter((node) => node.datacentre === coordinator.datacentre);
    if (local.length === 1) return local;
    const live = local.filter((node) => node !== coordinator && detector.sees(coordinator.index, node.index));
    const elsewhere = live.filter((node) => node.rack !== coordinator.rack);
    const candidates = elsewhere.length >= holderCount ? elsewhere : live;
    const first = candidates.length === 0 ? 0 : plan.draw(this.#request.seed, logPhase) % candidates.length;
    return [...candidates.slice(first), ...candidates.slice(0, first)].slice(0, holderCount);
  }

  static #logTimedOut(
    batch: BatchCoordination,
    { required, received }: { readonly required: number; readonly received: () => number },
  ): void {
    batch.#respond(
      refused({
        kind: 'write-timeout',
        consistency: required === 1 ? 'ONE' : 'TWO',
        received: received(),
        required,
        writeType: 'BATCH_LOG',
      }),
    );
  }

  #respond(outcome: Outcome): void {
    if (this.#responded) return;
    this.#responded = true;
    this.#core.kernel.cancel(this.#timer);
    this.#request.respond(outcome.kind === 'written' ? written : outcome);
  }
}

/** Starts the periodic replay of a node's batch log; it ends by itself when the log is empty. */
export function scheduleReplay(core: RingCore, holder: CassandraNode): void {
  const letter = core.internode.letter(holder, replay, core, holder);
  core.internode.deliverIn(core.options.batchlogIntervalUs, letter);
}

/** What is older than twice the write timeout is sent again, with its own timestamps, and what does not arrive is hinted. */
function replay(core: RingCore, holder: CassandraNode): void {
  if (holder.batchlog.count === 0 || core.deviations.has('logged-batch-never-replayed')) return;
  const nowUs = core.kernel.nowUs;
  for (const batch of holder.batchlog.olderThan(nowUs - 2 * core.options.writeTimeoutUs)) {
    let waiting = batch.mutations.length;
    const answered = (): void => {
      if (--waiting === 0) holder.batchlog.remove(batch.id);
    };
    batch.mutations.forEach((mutation, index) => {
      const table = mutation.partition.store.schema.table.name;
      if (batch.createdUs + core.parametersOf(table).gcGraceSeconds * 1e6 <= nowUs) {
        answered();
        return;
      }
      new ReplicatedWrite(core, {
        coordinator: holder,
        replicas: core.topology.replicas(mutation.partition.range),
        mutation,
        consistency: 'ANY',
        writeType: 'BATCH',
        seed: batch.createdUs | 0,
        phase: index,
        medianUs: core.plan.of(table).writeUs,
        alsoDo: undefined,
        respond: answered,
      }).start();
    });
  }
  scheduleReplay(core, holder);
}
