import type { DeliveredMessage } from '../../ports/jetstream.ts';
import type { Subscription } from '../units.ts';

/** What a unit's consumer does with what comes. */
export interface UnitHandlers {
  message(message: DeliveredMessage): void;
  /** The durable is gone; nothing more will come before the unit is bound again. */
  missing(): void;
  /** The unit was let go while it was being bound. */
  isReleased(): boolean;
  /** Completions of the unit that are in work. */
  inFlight(): number;
}

/** A unit that is bound. */
export interface UnitBinding {
  /** Nothing more comes. Resolves when another member can have the unit. */
  stop(): Promise<void>;
}

/** The consumer model (defender §5): how the units of one member get their completions. */
export interface UnitSource {
  /** Units that are bound at the same time. */
  readonly bindConcurrency: number;
  /** Undefined where the unit was let go meanwhile. Rejects with a `PortError`; then nothing was bound. */
  bind(unit: Subscription, handlers: UnitHandlers): Promise<UnitBinding | undefined>;
  /** The members of the map in force. */
  follow(members: ReadonlySet<string>): void;
  /** The id is another's: nothing more may be done in its name. */
  abandon(): void;
}
