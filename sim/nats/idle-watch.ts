import type { EventHandle } from '../kernel/index.ts';
import type { ConsumerService } from './consumer-service.ts';

/** Deletes a consumer that nobody uses, where it has an inactive threshold (jetstream F57). */
export class IdleWatch {
  readonly #service: ConsumerService;
  #timer: EventHandle | undefined;

  constructor(service: ConsumerService) {
    this.#service = service;
  }

  /** Somebody uses the consumer: its threshold counts anew. */
  touch(): void {
    const { inactiveThresholdMs } = this.#service.settings;
    if (inactiveThresholdMs > 0) this.#armAt(this.#service.nowUs + inactiveThresholdMs * 1000);
  }

  stop(): void {
    if (this.#timer !== undefined) this.#service.replica.group.kernel.cancel(this.#timer);
    this.#timer = undefined;
  }

  #armAt(atUs: number): void {
    this.stop();
    this.#timer = this.#service.replica.group.kernel.at(Math.ceil(atUs), IdleWatch.#due, this, undefined);
  }

  static #due(watch: IdleWatch): void {
    watch.#timer = undefined;
    watch.#service.server.run(IdleWatch.#look, watch, undefined);
  }

  static #look(watch: IdleWatch): void {
    const service = watch.#service;
    if (!service.ready) return;
    const busyUs = service.busyUntilUs() + service.settings.inactiveThresholdMs * 1000;
    if (busyUs > service.nowUs && busyUs !== Infinity) {
      watch.#armAt(busyUs);
      return;
    }
    if (busyUs !== Infinity) {
      const { name, stream } = service.asset;
      service.server.route({
        request: { kind: 'delete-consumer', stream: stream.name, consumer: name, call: undefined },
        client: undefined,
      });
    }
    watch.touch();
  }
}
