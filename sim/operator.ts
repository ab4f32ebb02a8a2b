import type { Http } from '../system/ports/http.ts';
import type { History } from './history/history.ts';
import { SimProcess, type HostClock, type Kernel } from './kernel/index.ts';
import type { Kubernetes } from './kubernetes/index.ts';
import { SimHttp, type Network, type RpcFabric } from './network/index.ts';

const rolloutAuthority = 'rollout:8081';
const managementAuthority = 'management:8080';
const requestTimeoutMs = 5000;
const retryMs = 2000;
const attempts = 90;

/**
 * The people who run the release, at a desk of their own: they order over HTTP, and order again until somebody answers.
 * Every act is recorded; none waits for its end.
 */
export class Operator {
  readonly #process: SimProcess;
  readonly #http: Http;
  readonly #history: History;
  readonly #kubernetes: Kubernetes;

  constructor(
    kernel: Kernel,
    network: Network,
    fabric: RpcFabric,
    clock: HostClock,
    history: History,
    kubernetes: Kubernetes,
  ) {
    const host = network.addHost('operator');
    this.#process = new SimProcess(kernel, 'operator', 'operator', clock);
    this.#http = new SimHttp(fabric.forHttp(this.#process, host), this.#process);
    this.#history = history;
    this.#kubernetes = kubernetes;
  }

  /** Releases an image to the colour that is canary. */
  startRollout(image: string): void {
    this.#record('start-rollout', image);
    void this.#order('/api/v1/rollout', { image });
  }

  /** `tools` is how many of the canary's tools L2 takes out: the first ones of the list. */
  rollback(level: 'L1' | 'L2' | 'L3', tools = 1): void {
    this.#record('rollback', level);
    void this.#orderRollback(level, tools);
  }

  scale(deployment: string, replicas: number): void {
    this.#record('scale', `${deployment} ${replicas}`);
    this.#kubernetes.scale(deployment, replicas, 'operator');
  }

  rollingUpdate(deployment: string): void {
    this.#record('rolling-update', deployment);
    this.#kubernetes.restartDeployment(deployment, 'operator');
  }

  /** Takes all pods off a machine, one after the other as their disruption budgets allow. `timeoutMs` 0 waits for ever. */
  drainNode(node: string, timeoutMs: number): void {
    this.#record('drain-node', node);
    this.#kubernetes.drainNode(node, timeoutMs);
  }

  uncordonNode(node: string): void {
    this.#record('uncordon-node', node);
    this.#kubernetes.uncordonNode(node);
  }

  #record(act: string, detail: string): void {
    this.#history.record('operator', { kind: 'operator.act', act, detail });
  }

  async #orderRollback(level: 'L1' | 'L2' | 'L3', count: number): Promise<void> {
    const reason = 'ordered by the operator';
    if (level !== 'L2') {
      await this.#order('/api/v1/rollout/rollback', { level, reason });
      return;
    }
    const tools = (await this.#canaryTools()).slice(0, count);
    if (tools.length === 0) this.#record('gave-up', 'L2: no tool is canary');
    else await this.#order('/api/v1/rollout/rollback', { level, reason, tools });
  }

  async #canaryTools(): Promise<readonly string[]> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        const request = { method: 'GET', path: '/api/v1/routing/canary', headers: {}, body: '' } as const;
        const response = await this.#http.request(managementAuthority, request, requestTimeoutMs);
        if (response.status === 200) return (JSON.parse(response.body) as { tools: string[] }).tools;
      } catch {
        // Nobody answered: ask again.
      }
      await this.#process.sleep(retryMs);
    }
    return [];
  }

  async #order(path: string, body: unknown): Promise<void> {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      try {
        const request = { method: 'POST', path, headers: {}, body: JSON.stringify(body) } as const;
        const response = await this.#http.request(rolloutAuthority, request, requestTimeoutMs);
        if (response.status < 500) {
          this.#record('answered', `${path} ${response.status} ${response.body.slice(0, 200)}`);
          return;
        }
      } catch {
        // Nobody answered: the order is idempotent, so it is given again.
      }
      await this.#process.sleep(retryMs);
    }
    this.#record('gave-up', path);
  }
}
