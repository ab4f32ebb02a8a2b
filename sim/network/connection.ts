import type { SimProcess } from '../kernel/index.ts';
import { DeliveryOrder } from './delivery-order.ts';
import type { Network } from './network.ts';

/** 0 is who dialled, 1 who accepted. */
export type Side = 0 | 1;

/** Where a connection ends: a process on a machine. */
export interface Endpoint {
  readonly host: number;
  readonly process: SimProcess;
}

export type CloseReason = 'closed' | 'reset' | 'timed-out';

/** Linux gives up after about 15 retransmissions. */
const retransmissionsEndUs = 924_600_000;

export interface Held {
  readonly bytes: number;
  readonly callback: (first: unknown, second: unknown) => void;
  readonly first: unknown;
  readonly second: unknown;
}

/**
 * One TCP connection. Each direction is first in, first out; what a cut link swallows is held and retransmitted with
 * exponential back-off, so a heal is noticed late (jetstream 22); a close travels behind the data.
 */
export class Connection {
  readonly network: Network;
  readonly ends: readonly [Endpoint, Endpoint];
  open: readonly boolean[] = [true, true];
  readonly #order: DeliveryOrder;
  readonly held: [Held[], Held[]] = [[], []];
  /** When the first of the held messages was sent, by direction; 0 where none is held. */
  readonly heldSinceUs: [number, number] = [0, 0];
  /** When the first message was sent that a cut way back leaves unanswered, by direction; 0 where none is. */
  readonly unansweredSinceUs: [number, number] = [0, 0];
  /** How long what is held may wait until the connection counts as gone (`TCP_USER_TIMEOUT`, where a server sets it). */
  giveUpUs = retransmissionsEndUs;
  /** What the held messages take of the sender's buffer, by direction. */
  readonly heldBytes: [number, number] = [0, 0];
  /** What the accepting side keeps with the connection: the server that answers on it. */
  attachment: unknown;
  /** Another one between the same two processes, made with this one. */
  companion: Connection | undefined;
  readonly #closeHandlers: [
    ((reason: CloseReason) => void) | undefined,
    ((reason: CloseReason) => void) | undefined,
  ] = [undefined, undefined];

  constructor(network: Network, client: Endpoint, server: Endpoint, order = new DeliveryOrder()) {
    this.network = network;
    this.ends = [client, server];
    this.#order = order;
  }

  /**
   * A second connection, made with the first at no cost. While nothing is wrong what is sent on both arrives in the
   * order of sending, and both close together when a process ends; a cut holds each for itself.
   */
  accompany(): Connection {
    const [client, server] = this.ends;
    const companion = new Connection(this.network, client, server, this.#order);
    this.companion = companion;
    this.network.register(companion);
    return companion;
  }

  isOpen(side: Side): boolean {
    return this.open[side] === true;
  }

  /**
   * Takes the next place in one direction, first in, first out, for a message that the sending machine has only in
   * `handedOverInUs`. Returns when it arrives at the earliest; `delayUs` counts from now.
   */
  reserve(side: Side, handedOverInUs: number, delayUs: number): number {
    return this.#order.reserve(side, this.network.kernel.nowUs, handedOverInUs, delayUs);
  }

  /** At most one handler a side. It runs in that side's process, and not for the side that closed. */
  onClosed(side: Side, handler: (reason: CloseReason) => void): void {
    this.#closeHandlers[side] = handler;
  }

  /** Sends from `side`; the callback runs in the other side's process when the message arrives. Nothing is sent on a closed side. */
  send<A, B>(side: Side, bytes: number, callback: (first: A, second: B) => void, first: A, second: B): void {
    if (this.open[side] !== true) return;
    this.network.transmit(this, side, bytes, callback as Held['callback'], first, second);
  }

  /**
   * Like `send` for a message that reaches the sending machine only in `handedOverInUs`: spares the event of an
   * intermediate hop on a healthy path.
   */
  sendIn<A, B>(
    side: Side,
    handedOverInUs: number,
    bytes: number,
    callback: (first: A, second: B) => void,
    first: A,
    second: B,
  ): void {
    if (this.open[side] !== true) return;
    const erased = callback as Held['callback'];
    this.network.transmit(this, side, bytes, erased, first, second, handedOverInUs);
  }

  /** Like `send` for a message that was sent before now and arrives at that time, whatever becomes of the link now. */
  sent<A, B>(
    side: Side,
    atUs: number,
    bytes: number,
    callback: (first: A, second: B) => void,
    first: A,
    second: B,
  ): void {
    if (this.open[side] !== true) return;
    const arrivalUs = this.reserve(side, 0, atUs - this.network.kernel.nowUs);
    const erased = callback as Held['callback'];
    this.network.deliverAt(arrivalUs, this, side, { bytes, callback: erased, first, second });
  }

  /** Closes in an orderly way: the other side learns it behind all data sent before. */
  close(side: Side): void {
    if (this.open[side] !== true) return;
    this.network.transmit(
      this,
      side,
      40,
      Connection.#arriveClose as Held['callback'],
      this,
      side === 0 ? 1 : 0,
    );
    this.markClosed(side);
  }

  markClosed(side: Side): void {
    this.open = side === 0 ? [false, this.open[1] === true] : [this.open[0] === true, false];
    this.network.forget(this);
  }

  /** This side learns that the connection is gone. */
  lose(side: Side, reason: CloseReason): void {
    if (this.open[side] !== true) return;
    this.markClosed(side);
    const handler = this.#closeHandlers[side];
    if (handler !== undefined) this.ends[side].process.run(handler, reason, undefined);
  }

  /** Its process has ended: the other side learns it with the close of the first connection. */
  endWithFirst(side: Side): void {
    this.markClosed(side);
  }

  static #arriveClose(connection: Connection, side: Side): void {
    connection.lose(side, 'closed');
    const { companion } = connection;
    if (companion?.isOpen(side === 0 ? 1 : 0) === false) companion.lose(side, 'closed');
  }
}
