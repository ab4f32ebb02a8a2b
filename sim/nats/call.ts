import { codeOfRefusal, PortError } from '../../system/ports/errors.ts';
import type { Deferred, EventHandle, Placed } from '../kernel/index.ts';
import type { Refusal } from './api-errors.ts';
import type { NatsClient } from './nats-client.ts';

/** A call, whatever it asks for. */
export interface OpenCall extends Placed {
  readonly client: NatsClient;
  fail(refusal: Refusal): void;
}

/** One request of a client: it waits for an answer until its own time-out, disconnected or not (jetstream I74). */
export class Call<T> implements OpenCall {
  readonly client: NatsClient;
  readonly what: string;
  place = -1;
  readonly #deferred: Deferred<T>;
  readonly #timer: EventHandle;

  constructor(client: NatsClient, what: string, timeoutMs: number) {
    this.client = client;
    this.what = what;
    this.#deferred = client.process.deferred<T>();
    this.#timer = client.process.kernel.after(timeoutMs * 1000, Call.#expire<T>, this, undefined);
    client.calls.add(this);
  }

  get promise(): Promise<T> {
    return this.#deferred.promise;
  }

  /** In the client's process, when the answer arrives. */
  static fulfil<T>(call: Call<T>, value: T): void {
    call.#close();
    call.#deferred.resolve(value);
  }

  static refuse(call: OpenCall, refusal: Refusal): void {
    call.fail(refusal);
  }

  fail(refusal: Refusal): void {
    if (this.#deferred.settled) return;
    this.#close();
    this.#deferred.reject(
      typeof refusal === 'string'
        ? new PortError(`${this.what}: ${refusal}`, refusal)
        : new PortError(`${this.what}: ${refusal.description}`, codeOfRefusal(refusal), { server: refusal }),
    );
  }

  static #expire<T>(call: Call<T>): void {
    call.fail('timeout');
  }

  #close(): void {
    this.client.process.kernel.cancel(this.#timer);
    this.client.calls.delete(this);
  }
}
