import { PortError } from '../../system/ports/errors.ts';
import type { MetricsQueries, MetricsQuery } from '../../system/ports/metrics-query.ts';
import type { Deferred, RandomStream, SimProcess } from '../kernel/index.ts';

/** What a client needs of the store. */
interface MetricsServer {
  readonly kernel: SimProcess['kernel'];
  readonly network: { reachable(from: number, to: number): boolean };
  readonly host: number;
  readonly outage: boolean;
  readonly settings: {
    readonly queryLatencyMs: { readonly lowMs: number; readonly highMs: number };
    readonly queryTimeoutMs: number;
  };
  evaluate(query: MetricsQuery): number | undefined;
}

interface Call {
  readonly query: MetricsQuery;
  readonly deferred: Deferred<number | undefined>;
  readonly wayUs: number;
}

/**
 * The `MetricsQueries` port of one process. During an outage the machine is there and refuses; over a cut link nothing
 * answers, which is a time-out. A query is evaluated half-way through its latency.
 */
export class MetricsClient implements MetricsQueries {
  readonly #server: MetricsServer;
  readonly #process: SimProcess;
  readonly #host: number;
  readonly #random: RandomStream;

  constructor(server: MetricsServer, process: SimProcess, host: number) {
    this.#server = server;
    this.#process = process;
    this.#host = host;
    this.#random = server.kernel.stream('prometheus/query', process.uid);
  }

  evaluate(query: MetricsQuery): Promise<number | undefined> {
    const { lowMs, highMs } = this.#server.settings.queryLatencyMs;
    const wayUs = ((lowMs + (highMs - lowMs) * this.#random.float()) * 1000) / 2;
    const call: Call = { query, deferred: this.#process.deferred<number | undefined>(), wayUs };
    if (this.#server.network.reachable(this.#host, this.#server.host)) {
      this.#server.kernel.after(wayUs, MetricsClient.#arrive, this, call);
    } else {
      this.#timeOut(call);
    }
    return call.deferred.promise;
  }

  static #arrive(client: MetricsClient, call: Call): void {
    const server = client.#server;
    const answer = client.#answerTo(call.query);
    if (server.network.reachable(server.host, client.#host)) {
      server.kernel.after(call.wayUs, MetricsClient.#settle, call.deferred, answer);
    } else {
      client.#timeOut(call);
    }
  }

  #answerTo(query: MetricsQuery): number | undefined | PortError {
    if (this.#server.outage) return new PortError('Prometheus does not listen', 'connection-refused');
    try {
      return this.#server.evaluate(query);
    } catch (error) {
      if (error instanceof PortError) return error;
      throw error;
    }
  }

  #timeOut(call: Call): void {
    const { kernel, settings } = this.#server;
    const error = new PortError('Prometheus does not answer', 'timeout');
    kernel.after(settings.queryTimeoutMs * 1000, MetricsClient.#settle, call.deferred, error);
  }

  static #settle(deferred: Deferred<number | undefined>, answer: number | undefined | PortError): void {
    if (answer instanceof PortError) deferred.reject(answer);
    else deferred.resolve(answer);
  }
}
