import { NatsConsumption } from './consumption.ts';
import type { NatsServer } from './nats-server.ts';
import type { Session } from './session.ts';

/**
 * A waiting pull of one client, in a consumer leader's memory. It stands for all the renewals that a live client
 * sends; once the client falls silent it ends where its last renewal would have.
 */
export class Interest {
  readonly consumption: NatsConsumption;
  readonly #session: Session;
  /** Part of a pull's life that is left when the client falls silent, in (0, 1]. */
  readonly #phase: number;
  /** The server that ended it because the client did not renew it. */
  #endedOn: NatsServer | undefined;
  #isSilent = false;
  #sentIntoSilence = 0;
  /** A message had to wait because the client had what it asked for and could not ask again. */
  isStarved = false;
  /** When it ended, once `state` has said so. */
  endedUs = 0;

  constructor(consumption: NatsConsumption, session: Session, phase: number) {
    this.consumption = consumption;
    this.#session = session;
    this.#phase = phase;
  }

  /** What the leader on `server` can do with it now. */
  state(server: NatsServer): 'open' | 'full' | 'ended' {
    const { options, client } = this.consumption;
    const { nowUs } = client.process.kernel;
    // Nobody listens at the inbox any more (jetstream G61).
    if (!this.#session.connection.isOpen(1)) {
      this.endedUs = nowUs;
      return 'ended';
    }
    const silentSinceUs = this.#session.silentSinceUs(server);
    this.#isSilent = silentSinceUs !== undefined;
    if (silentSinceUs === undefined) {
      this.#sentIntoSilence = 0;
      return 'open';
    }
    const endUs = silentSinceUs + this.#phase * options.expiresMs * 1000;
    if (nowUs >= endUs) {
      this.endedUs = endUs;
      this.#endedOn = server;
      return 'ended';
    }
    if (this.#sentIntoSilence < options.maxMessages) return 'open';
    this.isStarved = true;
    return 'full';
  }

  /** Tells the client what `state` has found: by a status it gets when it hears again, or by the heartbeats that it misses. */
  ended(): void {
    const { consumption } = this;
    consumption.lost(this, this.endedUs);
    this.#endedOn?.push(consumption.client, 80, NatsConsumption.arriveEnded, consumption, undefined);
  }

  /** A message is on its way to the client. */
  sent(): void {
    if (this.#isSilent) this.#sentIntoSilence++;
  }
}
