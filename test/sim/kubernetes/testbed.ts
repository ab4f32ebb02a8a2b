import { Kernel } from '../../../sim/kernel/index.ts';
import {
  defaultKubernetesSettings,
  Kubernetes,
  nodesNamed,
  type DeploymentSpec,
  type KubernetesEvent,
  type KubernetesSettings,
  type Pod,
} from '../../../sim/kubernetes/index.ts';
import { Network } from '../../../sim/network/index.ts';

export type TimedEvent = KubernetesEvent & { readonly timeMs: number };

export const second = 1_000;
export const minute = 60_000;

/** A cluster with its images on every node, and all that it recorded. */
export class Testbed {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly kubernetes: Kubernetes;
  readonly events: TimedEvent[] = [];

  constructor(seed = 1n, changes: Partial<KubernetesSettings> = {}) {
    this.kernel = new Kernel({ seed });
    this.network = new Network(this.kernel);
    const settings = {
      ...defaultKubernetesSettings,
      preloadedImages: ['app:1', 'app:2', 'app:3'],
      ...changes,
    };
    this.kubernetes = new Kubernetes(this.kernel, this.network, (event) => this.#record(event), settings);
  }

  async runTo(timeMs: number): Promise<void> {
    await this.kernel.run(timeMs * 1000);
  }

  async runFor(durationMs: number): Promise<void> {
    await this.kernel.run(this.kernel.nowUs + durationMs * 1000);
  }

  get nowMs(): number {
    return this.kernel.nowUs / 1000;
  }

  of<K extends KubernetesEvent['kind']>(kind: K): Extract<TimedEvent, { readonly kind: K }>[] {
    return this.events.filter(
      (event): event is Extract<TimedEvent, { readonly kind: K }> => event.kind === kind,
    );
  }

  firstPod(deployment = 'app'): Pod {
    const pod = this.kubernetes.pods({ deployment })[0];
    if (pod === undefined) throw new Error(`no pod of ${deployment}`);
    return pod;
  }

  #record(event: KubernetesEvent): void {
    this.events.push({ ...event, timeMs: this.nowMs });
  }
}

/** A component that is ready at once and leaves `drainMs` after SIGTERM. */
export function app(changes: Partial<DeploymentSpec> = {}, drainMs = 3_000): DeploymentSpec {
  return {
    name: 'app',
    image: 'app:1',
    replicas: 1,
    start: (pod) => {
      const port = pod.processPort;
      const process = pod.process;
      port.setReady(true);
      port.onTerminate(() => process.after(drainMs, () => port.exit(0)));
    },
    ...changes,
  };
}

export function smallNodes(count: number, cpuMilli: number): Partial<KubernetesSettings> {
  return { nodes: nodesNamed('node', count, cpuMilli, 110) };
}
