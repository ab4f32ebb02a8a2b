import type { Colour } from '../ports/colour.ts';
import type { Counter, Gauge, Histogram, Telemetry } from '../ports/telemetry.ts';

/** Upper bounds in seconds; 5 s is the budget (delivery R168). */
const processingBoundsSeconds = [0.5, 1, 1.5, 2, 2.5, 3, 4, 5, 7.5, 10, 20, 30, 60, 120];

/** Instruments of one Defender (delivery R204). */
export interface DefenderMetrics {
  readonly processingSeconds: Histogram;
  readonly processed: Counter;
  readonly cacheHits: Counter;
  readonly cacheMisses: Counter;
  /** 0 not degraded, 1 info, 2 warn, 3 error, 4 critical (defender §1). */
  readonly degradedLevel: Gauge;
  /** 1 while it leads: the sum over a colour says whether there is a leader. */
  readonly leader: Gauge;
  /** Share of all units that it owns by the map it follows: the sum over a colour is the coverage (delivery 1O). */
  readonly assignmentCoverage: Gauge;
}

export function defenderMetrics(telemetry: Telemetry, colour: Colour, pod: string): DefenderMetrics {
  return {
    processingSeconds: telemetry.histogram(
      'tfdc_defender_processing_seconds',
      { colour },
      processingBoundsSeconds,
    ),
    processed: telemetry.counter('tfdc_contexts_processed_total', { colour }),
    cacheHits: telemetry.counter('tfdc_defender_cache_hits_total', { colour }),
    cacheMisses: telemetry.counter('tfdc_defender_cache_misses_total', { colour }),
    degradedLevel: telemetry.gauge('tfdc_defender_degraded_level', { colour, pod }),
    leader: telemetry.gauge('tfdc_defender_leader', { colour }),
    assignmentCoverage: telemetry.gauge('tfdc_assignment_coverage', { colour }),
  };
}

/**
 * Level of the alert by time degraded, or since the map was last confirmed where that is longer: info 30 s, warn 2 min,
 * error 5 min, critical 30 min (defender §1).
 */
export function degradedLevel(degradedMs: number): number {
  const fromMs = [30_000, 120_000, 300_000, 1_800_000];
  return fromMs.filter((ms) => degradedMs >= ms).length;
}
