import type { Clock } from '../../system/ports/clock.ts';
import { PortError } from '../../system/ports/errors.ts';
import type { Http } from '../../system/ports/http.ts';
import type { Random } from '../../system/ports/random.ts';
import type { Rpc } from '../../system/ports/rpc.ts';
import type { Store } from '../../system/ports/store.ts';
import type { Telemetry } from '../../system/ports/telemetry.ts';
import type { History } from '../../sim/history/history.ts';
import { HostClock, SimProcess, SimulationError } from '../../sim/kernel/index.ts';
import type { Kernel } from '../../sim/kernel/index.ts';
import { DurableStore } from '../../sim/kubernetes/index.ts';
import { RpcFabric, SimHttp } from '../../sim/network/index.ts';
import type { Directory, Network } from '../../sim/network/index.ts';
import { PodTelemetry } from '../../sim/prometheus/index.ts';

/** What a component of a variant is started with. */
export interface StagePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly rpc: Rpc;
  readonly http: Http;
  readonly store: Store;
  readonly telemetry: Telemetry;
}

export interface ComponentSpec {
  /** Name of the component; also the volume of its store, whichever process runs it. */
  readonly name: string;
  /** Service that it answers for, besides its own name. */
  readonly service?: string;
  readonly start: (ports: StagePorts, component: Component) => Promise<void> | void;
}

const restartMs = 2000;

/** One process of a variant, on a machine of its own; started again after each of its deaths. */
export class Component {
  readonly stage: Stage;
  readonly name: string;
  readonly host: number;
  readonly clock: HostClock;
  readonly #spec: ComponentSpec;
  #process: SimProcess | undefined;
  #telemetry: PodTelemetry | undefined;
  #starts = 0;

  constructor(stage: Stage, spec: ComponentSpec, host: number) {
    this.stage = stage;
    this.name = spec.name;
    this.host = host;
    this.clock = new HostClock(stage.kernel);
    this.#spec = spec;
  }

  get process(): SimProcess {
    if (this.#process === undefined) throw new TypeError(`${this.name} was not started`);
    return this.#process;
  }

  get telemetry(): PodTelemetry {
    if (this.#telemetry === undefined) throw new TypeError(`${this.name} was not started`);
    return this.#telemetry;
  }

  start(): void {
    const { stage, name, host } = this;
    const process = new SimProcess(stage.kernel, name, `${name}/${this.#starts++}`, this.clock);
    const rpc = stage.fabric.forProcess(process, host);
    const telemetry = new PodTelemetry(name, (source, event) => stage.history.record(source, event));
    this.#process = process;
    this.#telemetry = telemetry;
    const ports = {
      clock: process,
      random: process.random,
      rpc,
      http: new SimHttp(stage.fabric.forHttp(process, host), process),
      store: stage.stores.storeFor(name, process),
      telemetry,
    };
    this.#run(ports).catch((error: unknown) => {
      // What cannot reach what it needs ends, and is started again, as on any platform.
      if (error instanceof PortError) this.kill();
      else stage.kernel.fail(new SimulationError(`${name}: ${String(error)}`, 'crash'));
    });
  }

  async #run(ports: StagePorts): Promise<void> {
    await this.#spec.start(ports, this);
  }

  /** Dies now; the same component is back after `afterMs`. */
  kill(afterMs: number = restartMs): void {
    if (!this.process.alive) return;
    this.stage.network.closeAllOf(this.process, this.host);
    this.process.kill();
    this.stage.director.after(afterMs, () => this.start());
  }

  /** Dies for good. */
  remove(): void {
    this.stage.network.closeAllOf(this.process, this.host);
    this.process.kill();
  }
}

/** What of a stage the seed may break. */
export interface Disturbances {
  readonly fromMs: number;
  readonly untilMs: number;
  /** Mean time between two. */
  readonly everyMs: number;
  /** Processes that may be killed. */
  readonly killed?: readonly Component[];
  /** Machines that may be cut off from all others, one at a time. */
  readonly cut?: readonly Component[];
  readonly storeOutages?: boolean;
  /** Acts of the variant's own: each begins something and gives back how it ends. */
  readonly acts?: readonly { readonly kind: string; begin(): () => void }[];
}

/** A small world of its own beside the fab: machines, processes and faults drawn from the seed, where a variant is put on. */
export class Stage {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly history: History;
  readonly stores: DurableStore;
  readonly fabric: RpcFabric;
  readonly director: SimProcess;
  readonly #services = new Map<string, number[]>();
  readonly #hosts: number[] = [];
  readonly #name: string;
  #faults = 0;

  constructor(name: string, kernel: Kernel, network: Network, history: History) {
    this.#name = name;
    this.kernel = kernel;
    this.network = network;
    this.history = history;
    this.stores = new DurableStore(kernel);
    const directory: Directory = { endpoints: (service) => this.#services.get(service) ?? [] };
    this.fabric = new RpcFabric(network, directory);
    this.director = new SimProcess(kernel, `stage-${name}`, `stage-${name}`, new HostClock(kernel));
  }

  /** A machine with a component on it, which starts now. */
  add(spec: ComponentSpec): Component {
    const host = this.addHost(spec.name);
    for (const service of [spec.name, spec.service ?? '']) {
      if (service === '') continue;
      this.#services.set(service, [...(this.#services.get(service) ?? []), host]);
    }
    const component = new Component(this, spec, host);
    component.start();
    return component;
  }

  addHost(name: string): number {
    const host = this.network.addHost(`${this.#name}-${name}`);
    this.#hosts.push(host);
    return host;
  }

  /** The course of the variant; an error in it ends the run. */
  play(course: () => Promise<void>): void {
    course().catch((error: unknown) => {
      this.kernel.fail(new SimulationError(`stage ${this.#name}: ${String(error)}`, 'crash'));
    });
  }

  wait(durationMs: number): Promise<void> {
    return this.director.sleep(durationMs);
  }

  get nowMs(): number {
    return this.kernel.nowUs / 1000;
  }

  /** Cuts machines off from all others of the stage; gives back how to heal it. */
  cutOff(hosts: readonly number[]): () => void {
    const others = this.#hosts.filter((host) => !hosts.includes(host));
    const conditions = [
      this.network.impose({ cut: true }, hosts, others),
      this.network.impose({ cut: true }, others, hosts),
    ];
    return () => {
      for (const condition of conditions) this.network.lift(condition);
    };
  }

  /** Begins faults at times drawn from the seed, one after the other, each told to the history. */
  disturb(disturbances: Disturbances): void {
    this.play(async () => {
      const { fromMs, untilMs, everyMs } = disturbances;
      const choices = this.#choices(disturbances);
      if (choices.length === 0) return;
      await this.wait(fromMs);
      for (;;) {
        await this.wait(this.director.random.exponential(everyMs));
        if (this.nowMs >= untilMs) return;
        const { kind, target, begin } = this.director.random.pick(choices);
        const lastMs = Math.min(this.director.random.integer(2000, 30_000), untilMs - this.nowMs);
        await this.fault(kind, target, lastMs, begin);
      }
    });
  }

  /** One fault that lasts so long, told to the history. */
  async fault(kind: string, target: string, lastMs: number, begin: () => () => void): Promise<void> {
    const id = `${this.#name}-${++this.#faults}`;
    const faultKind = `stage.${kind}`;
    this.history.record(this.#name, { kind: 'fault.started', id, faultKind, targets: [target] });
    const end = begin();
    await this.wait(lastMs);
    end();
    this.history.record(this.#name, { kind: 'fault.ended', id, faultKind, hits: 1 });
  }

  #choices({ killed = [], cut = [], storeOutages = false, acts = [] }: Disturbances): readonly {
    readonly kind: string;
    readonly target: string;
    begin(): () => void;
  }[] {
    const nothing = (): void => undefined;
    return [
      ...killed.map((component) => ({
        kind: 'kill',
        target: component.name,
        begin: () => {
          component.kill();
          return nothing;
        },
      })),
      ...cut.map((component) => ({
        kind: 'cut',
        target: component.name,
        begin: () => this.cutOff([component.host]),
      })),
      ...(storeOutages
        ? [
            {
              kind: 'store-outage',
              target: 'store',
              begin: () => {
                this.stores.setOutage(true);
                return () => this.stores.setOutage(false);
              },
            },
          ]
        : []),
      ...acts.map(({ kind, begin }) => ({ kind, target: kind, begin })),
    ];
  }
}
