import {
  HostClock,
  type EventHandle,
  type Kernel,
  type RandomStream,
  type SimProcess,
} from '../kernel/index.ts';
import type { Container } from './container.ts';
import type { CompleteDeploymentSpec } from './deployment-spec.ts';
import type { PodEnd } from './kubernetes-event.ts';
import type { ClusterNode } from './node.ts';
import type { Probe } from './probe.ts';

/**
 * Where a pod is: waiting for a node; on a node and getting its image and container; running; waiting for its
 * container to be started again; gone.
 */
export type PodPhase = 'pending' | 'starting' | 'running' | 'backing-off' | 'ended';

/** One pod. Others read it; only the parts of the cluster change it. */
export class Pod {
  readonly name: string;
  /** Never used again, also where the name is. */
  readonly uid: string;
  readonly deployment: string;
  readonly spec: CompleteDeploymentSpec;
  readonly image: string;
  /** Hash of the template that it was made from. */
  readonly templateHash: string;
  /** Order of creation in the cluster. */
  readonly sequence: number;
  readonly createdUs: number;
  /** Its wall clock: faults step it for this pod alone. */
  readonly clock: HostClock;
  readonly random: RandomStream;
  node: ClusterNode | undefined;
  /** The machine of the network that stands for its address; a new one when its node starts anew. */
  host: number;
  phase: PodPhase = 'pending';
  ready = false;
  readySinceUs = 0;
  terminating = false;
  /** When its grace period ends; meaningful while it is terminating. */
  graceEndsUs = 0;
  restarts = 0;
  container: Container | undefined;
  /** How its last container ended. */
  lastEnd: PodEnd = 'never-started';
  readiness: Probe | undefined;
  liveness: Probe | undefined;
  crashBackoffMs = 0;
  /** The next step of its life that the kubelet has planned. */
  timer: EventHandle = -1;
  /** SIGKILL at the end of a grace period. */
  killTimer: EventHandle = -1;
  #addresses: readonly number[] = [];

  constructor(
    kernel: Kernel,
    spec: CompleteDeploymentSpec,
    identity: Pick<Pod, 'name' | 'uid' | 'image' | 'templateHash' | 'sequence' | 'host'>,
    clockOffsetDeviationMs: number,
  ) {
    this.name = identity.name;
    this.uid = identity.uid;
    this.deployment = spec.name;
    this.spec = spec;
    this.image = identity.image;
    this.templateHash = identity.templateHash;
    this.sequence = identity.sequence;
    this.host = identity.host;
    this.createdUs = kernel.nowUs;
    this.random = kernel.stream('pod', identity.uid);
    this.clock = new HostClock(kernel, this.random.normal() * clockOffsetDeviationMs * 1000);
  }

  /** The process of its present container, or of the last one. Throws a `RangeError` before the first start. */
  get process(): SimProcess {
    return this.processPort.process;
  }

  /** The `Process` port of its present container. Throws a `RangeError` before the first start. */
  get processPort(): Container {
    if (this.container === undefined) throw new RangeError(`pod ${this.name} has not started`);
    return this.container;
  }

  /** Counts for its controllers: it is there and nobody asked it to leave. */
  get active(): boolean {
    return !this.terminating && this.phase !== 'ended';
  }

  /** Its address as a list that stays the same object while it does not change. */
  addresses(): readonly number[] {
    if (this.#addresses[0] !== this.host) this.#addresses = [this.host];
    return this.#addresses;
  }
}
