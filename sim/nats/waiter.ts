import type { NatsServer } from './nats-server.ts';
import type { StoredMessage } from './stored-message.ts';

/** A message on its way to a client. */
export interface Delivery {
  readonly message: StoredMessage;
  readonly deliveryCount: number;
  readonly consumerSequence: number;
  /** Messages that matched and were not delivered when this one was; −1 where nobody asks. */
  readonly pending: number;
}

/** Who waits at a consumer's leader: a pull loop (`Interest`) or one pull request (`RawPull`). */
export interface Waiter {
  /** What the leader on `server` can do with it now. */
  state(server: NatsServer): 'open' | 'full' | 'ended';
  /** A message of that size is for it. False: too large, it is told so and ends. */
  take(bytes: number): boolean;
  /** It has got all it asked for. */
  readonly filled: boolean;
  /** It wants to know how much is left. */
  readonly counts: boolean;
  /** Sends the message. */
  deliver(server: NatsServer, delivery: Delivery): void;
  /** It found its end without a word. */
  ended(): void;
  /** The leader is no more; what it knew is lost. */
  dropped(nowUs: number): void;
}
