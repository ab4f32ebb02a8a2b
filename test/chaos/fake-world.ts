import type {
  BreakableCassandra,
  BreakableKafka,
  BreakableKubernetes,
  BreakableNats,
  BreakableServers,
  FaultWorld,
  Impairment,
  ServerNode,
  TargetPod,
} from '../../chaos/world-access.ts';
import { History } from '../../sim/history/history.ts';
import { HostClock, Kernel, SimProcess } from '../../sim/kernel/index.ts';
import { HttpInterferences, Network } from '../../sim/network/index.ts';

/** A server cluster without any behaviour but its state, on the real network. */
class FakeServers implements BreakableServers {
  readonly states: string[] = [];
  readonly hosts: number[] = [];
  readonly #name: string;

  constructor(network: Network, name: string, count: number) {
    this.#name = name;
    for (let index = 0; index < count; index++) {
      this.states.push('up');
      this.hosts.push(network.addHost(`${name}-${index}`));
    }
  }

  get nodes(): readonly ServerNode[] {
    return this.states.map((state, index) => ({
      name: `${this.#name}-${index}`,
      host: this.hosts[index] ?? -1,
      up: state === 'up' || state === 'paused',
    }));
  }

  killNode(index: number): void {
    this.states[index] = 'killed';
  }

  powerLoss(index: number): void {
    this.states[index] = 'without power';
  }

  restartNode(index: number): void {
    this.states[index] = 'up';
  }

  pauseNode(index: number): void {
    this.states[index] = 'paused';
  }

  resumeNode(index: number): void {
    this.states[index] = 'up';
  }
}

class FakeImpairment implements Impairment {
  hits = 0;
  lifted = false;

  lift(): void {
    this.lifted = true;
  }
}

class FakeNats extends FakeServers implements BreakableNats {
  leader: number | undefined = 1;
  readonly impairments: { condition: { lossRate: number; delayMs: number }; impairment: FakeImpairment }[] =
    [];

  streamLeader(stream: string): number | undefined {
    return stream === 'dc-notifications' ? this.leader : undefined;
  }

  readonly acts: string[] = [];

  shutDownNode(index: number): void {
    this.states[index] = 'killed';
  }

  stepDownLeaders(group: string, stream: string): number {
    this.acts.push(`step down ${group} of ${stream}`);
    return 1;
  }

  stepClock(index: number, deltaUs: number): void {
    this.acts.push(`clock ${index} by ${deltaUs}`);
  }

  stickReplica(index: number): boolean {
    this.acts.push(`stick ${index}`);
    return true;
  }

  moveMember(index: number, stream: string): string {
    this.acts.push(`${stream} leaves ${index}`);
    return 'nats-blue-3';
  }

  limitReconnects(attempts: number): Impairment {
    this.acts.push(`give up after ${attempts}`);
    return new FakeImpairment();
  }

  forgetInterest(index: number, ofIndex: number): void {
    this.acts.push(`${index} forgets ${ofIndex}`);
  }

  learnInterest(index: number, ofIndex: number): void {
    this.acts.push(`${index} learns ${ofIndex}`);
  }

  damageFiles(index: number, what: string): boolean {
    this.acts.push(`damage ${what} on ${index}`);
    return true;
  }

  impairAcks(condition: { readonly lossRate: number; readonly delayMs: number }): Impairment {
    const impairment = new FakeImpairment();
    this.impairments.push({ condition, impairment });
    return impairment;
  }
}

class FakeCassandra extends FakeServers implements BreakableCassandra {
  readonly slowed: { index: number; factor: number; impairment: FakeImpairment }[] = [];

  slowNode(index: number, factor: number): Impairment {
    const impairment = new FakeImpairment();
    this.slowed.push({ index, factor, impairment });
    return impairment;
  }

  readonly overloaded: { index: number; share: number; impairment: FakeImpairment }[] = [];

  overloadNode(index: number, share: number): Impairment {
    const impairment = new FakeImpairment();
    this.overloaded.push({ index, share, impairment });
    return impairment;
  }

  readonly clockSteps: { index: number; stepMs: number }[] = [];

  stepClock(index: number, stepMs: number): void {
    this.clockSteps.push({ index, stepMs });
  }

  readonly emptied: number[] = [];

  loseDisk(index: number): void {
    this.killNode(index);
    this.emptied.push(index);
  }

  rebuildNode(index: number): void {
    this.restartNode(index);
    this.emptied.splice(this.emptied.indexOf(index), 1);
  }
}

class FakeKubernetes implements BreakableKubernetes {
  readonly acts: string[] = [];
  readonly all: TargetPod[] = [];
  readonly #kernel: Kernel;
  readonly #network: Network;

  constructor(kernel: Kernel, network: Network) {
    this.#kernel = kernel;
    this.#network = network;
  }

  start(deployment: string, index: number): TargetPod {
    const name = `${deployment}-${index}`;
    const process = new SimProcess(this.#kernel, name, `${name}-uid`, new HostClock(this.#kernel));
    const host = this.#network.addHost(name);
    const pod: TargetPod = { name, deployment, host, nodeName: `worker-${index % 3}`, process, ready: true };
    this.all.push(pod);
    return pod;
  }

  pods(filter?: { readonly deployment?: string }): readonly TargetPod[] {
    return this.all.filter((pod) => filter?.deployment === undefined || pod.deployment === filter.deployment);
  }

  killPod(name: string): void {
    this.acts.push(`kill ${name}`);
    this.all.find((pod) => pod.name === name)?.process.kill();
  }

  deletePod(name: string): void {
    this.acts.push(`delete ${name}`);
  }

  freezePod(name: string): void {
    this.acts.push(`freeze ${name}`);
    this.all.find((pod) => pod.name === name)?.process.freeze();
  }

  resumePod(name: string): void {
    this.acts.push(`resume ${name}`);
    this.all.find((pod) => pod.name === name)?.process.resume();
  }

  readonly failingReadiness = new Set<string>();

  failReadiness(name: string, isFailing: boolean): void {
    if (isFailing) this.failingReadiness.add(name);
    else this.failingReadiness.delete(name);
  }

  failNode(name: string): void {
    this.acts.push(`fail ${name}`);
  }

  restoreNode(name: string): void {
    this.acts.push(`restore ${name}`);
  }
}

const podCounts: Readonly<Record<string, number>> = {
  gateway: 3,
  management: 1,
  rollout: 1,
  'collector-blue': 3,
  'collector-green': 3,
  'defender-blue': 6,
  'defender-green': 6,
};

class FakeKafka extends FakeServers implements BreakableKafka {
  leader = 1;

  coordinator(): number {
    return this.leader;
  }
}

/** A world in which faults find everything they may break, and a test sees what they did to it. */
export class FakeWorld implements FaultWorld {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly history: History;
  readonly nats: { readonly blue: FakeNats; readonly green: FakeNats };
  readonly cassandra: FakeCassandra;
  readonly kafka: FakeKafka;
  readonly kubernetes: FakeKubernetes;
  readonly tools: readonly { readonly name: string; readonly host: number }[];
  readonly operatorActs: string[] = [];
  readonly leaders: { blue: string | undefined; green: string | undefined } = {
    blue: 'defender-blue-2',
    green: 'defender-green-4',
  };
  outage = false;

  readonly scrapes: { readonly hosts: ReadonlySet<number>; readonly impairment: FakeImpairment }[] = [];
  metricsClockMs = 0;
  readonly http = new HttpInterferences();
  readonly lostVolumes: string[] = [];

  readonly prometheus = {
    setOutage: (on: boolean): void => {
      this.outage = on;
    },
    hinder: ({ hosts }: { readonly hosts: ReadonlySet<number> }): FakeImpairment => {
      const impairment = new FakeImpairment();
      this.scrapes.push({ hosts, impairment });
      return impairment;
    },
    stepClock: (stepMs: number): void => {
      this.metricsClockMs += stepMs;
    },
  };

  readonly volumes = {
    loseVolume: (owner: string): boolean => {
      this.lostVolumes.push(owner);
      return true;
    },
  };

  readonly operator = {
    startRollout: (image: string): void => this.#act(`start ${image}`),
    rollback: (level: string, tools?: number): void => this.#act(`rollback ${level} ${tools ?? 'all'}`),
    scale: (deployment: string, replicas: number): void => this.#act(`scale ${deployment} ${replicas}`),
    rollingUpdate: (deployment: string): void => this.#act(`update ${deployment}`),
    drainNode: (node: string, timeoutMs: number): void => this.#act(`drain ${node} ${timeoutMs}`),
    uncordonNode: (node: string): void => this.#act(`uncordon ${node}`),
  };

  constructor(seed = 1n) {
    this.kernel = new Kernel({ seed });
    this.network = new Network(this.kernel);
    this.history = new History(this.kernel);
    this.nats = {
      blue: new FakeNats(this.network, 'nats-blue', 3),
      green: new FakeNats(this.network, 'nats-green', 3),
    };
    this.cassandra = new FakeCassandra(this.network, 'cassandra', 6);
    this.kubernetes = new FakeKubernetes(this.kernel, this.network);
    for (const [deployment, count] of Object.entries(podCounts)) {
      for (let index = 0; index < count; index++) this.kubernetes.start(deployment, index);
    }
    this.kafka = new FakeKafka(this.network, 'kafka', 3);
    this.tools = Array.from({ length: 4 }, (_, index) => {
      const name = `tool-${index}`;
      return { name, host: this.network.addHost(name) };
    });
  }

  leaderPod(colour: 'blue' | 'green'): string | undefined {
    return this.leaders[colour];
  }

  /** Names of machines that cannot send to each other at this moment, as `from > to`. */
  cutLinks(): readonly string[] {
    const machines = [
      ...this.tools,
      ...this.kubernetes.all,
      ...this.nats.blue.nodes,
      ...this.nats.green.nodes,
      ...this.cassandra.nodes,
    ];
    return machines.flatMap((from) =>
      machines
        .filter((to) => to.host !== from.host && !this.network.reachable(from.host, to.host))
        .map((to) => `${from.name} > ${to.name}`),
    );
  }

  #act(act: string): void {
    this.operatorActs.push(act);
  }
}
