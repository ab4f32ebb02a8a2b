import type { Counter, Histogram, Telemetry } from '../../../ports/telemetry.ts';
import type { CanaryBackend } from '../../../ports/variant-event.ts';

export const canaryRequestsMetric = 'canary_requests_total';
export const canarySecondsMetric = 'canary_request_seconds';

/** Bounds around every limit that a phase or trigger names: 100, 200, 500 ms (delivery R272–R277, F34). */
const secondsBounds = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2, 5] as const;

type ByOutcome = Readonly<Record<'ok' | 'error', Counter>>;

/** Requests and times of either side; each series is there from the start, with 0 (delivery 87, F32). */
export class CanaryMeters {
  readonly #requests: Readonly<Record<CanaryBackend, ByOutcome>>;
  readonly #seconds: Readonly<Record<CanaryBackend, Histogram>>;

  constructor(telemetry: Telemetry) {
    const counter = (backend: CanaryBackend, outcome: 'ok' | 'error'): Counter => {
      const created = telemetry.counter(canaryRequestsMetric, { backend, outcome });
      created.add(0);
      return created;
    };
    const both = (backend: CanaryBackend): ByOutcome => ({
      ok: counter(backend, 'ok'),
      error: counter(backend, 'error'),
    });
    this.#requests = { stable: both('stable'), canary: both('canary') };
    this.#seconds = {
      stable: telemetry.histogram(canarySecondsMetric, { backend: 'stable' }, secondsBounds),
      canary: telemetry.histogram(canarySecondsMetric, { backend: 'canary' }, secondsBounds),
    };
  }

  request(backend: CanaryBackend, ok: boolean, durationMs: number): void {
    this.#requests[backend][ok ? 'ok' : 'error'].add(1);
    this.#seconds[backend].observe(durationMs / 1000);
  }
}
