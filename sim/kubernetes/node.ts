import type { NodeSettings } from './settings.ts';
import type { Pod } from './pod.ts';

/** One machine that runs pods. */
export class ClusterNode {
  readonly name: string;
  readonly cpuMilli: number;
  readonly podSlots: number;
  /** Position among the nodes; breaks ties. */
  readonly index: number;
  /** The machine runs. What the control plane knows of it is `ready`. */
  up = true;
  ready = true;
  cordoned = false;
  readonly pods = new Set<Pod>();
  allocatedCpuMilli = 0;
  /** When each image is, or will be, on the machine. */
  readonly imagesAtUs = new Map<string, number>();

  constructor(settings: NodeSettings, index: number) {
    this.name = settings.name;
    this.cpuMilli = settings.cpuMilli;
    this.podSlots = settings.podSlots;
    this.index = index;
  }

  get schedulable(): boolean {
    return this.ready && !this.cordoned;
  }

  fits(cpuMilli: number): boolean {
    return this.allocatedCpuMilli + cpuMilli <= this.cpuMilli && this.pods.size < this.podSlots;
  }

  bind(pod: Pod): void {
    this.pods.add(pod);
    this.allocatedCpuMilli += pod.spec.cpuMilli;
    pod.node = this;
  }

  release(pod: Pod): void {
    if (this.pods.delete(pod)) this.allocatedCpuMilli -= pod.spec.cpuMilli;
  }
}
