import type { EventHandle } from '../kernel/index.ts';
import { compareBallots, firstBallot } from './ballot.ts';
import type { Ballot, Proposal } from './ballot.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { ClusteringKey } from './clustering.ts';
import { mutationOverheadBytes } from './mutation.ts';
import { quorumOf, refused } from './operation.ts';
import type { Operation, Outcome, ServerRequest } from './operation.ts';
import { acceptOn, commitOn, prepareOn, restamp } from './paxos-replica.ts';
import type { Promised } from './paxos-replica.ts';
import { mutationOf, ReplicatedWrite } from './replicated-write.ts';
import { ReadCoordination } from './read-coordination.ts';
import { ReplicaCall } from './replica-call.ts';
import { failCold } from './replica-read.ts';
import type { RingCore } from './ring-core.ts';
import { replicaStep } from './service-time.ts';

const longestPauseUs = 100_000;

/**
 * INSERT … IF NOT EXISTS by Paxos v1 (cassandra-and-live 44–48): prepare, finish an open round, bring late replicas up
 * to the newest commit, read at quorum, propose, commit. Contention is retried after random pauses.
 * Not modelled: the expiry of Paxos state, other conditions than IF NOT EXISTS, SERIAL reads.
 */
export class PaxosCoordination {
  readonly #core: RingCore;
  readonly #coordinator: CassandraNode;
  readonly #request: ServerRequest;
  readonly #operation: Operation;
  readonly #key: ClusteringKey;
  readonly #startUs: number;
  readonly #quorum: number;
  /** Counts the rounds of messages: answers to an earlier one are not looked at. */
  #phase = 0;
  #seen: Ballot = firstBallot;
  #timer: EventHandle = -1;
  #responded = false;

  constructor(core: RingCore, coordinator: CassandraNode, request: ServerRequest, key: ClusteringKey) {
    this.#core = core;
    this.#coordinator = coordinator;
    this.#request = request;
    this.#operation = request.operation;
    this.#key = key;
    this.#startUs = core.kernel.nowUs;
    this.#quorum = quorumOf(request.operation.replicas.length);
  }

  start(): void {
    const partition = this.#operation.partition;
    partition.materialise();
    if (partition.isColdAt(this.#key)) failCold(this.#core, partition);
    this.#prepare();
  }

  #prepare(): void {
    const { kernel, options } = this.#core;
    if (kernel.nowUs - this.#startUs > options.casContentionTimeoutUs) {
      this.#timeOut('contention');
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
      const message = `claim at SERIAL: ${this.#quorum} replicas needed, ${asked} alive`;
      this.#respond(refused('unavailable', message));
    }
  }

  #promised(ballot: Ballot, promises: readonly Extract<Promised, { kind: 'promised' }>[]): void {
    const accepted = newest(promises.map((promise) => promise.accepted));
    const committed = newest(promises.map((promise) => promise.committed));
    const open =
      accepted?.mutation !== undefined &&
      (committed === undefined || compareBallots(accepted.ballot, committed.ballot) > 0);
    if (open && accepted.mutation !== undefined) {
      const mutation = restamp(accepted.mutation, ballot.timeUs);
      this.#propose({ ballot, mutation }, false, () => {
        this.#commit({ ballot, mutation }, this.#quorum, () => this.#prepare());
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
    const key = this.#key;
    new ReadCoordination(this.#core, {
      coordinator: this.#coordinator,
      operation: this.#operation,
      selection: { prefix: typeof key === 'object' ? key : [key], reversed: false, limit: 1 },
      blockFor: this.#quorum,
      seed: this.#request.seed,
      phase,
      nowSecond: this.#coordinator.nowSecond(),
      respond: (outcome) => {
        if (this.#phase === after) this.#judge(ballot, outcome);
      },
    }).start();
  }

  #judge(ballot: Ballot, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'rows': {
        const [row] = outcome.rows;
        if (row !== undefined) {
          // The empty update keeps older, half-accepted proposals from coming back (cassandra-and-live 46).
          this.#propose({ ballot, mutation: undefined }, true, () => {
            this.#respond({ kind: 'claimed', applied: false, row });
          });
          return;
        }
        const made = mutationOf(this.#operation, this.#coordinator.nowSecond());
        const proposal = { ballot, mutation: restamp(made, ballot.timeUs) };
        this.#propose(proposal, true, () => {
          this.#commit(proposal, this.#operation.blockFor, () => {
            this.#respond({ kind: 'claimed', applied: true, row: undefined });
          });
        });
        return;
      }
      case 'refused':
      case 'written':
      case 'claimed':
        this.#respond(outcome);
        return;
    }
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
        else if (answers === asked && accepts > 0 && own) this.#timeOut('propose');
        else if (answers === asked) this.#contend(this.#seen);
      },
    );
    if (asked < this.#quorum) this.#timeOut('propose');
  }

  #commit(proposal: Proposal, blockFor: number, committed: () => void): void {
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
      blockFor,
      what: 'commit of a claim',
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
            // Decided already: an Unavailable of this phase is as ambiguous as a timeout (cassandra-and-live 48b, 49).
            this.#respond(refused('write-timeout', outcome.message));
            return;
          case 'rows':
          case 'claimed':
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
    const asked = (ordinals ?? replicas.map((_, ordinal) => ordinal)).filter((ordinal) =>
      detector.sees(this.#coordinator.index, (replicas[ordinal] as CassandraNode).index),
    );
    if (ordinals === undefined && asked.length < this.#quorum) return asked.length;
    const letter = internode.letter(this.#coordinator, PaxosCoordination.#expire, this, phase);
    this.#timer = internode.deliverIn(options.writeTimeoutUs, letter);
    for (const ordinal of asked) {
      new ReplicaCall<R>(this.#core, {
        from: this.#coordinator,
        to: replicas[ordinal] as CassandraNode,
        draw: plan.draw(this.#request.seed, replicaStep(phase, ordinal)),
        medianUs: plan.times.paxosStepUs,
        bytes: mutationOverheadBytes,
        expiresUs: kernel.nowUs + options.writeTimeoutUs,
        work: () => work(ordinal),
        done: (result) => {
          if (this.#phase === phase && !this.#responded) answered(result);
        },
      }).start();
    }
    return asked.length;
  }

  #nextPhase(): void {
    this.#phase++;
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
    if (claim.#phase === phase) claim.#timeOut('no quorum');
  }

  #timeOut(where: string): void {
    this.#nextPhase();
    this.#respond(refused('write-timeout', `claim timed out (CAS, ${where})`));
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
