import type { History } from '../sim/history/history.ts';
import type { Kernel, SimProcess } from '../sim/kernel/index.ts';
import type { HttpInterference, Network } from '../sim/network/index.ts';
import type { Colour } from '../system/ports/colour.ts';

/** A server of a cluster: `host` is its machine in the network. */
export interface ServerNode {
  readonly name: string;
  readonly host: number;
  readonly up: boolean;
}

/** A disturbance that can be taken away again, and that counts what it touched. */
export interface Impairment {
  lift(): void;
  readonly hits: number;
}

/** What faults do to a cluster of servers. Indices are those of `nodes`. */
export interface BreakableServers {
  readonly nodes: readonly ServerNode[];
  killNode(index: number): void;
  powerLoss(index: number): void;
  restartNode(index: number): void;
  pauseNode(index: number): void;
  resumeNode(index: number): void;
}

export interface BreakableNats extends BreakableServers {
  streamLeader(stream: string): number | undefined;
  /** SIGTERM: leaderships are handed over first. */
  shutDownNode(index: number): void;
  /** The leader of the stream, of the meta group, or of every consumer of the stream hands over. Returns how many did. */
  stepDownLeaders(group: 'stream' | 'meta' | 'consumers', stream: string): number;
  stepClock(index: number, deltaUs: number): void;
  /** False where it leads, or has no replica. */
  stickReplica(index: number, stream: string): boolean;
  /** Another server takes its place in the stream and its consumers. Returns its name; undefined where there is none. */
  moveMember(index: number, stream: string): string | undefined;
  /** Clients give a server up after so many dials in vain; the hits are clients that had none left. */
  limitReconnects(attempts: number): Impairment;
  /** A server forgets, and learns again, what another announces. */
  forgetInterest(index: number, ofIndex: number): void;
  learnInterest(index: number, ofIndex: number): void;
  /** Of a server that is down. Returns whether anything was damaged. */
  damageFiles(index: number, what: 'stream' | 'meta' | 'consumers', stream: string): boolean;
  impairAcks(condition: { readonly lossRate: number; readonly delayMs: number }): Impairment;
}

/** The brokers of V1. */
export interface BreakableKafka extends Omit<BreakableServers, 'powerLoss'> {
  /** Index of the broker that coordinates a consumer group; undefined while there is none. */
  coordinator(groupId: string): number | undefined;
}

export interface BreakableCassandra extends BreakableServers {
  slowNode(index: number, factor: number): Impairment;
  /** The coordinator refuses a share of its requests. */
  overloadNode(index: number, share: number): Impairment;
  stepClock(index: number, stepMs: number): void;
  /** Kills the node and empties its disk. */
  loseDisk(index: number): void;
  /** Starts it with an empty disk: it is filled from the other replicas before it serves. */
  rebuildNode(index: number): void;
}

export interface TargetPod {
  readonly name: string;
  readonly deployment: string;
  readonly host: number;
  /** Name of the Kubernetes node it runs on. */
  readonly nodeName: string;
  readonly process: SimProcess;
  readonly ready: boolean;
}

export interface BreakableKubernetes {
  /** Pods that run, in the order of their creation. */
  pods(filter?: { readonly deployment?: string }): readonly TargetPod[];
  /** A crash: no grace, restarted in place. */
  killPod(name: string): void;
  /** A graceful deletion; the deployment makes another one. */
  deletePod(name: string): void;
  freezePod(name: string): void;
  resumePod(name: string): void;
  /** Its readiness probe is answered no, or truly again; does nothing where the pod is gone. */
  failReadiness(name: string, isFailing: boolean): void;
  failNode(name: string): void;
  restoreNode(name: string): void;
}

/** A dependency that can be switched off as a whole. */
export interface Outage {
  setOutage(on: boolean): void;
}

/** The metrics store, as it may be broken. */
export interface BreakablePrometheus extends Outage {
  /** Scrapes of these machines get no answer, or are made so much later. */
  hinder(impairment: {
    readonly hosts: ReadonlySet<number>;
    readonly fail: boolean;
    readonly lateMs: number;
  }): Impairment;
  stepClock(stepMs: number): void;
}

/** Whoever stands between HTTP clients and servers; servers are named as their pods are. */
export interface BreakableHttp {
  /** Gives back how to end it. */
  impose(interference: HttpInterference): () => void;
}

/** Small disks of Management, rollout controller and gateways. */
export interface BreakableVolumes {
  /** Of a deployment, or of one gateway. Returns whether there was anything on it. */
  loseVolume(owner: string): boolean;
}

/** The people who run the fab's software, and what they do on a release day. Each act is recorded. */
export interface OperatorActs {
  startRollout(image: string): void;
  /** `tools` is how many are taken out by L2. */
  rollback(level: 'L1' | 'L2' | 'L3', tools?: number): void;
  scale(deployment: string, replicas: number): void;
  rollingUpdate(deployment: string): void;
  /** Gives up after `timeoutMs`, with 0 never. */
  drainNode(node: string, timeoutMs: number): void;
  uncordonNode(node: string): void;
}

/** All that a fault may see of a world. */
export interface FaultWorld {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly history: History;
  readonly nats: Readonly<Record<Colour, BreakableNats>>;
  readonly cassandra: BreakableCassandra;
  /** Only where V1 runs. */
  readonly kafka?: BreakableKafka;
  readonly kubernetes: BreakableKubernetes;
  readonly prometheus: BreakablePrometheus;
  readonly http: BreakableHttp;
  readonly volumes: BreakableVolumes;
  readonly operator: OperatorActs;
  /** The machines of the fab, each with its own connection to the gateways. */
  readonly tools: readonly { readonly name: string; readonly host: number }[];
  /** Name of the pod that leads the Defenders of this colour. */
  leaderPod(colour: Colour): string | undefined;
}
