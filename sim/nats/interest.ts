import { NatsConsumption } from './consumption.ts';
import type { NatsServer } from './nats-server.ts';
import type { Session } from './session.ts';
import type { Delivery, Waiter } from './waiter.ts';

/**
 * The waiting pulls of one client's loop, in a consumer leader's memory. It stands for all the renewals that a live
 * client sends; once the client falls silent it ends where its last renewal would have.
 */
export class Interest implements Waiter {
  readonly consumption: NatsConsumption;
  readonly filled = false;
  readonly counts = false;
  readonly #session: Session;
  /** Part of a pull's life that is left when the client falls silent, in (0, 1]. */
  readonly #phase: number;
  readonly #registeredUs: number;
  /** The server that ended it because the client did not renew it. */
  #endedOn: NatsServer | undefined;
  #isSilent = false;
  #sentIntoSilence = 0;
  /** A message had to wait because the client had what it asked for and could not ask again. */
  isStarved = false;
  #endedUs = 0;

  constructor(consumption: NatsConsumption, session: Session, phase: number) {
    this.consumption = consumption;
    this.#session = session;
    this.#phase = phase;
    this.#registeredUs = consumption.client.process.kernel.nowUs;
  }

  /** The leader on `server` and the client hear each other. */
  isHeard(server: NatsServer): boolean {
    return this.#session.connection.isOpen(1) && this.#session.silentSinceUs(server) === undefined;
  }

  state(server: NatsServer): 'open' | 'full' | 'ended' {
    const { options, client } = this.consumption;
    const { nowUs } = client.process.kernel;
    // Nobody listens at the inbox any more (jetstream G61).
    if (!this.#session.connection.isOpen(1)) {
      this.#endedUs = nowUs;
      return 'ended';
    }
    const silentSinceUs = this.#session.silentSinceUs(server);
    this.#isSilent = silentSinceUs !== undefined;
    if (silentSinceUs === undefined) {
      this.#sentIntoSilence = 0;
      return 'open';
    }
    // A pull that came through a path cut one way stands for itself alone.
    const endUs =
      silentSinceUs <= this.#registeredUs
        ? this.#registeredUs + options.expiresMs * 1000
        : silentSinceUs + this.#phase * options.expiresMs * 1000;
    if (nowUs >= endUs) {
      this.#endedUs = endUs;
      this.#endedOn = server;
      return 'ended';
    }
    if (this.#sentIntoSilence < options.maxMessages) return 'open';
    this.isStarved = true;
    return 'full';
  }

  take(): boolean {
    if (this.#isSilent) this.#sentIntoSilence++;
    return true;
  }

  deliver(server: NatsServer, delivery: Delivery): void {
    const { consumption } = this;
    const bytes = 160 + delivery.message.payload.length;
    server.push(consumption.client, bytes, NatsConsumption.arrive, consumption, delivery);
  }

  /** Tells the client what `state` has found: by a status it gets when it hears again, or by the heartbeats that it misses. */
  ended(): void {
    const { consumption } = this;
    consumption.lost(this, this.#endedUs);
    this.#endedOn?.push(consumption.client, 80, NatsConsumption.arriveEnded, consumption, undefined);
  }

  dropped(nowUs: number): void {
    this.consumption.lost(this, nowUs);
  }
}
