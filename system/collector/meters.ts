import type { Colour } from '../ports/colour.ts';
import type { RpcStatus } from '../ports/rpc.ts';
import type { Counter, Histogram, Telemetry } from '../ports/telemetry.ts';

const collectorRequestsMetric = 'tfdc_collector_requests_total';
const collectorSecondsMetric = 'tfdc_collector_request_seconds';
const completionsPublishedMetric = 'tfdc_completions_published_total';
const clockAheadMetric = 'tfdc_collector_clock_ahead_total';
const rejectedMetricsMetric = 'tfdc_collector_rejected_metrics_total';

/** Finite bounds above 1 s, so that a gate's "> 1,000 ms" can be reached (delivery F34). */
const secondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10] as const;

/** The collector's metrics. Each series exists from the start, so that the first errors are seen by `increase` (delivery 87). */
export class CollectorMeters {
  readonly #requests: Readonly<Record<RpcStatus, Counter>>;
  readonly #seconds: Histogram;
  readonly #published: Counter;
  readonly #rejectedMetrics: Counter;
  readonly #clockAhead: Counter;

  constructor(telemetry: Telemetry, colour: Colour) {
    const counter = (code: RpcStatus): Counter => {
      const created = telemetry.counter(collectorRequestsMetric, { colour, code });
      created.add(0);
      return created;
    };
    this.#requests = {
      OK: counter('OK'),
      CANCELLED: counter('CANCELLED'),
      INVALID_ARGUMENT: counter('INVALID_ARGUMENT'),
      DEADLINE_EXCEEDED: counter('DEADLINE_EXCEEDED'),
      NOT_FOUND: counter('NOT_FOUND'),
      RESOURCE_EXHAUSTED: counter('RESOURCE_EXHAUSTED'),
      FAILED_PRECONDITION: counter('FAILED_PRECONDITION'),
      ABORTED: counter('ABORTED'),
      UNIMPLEMENTED: counter('UNIMPLEMENTED'),
      INTERNAL: counter('INTERNAL'),
      UNAVAILABLE: counter('UNAVAILABLE'),
    };
    this.#seconds = telemetry.histogram(collectorSecondsMetric, { colour }, secondsBounds);
    this.#published = telemetry.counter(completionsPublishedMetric, { colour });
    this.#published.add(0);
    this.#rejectedMetrics = telemetry.counter(rejectedMetricsMetric, { colour });
    this.#rejectedMetrics.add(0);
    this.#clockAhead = telemetry.counter(clockAheadMetric, { colour });
    this.#clockAhead.add(0);
  }

  answered(status: RpcStatus, durationMs: number): void {
    this.#requests[status].add(1);
    this.#seconds.observe(durationMs / 1000);
  }

  published(): void {
    this.#published.add(1);
  }

  /** A request from a tool whose clock goes before. */
  clockAhead(): void {
    this.#clockAhead.add(1);
  }

  rejectedMetrics(count: number): void {
    this.#rejectedMetrics.add(count);
  }
}
