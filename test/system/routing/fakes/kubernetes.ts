import { PortError } from '../../../../system/ports/errors.ts';
import type { DeploymentStatus } from '../../../../system/ports/orchestrator.ts';
import type { FakeTime } from './time.ts';

/** Deployments that do what they are told after `startMs`. */
export class FakeKubernetes {
  readonly deployments = new Map<string, DeploymentStatus>();
  /** Names of Deployments whose pods never become ready. */
  readonly broken = new Set<string>();
  failing = false;
  /** Time that a status takes. */
  statusMs = 0;
  /** Replicas asked for, in order. */
  readonly scaled: { readonly name: string; readonly desired: number; readonly atMs: number }[] = [];
  readonly #time: FakeTime;
  readonly #startMs = 5000;

  constructor(time: FakeTime) {
    this.#time = time;
  }

  add(name: string, image: string, replicas: number): void {
    this.deployments.set(name, {
      name,
      image,
      desired: replicas,
      updated: replicas,
      ready: replicas,
      available: replicas,
      labels: {},
    });
  }

  status(name: string): Promise<DeploymentStatus> {
    if (this.failing) return Promise.reject(new PortError('API server gone', 'disconnected'));
    if (this.statusMs === 0) return Promise.resolve(this.get(name));
    return new Promise((resolve) => this.#time.after(this.statusMs, () => resolve(this.get(name))));
  }

  scale(name: string, desired: number): Promise<void> {
    this.scaled.push({ name, desired, atMs: this.#time.nowMs });
    const ready = Math.min(desired, this.get(name).ready);
    this.#set(name, { desired, ready, updated: ready, available: ready });
    this.#settle(name);
    return Promise.resolve();
  }

  setImage(name: string, image: string): Promise<void> {
    this.#set(name, { image, updated: 0 });
    this.#settle(name);
    return Promise.resolve();
  }

  label(name: string, labels: Readonly<Record<string, string>>): Promise<void> {
    if (this.failing) return Promise.reject(new PortError('API server gone', 'disconnected'));
    this.#set(name, { labels: { ...this.get(name).labels, ...labels } });
    return Promise.resolve();
  }

  get(name: string): DeploymentStatus {
    const status = this.deployments.get(name);
    if (status === undefined) throw new PortError(`no deployment ${name}`, 'not-found');
    return status;
  }

  #settle(name: string): void {
    this.#time.after(this.#startMs, () => {
      const { desired } = this.get(name);
      const ready = this.broken.has(name) ? 0 : desired;
      this.#set(name, { updated: ready, ready, available: ready });
    });
  }

  #set(name: string, change: Partial<DeploymentStatus>): void {
    this.deployments.set(name, { ...this.get(name), ...change });
  }
}
