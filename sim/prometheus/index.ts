export { PodTelemetry } from './pod-telemetry.ts';
export {
  defaultPrometheusSettings,
  Prometheus,
  type PrometheusSettings,
  type ScrapeHindrance,
  type ScrapeImpairment,
} from './prometheus.ts';
export type { TargetSpec } from './scrape-target.ts';
