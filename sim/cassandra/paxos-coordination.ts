import type { EventHandle } from '../kernel/index.ts';
import { compareBallots, firstBallot } from './ballot.ts';
import type { Ballot, Proposal } from './ballot.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { conditionalMutation } from './change-mutation.ts';
import { quorumOf } from './consistency.ts';
import { mutationOverheadBytes } from './mutation.ts';
import type { Mutation } from './mutation.ts';
import { refused } from './operation.ts';
import type { Operation, OperationBody, Outcome, Selection, ServerRequest } from './operation.ts';
import { acceptOn, commitOn, prepareOn, restamp } from './paxos-replica.ts';
import type { Promised } from './paxos-replica.ts';
import { ReplicatedWrite } from './replicated-write.ts';
import { ReadCoordination } from './read-coordination.ts';
import { ReplicaCall } from './replica-call.ts';
import { failCold } from './replica-read.ts';
import { holds, rowAt, shownAgainst } from './row-test.ts';
import type { RingCore } from './ring-core.ts';
import { replicaStep } from './service-time.ts';

const longestPauseUs = 100_000;
/** Paxos state is kept at least so long (cassandra-and-live §1.1, 53). */
const leastStateAgeUs = 10_800_000_000;

/** What the rounds are for: a light-weight transaction, or a read that sees everything decided before it. */
export type PaxosPurpose =
  Extract<OperationBody, { kind: 'conditional' }> | { readonly kind: 'read'; readonly selection: Selection };

/**
 * Light-weight transactions and SERIAL reads by Paxos v1 (cassandra-and-live 44–51): prepare, finish an open round, bring
 * late replicas up to the newest commit, read at quorum, propose, commit. Contention is retried after random pauses. With
 * LOCAL_SERIAL only the replicas of the coordinator's data centre vote.
 * Not modelled: Paxos v2, pending range movements (53).
 */
export class PaxosCoordination {
  readonly #core: RingCore;
  readonly #coordinator: CassandraNode;
  readonly #request: ServerRequest;
  readonly #operation: Operation;
  readonly #purpose: PaxosPurpose;
  readonly #startUs: number;
  /** Ordinals of the replicas that vote. */
  readonly #electorate: readonly number[];
  readonly #quorum: number;
  /** Counts the rounds of messages: answers to an earlier one are not looked at. */
  #phase = 0;
  #received = 0;
  #seen: Ballot = firstBallot;
  #timer: EventHandle = -1;
  #responded = false;

  constructor(core: RingCore, coordinator: CassandraNode, request: ServerRequest, purpose: PaxosPurpose) {
    this.#core = core;
    this.#coordinator = coordinator;
    this.#request = request;
    this.#operation = request.operation;
    this.#purpose = purpose;
    this.#startUs = core.kernel.nowUs;
    const { replicas, serialConsistency } = request.operation;
    const isLocal = serialConsistency === 'LOCAL_SERIAL' && !core.deviations.has('local-serial-is-serial');
    this.#electorate = replicas.flatMap((replica, ordinal) =>
      isLocal && replica.datacentre !== coordinator.datacentre ? [] : [ordinal],
    );
    this.#quorum = quorumOf(this.#electorate.length);
  }

  start(): void {
    const { partition } = this.#operation;
    partition.materialise();
    if (this.#purpose.kind === 'conditional') {
      if (this.#purpose.tests.some(({ key }) => partition.isColdAt(key))) failCold(this.#core, partition);
    }
    this.#prepare();
  }

  #prepare(): void {
    const { kernel, options } = this.#core;
    if (kernel.nowUs - this.#startUs > options.casContentionTimeoutUs) {
      this.#received = 0;
      this.#timeOut();
      return;
    }
    const timeUs = this.#coordinator.nextBallotUs(this.#seen.timeUs);
    const ballot: Ballot = { timeUs, node: this.#coordinator.index };
    const promises: Extract<Promised, { kind: 'promised' }>[] = [];
    const asked = this.#round<Promised>(
      (ordinal) => prepareOn(this.#core, this.#operation.partition, ordinal, ballot),
      (answer) => {
        if (answer.kind === 'refused') {
          this.#contend(answer.promised);
          return;
        }
        promises.push(answer);
        if (promises.length === this.#quorum) this.#promised(ballot, promises);
      },
    );
    if (asked < this.#quorum) {
      // Of this level: nothing was proposed (49).
      const { serialConsistency } = this.#operation;
      const required = this.#quorum;
      this.#respond(refused({ kind: 'unavailable', consistency: serialConsistency, required, alive: asked }));
    }
  }

  #promised(ballot: Ballot, promises: readonly Extract<Promised, { kind: 'promised' }>[]): void {
    const accepted = newest(promises.map((promise) => promise.accepted));
    const committed = newest(promises.map((promise) => promise.committed));
    const { partition } = this.#operation;
    const graceUs = this.#core.parametersOf(partition.store.schema.table.name).gcGraceSeconds * 1e6;
    const open =
      accepted?.mutation !== undefined &&
      ballot.timeUs - accepted.ballot.timeUs < Math.max(leastStateAgeUs, graceUs) &&
      !this.#core.deviations.has('open-round-is-forgotten') &&
      (committed === undefined || compareBallots(accepted.ballot, committed.ballot) > 0);
    if (open && accepted.mutation !== undefined) {
      const mutation = restamp(accepted.mutation, ballot.timeUs);
      this.#propose({ ballot, mutation }, false, () => {
        this.#commit({ ballot, mutation }, () => this.#prepare());
      });
      return;
    }
    const late = promises.filter(
      (promise) =>
        committed !== undefined &&
        (promise.committed === undefined || compareBallots(promise.committed.ballot, committed.ballot) < 0),
    );
    if (committed !== undefined && late.length > 0) {
      this.#bringUp(
        committed,
        late.map((promise) => promise.ordinal),
      );
      return;
    }
    this.#read(ballot);
  }

  /** Late replicas get the newest commit; then the round starts over. */
  #bringUp(committed: Proposal, ordinals: readonly number[]): void {
    let waiting = this.#round<undefined>(
      (ordinal) => {
        this.#applyCommit(committed, ordinal);
        return undefined;
      },
      () => {
        if (--waiting === 0) this.#prepare();
      },
      ordinals,
    );
    if (waiting === 0) this.#contend(this.#seen);
  }

  #read(ballot: Ballot): void {
    this.#nextPhase();
    const phase = this.#phase;
    // A read takes up to three phases of its own.
    this.#phase += 3;
    const after = this.#phase;
    new ReadCoordination(this.#core, {
      coordinator: this.#coordinator,
      operation: this.#operation,
      selection: this.#selection(),
      consistency: this.#readConsistency(),
      seed: this.#request.seed,
      phase,
      nowSecond: this.#coordinator.nowSecond(),
      respond: (outcome) => {
        if (this.#phase === after) this.#judge(ballot, outcome);
      },
    }).start();
  }

  #readConsistency(): 'QUORUM' | 'LOCAL_QUORUM' {
    return this.#operation.serialConsistency === 'SERIAL' ? 'QUORUM' : 'LOCAL_QUORUM';
  }

  #selection(): Selection {
    if (this.#purpose.kind === 'read') return this.#purpose.selection;
    const [first, ...others] = this.#purpose.tests;
    if (first === undefined || others.length > 0) {
      return { prefix: [], reversed: false, limit: Infinity, withStamps: false };
    }
    const prefix = typeof first.key === 'object' ? first.key : [first.key];
    return { prefix, reversed: false, limit: 1, withStamps: false };
  }

  #judge(ballot: Ballot, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'rows': {
        const purpose = this.#purpose;
        if (purpose.kind === 'read') {
          this.#proposeNothing(ballot, outcome);
          return;
        }
        const { schema } = this.#operation.partition.store;
        const { rows } = outcome;
        const applies = purpose.tests.every((test) => holds(schema, test, rowAt(schema, rows, test.key)));
        if (!applies) {
          const shown = shownAgainst(schema, purpose.tests, purpose.isBatch, rows);
          this.#proposeNothing(ballot, { kind: 'conditional', applied: false, rows: shown });
          return;
        }
        const proposal = { ballot, mutation: this.#ownMutation(purpose, ballot) };
        this.#propose(proposal, true, () => {
          this.#commit(proposal, () => {
            this.#respond({ kind: 'conditional', applied: true, rows: [] });
          });
        });
        return;
      }
      case 'refused':
      case 'written':
      case 'conditional':
        this.#respond(outcome);
        return;
    }
  }

  #ownMutation(purpose: Extract<PaxosPurpose, { kind: 'conditional' }>, ballot: Ballot): Mutation {
    const nowSecond = this.#coordinator.nowSecond();
    const stampUs = this.#operation.timestampUs ?? ballot.timeUs;
    const made = conditionalMutation(purpose.changes, stampUs, nowSecond);
    return this.#core.deviations.has('cas-keeps-client-timestamp') ? made : restamp(made, ballot.timeUs);
  }

  /** The empty update keeps older, half-accepted proposals from coming back (cassandra-and-live 46). */
  #proposeNothing(ballot: Ballot, outcome: Outcome): void {
    if (this.#core.deviations.has('cas-refusal-proposes-nothing')) {
      this.#respond(outcome);
      return;
    }
    this.#propose({ ballot, mutation: undefined }, true, () => this.#respond(outcome));
  }

  /** `own`: the claim's own value, so that a partly accepted one is an unknown outcome (cassandra-and-live 48a). */
  #propose(proposal: Proposal, own: boolean, accepted: () => void): void {
    let accepts = 0;
    let answers = 0;
    const asked = this.#round<true | Ballot>(
      (ordinal) => acceptOn(this.#core, this.#operation.partition, ordinal, proposal),
      (answer) => {
        answers++;
        if (answer === true) accepts++;
        else if (compareBallots(answer, this.#seen) > 0) this.#seen = answer;
        if (accepts === this.#quorum) accepted();
        else if (answers === asked && accepts > 0 && own) this.#timeOut();
        else if (answers === asked) this.#contend(this.#seen);
      },
    );
    if (asked < this.#quorum) this.#timeOut();
  }

  #commit(proposal: Proposal, committed: () => void): void {
    const { mutation } = proposal;
    this.#nextPhase();
    const phase = this.#phase;
    if (mutation === undefined) {
      committed();
      return;
    }
    new ReplicatedWrite(this.#core, {
      coordinator: this.#coordinator,
      replicas: this.#operation.replicas,
      mutation,
      consistency: this.#purpose.kind === 'read' ? this.#readConsistency() : this.#operation.consistency,
      writeType: 'SIMPLE',
      seed: this.#request.seed,
      phase,
      medianUs: this.#core.plan.times.paxosStepUs,
      alsoDo: (ordinal) => commitOn(this.#core, this.#operation.partition, ordinal, proposal),
      respond: (outcome) => {
        if (this.#phase !== phase) return;
        switch (outcome.kind) {
          case 'written':
            committed();
            return;
          case 'refused':
            // Decided already, whatever it is called: the next round commits it (48b, 49).
            if (this.#purpose.kind === 'read' && outcome.failure.kind === 'write-timeout') this.#timeOut();
            else this.#respond(outcome);
            return;
          case 'rows':
          case 'conditional':
            return;
        }
      },
    }).start();
  }

  #applyCommit(proposal: Proposal, ordinal: number): void {
    const { kernel, journal } = this.#core;
    const partition = this.#operation.partition;
    partition.materialise();
    if (proposal.mutation !== undefined) {
      journal.applyOne(kernel.nowUs, proposal.mutation, ordinal, kernel.nowUs);
    }
    commitOn(this.#core, partition, ordinal, proposal);
  }

  /** Asks all replicas that are alive in the coordinator's view, or those given. Returns how many it asked. */
  #round<R>(
    work: (ordinal: number) => R,
    answered: (result: R) => void,
    ordinals?: readonly number[],
  ): number {
    this.#nextPhase();
    const phase = this.#phase;
    const { plan, kernel, options, detector, internode } = this.#core;
    const { replicas } = this.#operation;
    const asked = (ordinals ?? this.#electorate).filter((ordinal) =>
      detector.sees(this.#coordinator.index, (replicas[ordinal] as CassandraNode).index),
    );
    if (ordinals === undefined && asked.length < this.#quorum) return asked.length;
    const letter = internode.letter(this.#coordinator, PaxosCoordination.#expire, this, phase);
    this.#timer = internode.deliverIn(options.writeTimeoutUs, letter);
    for (const ordinal of asked) {
      new ReplicaCall<R>(this.#core, {
        from: this.#coordinator,
        to: replicas[ordinal] as CassandraNode,
        relay: undefined,
        stage: 'mutation',
        draw: plan.draw(this.#request.seed, replicaStep(phase, ordinal)),
        medianUs: plan.times.paxosStepUs,
        bytes: mutationOverheadBytes,
        expiresUs: kernel.nowUs + options.writeTimeoutUs,
        work: () => work(ordinal),
        done: (result) => {
          if (this.#phase !== phase || this.#responded) return;
          this.#received++;
          answered(result);
        },
      }).start();
    }
    return asked.length;
  }

  #nextPhase(): void {
    this.#phase++;
    this.#received = 0;
    this.#core.kernel.cancel(this.#timer);
  }

  #contend(seen: Ballot): void {
    if (compareBallots(seen, this.#seen) > 0) this.#seen = seen;
    this.#nextPhase();
    const { internode, plan } = this.#core;
    const pauseUs = plan.draw(this.#request.seed, replicaStep(this.#phase, 0)) % longestPauseUs;
    internode.deliverIn(
      pauseUs,
      internode.letter(this.#coordinator, PaxosCoordination.#again, this, undefined),
    );
  }

  static #again(claim: PaxosCoordination): void {
    claim.#prepare();
  }

  static #expire(claim: PaxosCoordination, phase: number): void {
    if (claim.#phase === phase) claim.#timeOut();
  }

  /** Nobody knows whether it will be applied: any later round on the partition may finish it (48a). */
  #timeOut(): void {
    const received = Math.min(this.#received, this.#quorum - 1);
    this.#nextPhase();
    const consistency = this.#operation.serialConsistency;
    const required = this.#quorum;
    if (this.#purpose.kind === 'read') {
      // The server says 0 here, whoever answered (`legacyReadWithPaxos`; seen on 5.0.8).
      this.#respond(
        refused({ kind: 'read-timeout', consistency, received: 0, required, dataPresent: false }),
      );
    } else if (this.#core.deviations.has('cas-timeout-is-definite')) {
      this.#respond({ kind: 'conditional', applied: false, rows: [] });
    } else {
      this.#respond(refused({ kind: 'write-timeout', consistency, received, required, writeType: 'CAS' }));
    }
  }

  #respond(outcome: Outcome): void {
    this.#core.kernel.cancel(this.#timer);
    if (this.#responded) return;
    this.#responded = true;
    this.#request.respond(outcome);
  }
}

function newest(proposals: readonly (Proposal | undefined)[]): Proposal | undefined {
  let newestSoFar: Proposal | undefined;
  for (const proposal of proposals) {
    if (proposal === undefined) continue;
    if (newestSoFar === undefined || compareBallots(proposal.ballot, newestSoFar.ballot) > 0) {
      newestSoFar = proposal;
    }
  }
  return newestSoFar;
}
