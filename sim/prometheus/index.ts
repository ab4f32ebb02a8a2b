export { PodTelemetry } from './pod-telemetry.ts';
export { defaultPrometheusSettings, Prometheus, type PrometheusSettings } from './prometheus.ts';
export type { TargetSpec } from './scrape-target.ts';
