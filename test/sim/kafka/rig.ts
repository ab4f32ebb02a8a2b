import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { KafkaCluster, SimKafkaConnector, type KafkaSettings } from '../../../sim/kafka/index.ts';
import { Network } from '../../../sim/network/index.ts';
import type { KafkaClientPorts } from '../../../system/kafka-client/broker-pool.ts';
import type { KafkaConnection } from '../../../system/ports/kafka.ts';

/** A cluster of three in a world of its own, and a script that sees virtual time. */
export class KafkaRig {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly cluster: KafkaCluster;
  readonly script: SimProcess;
  readonly #scriptHost: number;

  constructor(settings: Partial<KafkaSettings> = {}, seed = 1n) {
    this.kernel = new Kernel({ seed });
    this.network = new Network(this.kernel);
    this.cluster = new KafkaCluster(this.kernel, this.network, { name: 'kafka', brokerCount: 3, settings });
    this.#scriptHost = this.network.addHost('script');
    this.script = this.process('script');
  }

  process(name: string): SimProcess {
    return new SimProcess(this.kernel, name, name, new HostClock(this.kernel));
  }

  /** To one broker, from the script. */
  connect(nodeId: number): Promise<KafkaConnection> {
    const address = this.cluster.bootstrap[nodeId - 1];
    if (address === undefined) throw new RangeError(`no broker ${nodeId}`);
    return new SimKafkaConnector(this.cluster, this.script, this.#scriptHost).connect({
      address,
      clientId: 'script',
      timeoutMs: 3_000,
    });
  }

  /** What a client library of one process needs. */
  clientPorts(process: SimProcess): KafkaClientPorts {
    const host = this.network.addHost(process.name);
    const kafka = new SimKafkaConnector(this.cluster, process, host);
    return { clock: process, random: process.random, kafka };
  }

  sleep(ms: number): Promise<void> {
    return this.script.sleep(ms);
  }

  /** Runs a script in virtual time, from one second on. */
  async run<T>(script: () => Promise<T>, limitMs = 600_000): Promise<T> {
    let outcome: PromiseSettledResult<T> | undefined;
    this.script.after(1_000, () => {
      void Promise.allSettled([script()]).then(([settled]) => {
        outcome = settled;
        this.kernel.stop();
      });
    });
    await this.kernel.run(limitMs * 1000);
    if (outcome === undefined) throw new Error(`the script did not end in ${limitMs} ms`);
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  }
}
