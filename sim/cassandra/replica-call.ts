import type { CassandraNode } from './cassandra-node.ts';
import type { RingCore } from './ring-core.ts';
import type { StageName } from './work-stage.ts';

const replyBytes = 80;

/** What a coordinator asks of one replica. */
export interface ReplicaWork<R> {
  readonly from: CassandraNode;
  readonly to: CassandraNode;
  /** A node of the other data centre through which the request goes (cassandra-and-live 2). */
  readonly relay: CassandraNode | undefined;
  readonly stage: StageName;
  /** Random bits of this step; all its delays come from them. */
  readonly draw: number;
  readonly medianUs: number;
  readonly bytes: number;
  /** A message that reaches the replica later is dropped there: nobody waits for it any more. */
  readonly expiresUs: number;
  /** Done on the replica, at most once; `atUs` is when. */
  readonly work: (atUs: number) => R;
  /** Back at the coordinator. */
  readonly done: (result: R) => void;
}

/**
 * Request, service, reply between a coordinator and a replica. The replica's stages take so many pieces of work at a
 * time; operations that were computed at once do not count there, since a ring that is calm has room.
 */
export class ReplicaCall<R> {
  readonly #core: RingCore;
  readonly #work: ReplicaWork<R>;

  constructor(core: RingCore, work: ReplicaWork<R>) {
    this.#core = core;
    this.#work = work;
  }

  start(): void {
    const { from, to, relay, bytes, draw } = this.#work;
    const { internode, plan } = this.#core;
    if (relay === undefined) {
      internode.send(from, to, bytes, plan.outUs(draw), ReplicaCall.#arrived<R>, this, undefined);
    } else {
      internode.send(from, relay, bytes, plan.outUs(draw), ReplicaCall.#passOn<R>, this, relay);
    }
  }

  static #passOn<R>(call: ReplicaCall<R>, relay: CassandraNode): void {
    const { to, bytes, draw } = call.#work;
    const { internode, plan } = call.#core;
    internode.send(relay, to, bytes, plan.backUs(draw), ReplicaCall.#arrived<R>, call, undefined);
  }

  /** Goes on with a call that began undisturbed at `sentUs`. True when its answer is already in. */
  resume(sentUs: number): boolean {
    const { kernel, internode, plan } = this.#core;
    const { from, to, draw, medianUs } = this.#work;
    const linkUs = from === to ? 0 : 1;
    const arrivedUs = sentUs + linkUs * plan.outUs(draw);
    const workedUs = arrivedUs + plan.serviceUs(draw, medianUs);
    const answeredUs = workedUs + linkUs * plan.backUs(draw);
    const nowUs = kernel.nowUs;
    // What would happen in this very moment comes after whoever asks: its event was there first.
    if (arrivedUs >= nowUs) {
      internode.deliverIn(arrivedUs - nowUs, internode.letter(to, ReplicaCall.#arrived<R>, this, undefined));
      return false;
    }
    if (workedUs >= nowUs) {
      to.stages[this.#work.stage].enterAnyway();
      internode.deliverIn(workedUs - nowUs, internode.letter(to, ReplicaCall.#worked<R>, this, undefined));
      return false;
    }
    const result = this.#work.work(workedUs);
    if (answeredUs >= nowUs) {
      internode.deliverIn(answeredUs - nowUs, internode.letter(from, ReplicaCall.#answered<R>, this, result));
      return false;
    }
    this.#work.done(result);
    return true;
  }

  static #arrived<R>(call: ReplicaCall<R>): void {
    const { to, stage, expiresUs } = call.#work;
    if (call.#core.kernel.nowUs > expiresUs) {
      to.droppedMessages++;
      return;
    }
    to.stages[stage].enter(expiresUs, () => call.#serve());
  }

  #serve(): void {
    const { internode, plan } = this.#core;
    const { to, draw, medianUs } = this.#work;
    let serviceUs = plan.serviceUs(draw, medianUs);
    if (to.slowFactor !== 1) {
      to.slowHits++;
      serviceUs = Math.round(serviceUs * to.slowFactor);
    }
    internode.deliverIn(serviceUs, internode.letter(to, ReplicaCall.#worked<R>, this, undefined));
  }

  static #worked<R>(call: ReplicaCall<R>): void {
    const { from, to, stage, draw, work } = call.#work;
    to.droppedMessages += to.stages[stage].leave(call.#core.kernel.nowUs);
    const result = work(call.#core.kernel.nowUs);
    const backUs = call.#core.plan.backUs(draw);
    call.#core.internode.send(to, from, replyBytes, backUs, ReplicaCall.#answered<R>, call, result);
  }

  static #answered<R>(call: ReplicaCall<R>, result: R): void {
    call.#work.done(result);
  }
}
