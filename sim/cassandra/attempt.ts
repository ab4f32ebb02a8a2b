import type { EventHandle, Placed } from '../kernel/index.ts';
import type { Connection, Endpoint } from '../network/index.ts';
import type { ClientRequest } from './client-request.ts';
import type { HostChannel } from './host-channel.ts';
import { mutationOverheadBytes } from './mutation.ts';
import type { Operation, Outcome } from './operation.ts';
import type { RingCore } from './ring-core.ts';
import { clientStep } from './service-time.ts';

/** Why an attempt ended without an answer; both are ambiguous. */
export type LossCode = 'timeout' | 'disconnected';

/** Whose attempt it is: decides about what comes next. */
export interface AttemptOwner {
  answered(attempt: Attempt, outcome: Outcome): void;
  lost(attempt: Attempt, code: LossCode): void;
}

/** One try of a statement through one coordinator. */
export class Attempt implements ClientRequest, Placed {
  place = -1;
  readonly operation: Operation;
  readonly seed: number;
  readonly timeoutUs: number;
  readonly channel: HostChannel;
  readonly #core: RingCore;
  readonly #client: Endpoint;
  readonly #owner: AttemptOwner;
  readonly #connection: Connection;
  readonly #sentUs: number;
  #settled = false;
  #timer: EventHandle = -1;

  constructor(
    core: RingCore,
    client: Endpoint,
    owner: AttemptOwner,
    operation: Operation,
    seed: number,
    timeoutUs: number,
    channel: HostChannel,
    connection: Connection,
  ) {
    this.#core = core;
    this.#client = client;
    this.#owner = owner;
    this.operation = operation;
    this.seed = seed;
    this.timeoutUs = timeoutUs;
    this.channel = channel;
    this.#connection = connection;
    this.#sentUs = core.kernel.nowUs;
    channel.pending.add(this);
  }

  /** Nothing disturbs the way to the coordinator and back. */
  get onHealthyPath(): boolean {
    const { network } = this.#core;
    const connection = this.#connection;
    return (
      (network.calm || network.healthy(this.#client.host, this.channel.node.host)) &&
      connection.held[0].length === 0 &&
      connection.held[1].length === 0
    );
  }

  /** Sends the request as a message; a node that was started anew resets connections of its last life. */
  send(serve: (attempt: Attempt) => void): void {
    this.becomeExplicit();
    const { kernel, plan, network } = this.#core;
    const { node, incarnation } = this.channel;
    if (this.onHealthyPath && network.isUp(node.host) && node.incarnation === incarnation) {
      kernel.after(plan.outUs(plan.draw(this.seed, clientStep)), Attempt.#arrive, this, serve);
    } else {
      this.#connection.send(0, this.operation.bytes, Attempt.#serve, this, serve);
    }
  }

  static #arrive(attempt: Attempt, serve: (attempt: Attempt) => void): void {
    const { node, incarnation } = attempt.channel;
    if (!attempt.#core.network.isUp(node.host) || node.incarnation !== incarnation) return;
    node.process.run(serve, attempt, undefined);
  }

  static #serve(attempt: Attempt, serve: (attempt: Attempt) => void): void {
    serve(attempt);
  }

  respond(outcome: Outcome): void {
    if (this.#settled) return;
    const { plan } = this.#core;
    if (this.onHealthyPath) this.deliverIn(plan.backUs(plan.draw(this.seed, clientStep)), outcome);
    else this.#connection.send(1, mutationOverheadBytes, Attempt.#received, this, outcome);
  }

  deliverIn(delayUs: number, outcome: Outcome): void {
    this.#core.kernel.after(delayUs, Attempt.#delivered, this, outcome);
  }

  receive(outcome: Outcome): void {
    if (!this.#core.network.isUp(this.#client.host)) return;
    this.#client.process.run(Attempt.#received, this, outcome);
  }

  becomeExplicit(): void {
    if (this.#settled) return;
    this.#timer = this.#core.kernel.at(this.#sentUs + this.timeoutUs, Attempt.#expire, this, undefined);
  }

  /** The connection ended while the answer was awaited. */
  disconnected(): void {
    this.#end();
    this.#owner.lost(this, 'disconnected');
  }

  static #delivered(attempt: Attempt, outcome: Outcome): void {
    attempt.receive(outcome);
  }

  static #received(attempt: Attempt, outcome: Outcome): void {
    if (attempt.#settled) return;
    attempt.#end();
    attempt.channel.heard();
    attempt.#owner.answered(attempt, outcome);
  }

  static #expire(attempt: Attempt): void {
    attempt.#client.process.run(Attempt.#giveUp, attempt, undefined);
  }

  static #giveUp(attempt: Attempt): void {
    if (attempt.#settled) return;
    attempt.#end();
    attempt.channel.timedOut();
    attempt.#owner.lost(attempt, 'timeout');
  }

  #end(): void {
    this.#settled = true;
    this.#core.kernel.cancel(this.#timer);
    this.channel.pending.delete(this);
  }
}
