import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import {
  mutationsOf,
  NatsCluster,
  NatsDirectory,
  natsProfile,
  type MutationName,
  type NatsProfile,
} from '../../../sim/nats/index.ts';
import { Network } from '../../../sim/network/index.ts';
import type { FullNatsConnection } from '../../../system/ports/nats-full.ts';
import type { Rig } from './rig.ts';

/** Until the model's servers have elected a leader of their own. */
const formMs = 20_000;
const limitMs = 3_600_000;

/** One world of the simulator; what runs in it sees virtual time only. */
export class ModelRig implements Rig {
  readonly cluster: NatsCluster;
  readonly #kernel: Kernel;
  readonly network: Network;
  readonly #directory: NatsDirectory;
  readonly #script: SimProcess;

  constructor(version: NatsProfile['version'], seed: bigint, mutation?: MutationName) {
    this.#kernel = new Kernel({ seed, maxEventsPerMoment: 100_000 });
    this.network = new Network(this.#kernel);
    this.cluster = new NatsCluster(this.#kernel, this.network, {
      name: 'conformance',
      nodeCount: 3,
      elide: true,
      profile: natsProfile(version),
      mutations: mutationsOf(mutation === undefined ? [] : [mutation]),
    });
    this.#directory = new NatsDirectory([this.cluster]);
    this.#script = this.#process('script');
  }

  connect(name: string): Promise<FullNatsConnection> {
    return this.#directory
      .connectorFor(this.#process(name), this.network.addHost(name))
      .connect({ url: 'nats://conformance:4222', name, timeoutMs: 5_000 });
  }

  sleep(ms: number): Promise<void> {
    return this.#script.sleep(Math.max(0, Math.round(ms * 1000) / 1000));
  }

  nowMs(): number {
    return this.#kernel.nowUs / 1000;
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
