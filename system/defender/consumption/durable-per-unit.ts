import { completionStream } from '../../ports/completion.ts';
import type { JetStream } from '../../ports/jetstream.ts';
import { durableOf } from '../names.ts';
import type { DefenderSettings } from '../settings.ts';
import type { Subscription } from '../units.ts';
import type { UnitBinding, UnitHandlers, UnitSource } from './unit-source.ts';

/**
 * One durable a unit, which belongs to the subject with its position: a hand-over is a rebind, and nothing is passed over
 * (defender §5, the default).
 */
export class DurablePerUnit implements UnitSource {
  readonly #jetStream: JetStream;
  readonly #settings: DefenderSettings;

  constructor(jetStream: JetStream, settings: DefenderSettings) {
    this.#jetStream = jetStream;
    this.#settings = settings;
  }

  get bindConcurrency(): number {
    return this.#settings.bindConcurrency;
  }

  async bind({ unit, subject }: Subscription, handlers: UnitHandlers): Promise<UnitBinding | undefined> {
    const { ackWaitMs, maxConcurrent, policies, pullExpiresMs } = this.#settings;
    const durable = durableOf(unit);
    const pulled = policies.unitOrder === 'serial' ? 1 : maxConcurrent;
    await this.#jetStream.ensureConsumer(completionStream, {
      durable,
      filterSubjects: [subject],
      ackWaitMs,
      maxDeliver: -1,
      maxAckPending: pulled,
      replicas: 3,
    });
    if (handlers.isReleased()) return undefined;
    return this.#jetStream.consume(
      completionStream,
      durable,
      { maxMessages: pulled, expiresMs: pullExpiresMs },
      handlers,
    );
  }

  /** Durables belong to units, whoever is a member. */
  follow(): void {}

  /** Its units are let go one by one. */
  abandon(): void {}
}
