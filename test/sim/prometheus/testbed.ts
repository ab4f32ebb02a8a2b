import type { MetricsQuery } from '../../../system/ports/metrics-query.ts';
import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { Network } from '../../../sim/network/index.ts';
import { PodTelemetry, Prometheus } from '../../../sim/prometheus/index.ts';

export interface Exposed {
  readonly telemetry: PodTelemetry;
  readonly process: SimProcess;
  readonly host: number;
  readonly instance: string;
}

/** A metrics store, processes that expose metrics, and the one who asks. */
export class Testbed {
  readonly kernel = new Kernel({ seed: 1n });
  readonly network = new Network(this.kernel);
  readonly prometheus = new Prometheus(this.kernel, this.network);
  #starts = 0;

  /** A process under a name; the same name again is a container that was started again in the same pod. */
  expose(instance: string, labels: Readonly<Record<string, string>> = {}, earlier?: Exposed): Exposed {
    const host = earlier?.host ?? this.network.addHost(instance);
    const process = new SimProcess(
      this.kernel,
      instance,
      `${instance}.${this.#starts++}`,
      new HostClock(this.kernel),
    );
    const telemetry = new PodTelemetry(instance, () => undefined);
    this.prometheus.addTarget({ instance, labels, telemetry, process, host });
    return { telemetry, process, host, instance };
  }

  async runTo(timeMs: number): Promise<void> {
    await this.kernel.run(timeMs * 1000);
  }

  async runFor(durationMs: number): Promise<void> {
    await this.kernel.run(this.kernel.nowUs + durationMs * 1000);
  }

  /** Runs to the next scrape and `afterMs` beyond. One target only. */
  async runToScrape(afterMs = 0): Promise<void> {
    const { prometheus } = this;
    const seen = prometheus.scrapes + prometheus.failedScrapes;
    while (prometheus.scrapes + prometheus.failedScrapes === seen) await this.runFor(1);
    if (afterMs > 0) await this.runFor(afterMs);
  }

  ask(query: MetricsQuery): number | undefined {
    return this.prometheus.evaluate(query);
  }
}

export function increaseOf(
  name: string,
  windowMs: number,
  labels: Readonly<Record<string, string>> = {},
): MetricsQuery {
  return { kind: 'increase', name, labels, windowMs };
}

export function gaugeOf(name: string, labels: Readonly<Record<string, string>> = {}): MetricsQuery {
  return { kind: 'gauge', name, labels };
}
