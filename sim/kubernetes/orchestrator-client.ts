import { PortError } from '../../system/ports/errors.ts';
import type { DeploymentStatus, Orchestrator } from '../../system/ports/orchestrator.ts';
import type { Deferred, RandomStream, SimProcess } from '../kernel/index.ts';
import type { Cluster } from './cluster.ts';
import type { Deployments } from './deployments.ts';
import { drawUs } from './settings.ts';

interface Call {
  readonly deferred: Deferred<unknown>;
  readonly act: () => unknown;
  /** Time from the server to the caller. */
  readonly wayBackUs: number;
}

/**
 * The `Orchestrator` port of one process: a call to the API server's machine and back. A cut in either direction is a
 * time-out, ambiguous when only the way back was cut.
 * Not modelled: the connection itself, so that a cut that heals within the time-out still costs all of it.
 */
export class OrchestratorClient implements Orchestrator {
  readonly #cluster: Cluster;
  readonly #deployments: Deployments;
  readonly #process: SimProcess;
  readonly #host: number;
  readonly #apiHost: number;
  readonly #random: RandomStream;

  constructor(
    cluster: Cluster,
    deployments: Deployments,
    apiHost: number,
    process: SimProcess,
    host: number,
  ) {
    this.#cluster = cluster;
    this.#deployments = deployments;
    this.#apiHost = apiHost;
    this.#process = process;
    this.#host = host;
    this.#random = cluster.kernel.stream('kubernetes/api', process.uid);
  }

  status(deployment: string): Promise<DeploymentStatus> {
    return this.#call(deployment, () => this.#deployments.status(deployment));
  }

  scale(deployment: string, replicas: number): Promise<void> {
    if (!Number.isInteger(replicas) || replicas < 0) {
      return Promise.reject(new PortError(`${replicas} is no number of replicas`, 'invalid'));
    }
    return this.#call(deployment, () => this.#deployments.scale(deployment, replicas, this.#process.name));
  }

  setImage(deployment: string, image: string): Promise<void> {
    if (image === '') return Promise.reject(new PortError('an image needs a name', 'invalid'));
    return this.#call(deployment, () => this.#deployments.setImage(deployment, image, this.#process.name));
  }

  label(deployment: string, labels: Readonly<Record<string, string>>): Promise<void> {
    return this.#call(deployment, () => this.#deployments.label(deployment, labels, this.#process.name));
  }

  #call<T>(deployment: string, act: () => T): Promise<T> {
    const deferred = this.#process.deferred<T>();
    const { kernel, settings } = this.#cluster;
    const latencyUs = drawUs(this.#random, settings.apiLatency);
    const checked = (): unknown =>
      this.#deployments.find(deployment) === undefined
        ? new PortError(`no deployment ${deployment}`, 'not-found')
        : act();
    const call: Call = { deferred: deferred as Deferred<unknown>, act: checked, wayBackUs: latencyUs / 2 };
    if (this.#reaches(this.#host, this.#apiHost)) {
      kernel.after(latencyUs / 2, OrchestratorClient.#arrive, this, call);
    } else {
      this.#timeOut(call, settings.apiTimeoutMs * 1000);
    }
    return deferred.promise;
  }

  static #arrive(client: OrchestratorClient, call: Call): void {
    const result = call.act();
    if (client.#reaches(client.#apiHost, client.#host)) {
      client.#cluster.kernel.after(call.wayBackUs, OrchestratorClient.#answer, call, result);
    } else {
      client.#timeOut(call, client.#cluster.settings.apiTimeoutMs * 1000 - call.wayBackUs);
    }
  }

  static #answer(call: Call, result: unknown): void {
    if (result instanceof PortError) call.deferred.reject(result);
    else call.deferred.resolve(result);
  }

  #timeOut(call: Call, afterUs: number): void {
    const error = new PortError('the API server does not answer', 'timeout');
    this.#cluster.kernel.after(afterUs, OrchestratorClient.#answer, call, error);
  }

  #reaches(from: number, to: number): boolean {
    return this.#cluster.network.reachable(from, to);
  }
}
