import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveBroker } from '../../../chaos/live/kafka/index.ts';
import { WireKafkaConnector } from '../../../system/adapters/kafka/connection.ts';
import type { KafkaConnection } from '../../../system/ports/kafka.ts';
import type { Rig } from './rig.ts';

/** A real broker that all plans of a batch share. */
export class LiveRig implements Rig {
  readonly #broker: LiveBroker;
  readonly #connector = new WireKafkaConnector();
  /** How many plans run; a restart waits until all of them ask for it. */
  readonly #plans: number;
  #asking = 0;
  #restart: PromiseWithResolvers<void> | undefined;

  constructor(broker: LiveBroker, plans: number) {
    this.#broker = broker;
    this.#plans = plans;
  }

  connect(name: string): Promise<KafkaConnection> {
    return this.#connector.connect({ address: this.#broker.address, clientId: name, timeoutMs: 10_000 });
  }

  sleep(ms: number): Promise<void> {
    return sleep(ms);
  }

  nowMs(): number {
    return performance.now();
  }

  async restartBroker(): Promise<void> {
    this.#restart ??= Promise.withResolvers<void>();
    const { promise, resolve } = this.#restart;
    if (++this.#asking < this.#plans) {
      await promise;
      return;
    }
    this.#asking = 0;
    this.#restart = undefined;
    await this.#broker.kill();
    await this.#broker.restart();
    resolve();
  }
}
