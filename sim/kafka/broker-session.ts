import type { Connection } from '../network/index.ts';
import type { KafkaBroker } from './kafka-broker.ts';

/** What a request does at its broker. `reply` is called once, or never where none is asked for. */
export type BrokerWork<T> = (broker: KafkaBroker, clientId: string, reply: (answer: T) => void) => void;

/** A request on its way. */
export interface BrokerRequest<T> {
  readonly work: BrokerWork<T>;
  readonly clientId: string;
  /** Produce with `acks` 0 is not answered. */
  readonly isAnswered: boolean;
  /** Runs at the client. */
  readonly arrive: (request: BrokerRequest<T>, answer: T) => void;
}

const answerBytes = 200;

/** A broker's side of one connection: it reads the next request only after it has answered the one before. */
export class BrokerSession {
  readonly #broker: KafkaBroker;
  readonly #connection: Connection;
  readonly #queue: (() => void)[] = [];
  #isBusy = false;

  constructor(broker: KafkaBroker, connection: Connection) {
    this.#broker = broker;
    this.#connection = connection;
  }

  static receive<T>(connection: Connection, request: BrokerRequest<T>): void {
    const session = connection.attachment;
    if (session instanceof BrokerSession) session.#enqueue(request);
  }

  #enqueue<T>(request: BrokerRequest<T>): void {
    const start = (): void => {
      this.#isBusy = true;
      request.work(this.#broker, request.clientId, (answer) => {
        if (request.isAnswered) this.#connection.send(1, answerBytes, request.arrive, request, answer);
        this.#isBusy = false;
        this.#queue.shift()?.();
      });
    };
    if (this.#isBusy) this.#queue.push(start);
    else start();
  }
}
