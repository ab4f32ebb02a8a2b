import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { KafkaCluster, SimKafkaConnector, type KafkaMutations } from '../../../sim/kafka/index.ts';
import { Network } from '../../../sim/network/index.ts';
import type { KafkaConnection } from '../../../system/ports/kafka.ts';
import { brokerSettings, type Rig } from './rig.ts';

const formMs = 1_000;
const limitMs = 600_000;

/** One broker of the model in a world of its own; what runs in it sees virtual time only. */
export class ModelRig implements Rig {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #cluster: KafkaCluster;
  readonly #script: SimProcess;

  constructor(seed: bigint, mutations: Partial<KafkaMutations> = {}) {
    this.#kernel = new Kernel({ seed, maxEventsPerMoment: 100_000 });
    this.#network = new Network(this.#kernel);
    this.#cluster = new KafkaCluster(this.#kernel, this.#network, {
      name: 'kafka',
      brokerCount: 1,
      settings: { ...brokerSettings, offsetsTopicPartitions: 1 },
      mutations,
    });
    this.#script = this.#process('script');
  }

  connect(name: string): Promise<KafkaConnection> {
    const [address] = this.#cluster.bootstrap;
    if (address === undefined) throw new Error('no broker');
    const connector = new SimKafkaConnector(this.#cluster, this.#process(name), this.#network.addHost(name));
    return connector.connect({ address, clientId: name, timeoutMs: 5_000 });
  }

  sleep(ms: number): Promise<void> {
    return this.#script.sleep(Math.max(0, ms));
  }

  nowMs(): number {
    return this.#kernel.nowUs / 1000;
  }

  async restartBroker(): Promise<void> {
    this.#cluster.killBroker(1);
    this.#cluster.startBroker(1);
    await this.sleep(this.#cluster.settings.brokerStartMs + 100);
  }

  /** Runs a script to its end in virtual time. */
  async run<T>(script: () => Promise<T>): Promise<T> {
    let outcome: { readonly value: T } | undefined;
    let failure: { readonly error: unknown } | undefined;
    this.#script.after(formMs, () => {
      script().then(
        (value) => {
          outcome = { value };
          this.#kernel.stop();
        },
        (error: unknown) => {
          failure = { error };
          this.#kernel.stop();
        },
      );
    });
    await this.#kernel.run(limitMs * 1000);
    if (failure !== undefined) throw failure.error;
    if (outcome === undefined) throw new Error(`the script did not end within ${limitMs} ms of virtual time`);
    return outcome.value;
  }

  #process(name: string): SimProcess {
    return new SimProcess(this.#kernel, name, name, new HostClock(this.#kernel));
  }
}
