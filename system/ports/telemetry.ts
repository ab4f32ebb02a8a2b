import type { SystemEvent } from './system-event.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount: number): void;
}

export interface Gauge {
  set(value: number): void;
}

export interface Histogram {
  observe(value: number): void;
}

/** Metrics as Prometheus has them, and structured events: what operators see and what invariants are judged by. */
export interface Telemetry {
  /** The same name and labels give the same instrument. Get it once, keep it: the look-up is not for hot paths. */
  counter(name: string, labels: Labels): Counter;
  gauge(name: string, labels: Labels): Gauge;
  /** `bucketBounds` ascending upper bounds, +Inf is added. */
  histogram(name: string, labels: Labels, bucketBounds: readonly number[]): Histogram;
  event(event: SystemEvent): void;
}
