import { lastingFault } from '../fault.ts';
import { numberOf } from '../parameter.ts';
import { metricsImpact } from '../scrape-hindrance.ts';

/** The clock of the metrics store is set (delivery F39). */
export const metricsClockStep = lastingFault({
  kind: 'metrics.clock-step',
  summary: 'the clock of the metrics store is set, and set right at the end',
  effect:
    'Samples and windows follow its clock. Set back, samples are dropped until it has caught up with those it has; set forward, windows look at a time without samples.',
  live: 'date -s on the machine of Prometheus, or libfaketime',
  rulesUsuallyHit: ['gate.evidence'],
  typicalDurationMs: [30_000, 900_000],
  parameters: [
    {
      name: 'stepMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: -86_400_000,
      maximum: 86_400_000,
      typical: [-60_000, 60_000],
      default: -60_000,
      doc: 'forward, or back where negative',
    },
  ],
  impact: metricsImpact,
  begin(world, values) {
    const stepMs = numberOf(values, 'stepMs');
    world.prometheus.stepClock(stepMs);
    return {
      targets: ['prometheus'],
      hits: () => (stepMs === 0 ? 0 : 1),
      end: () => world.prometheus.stepClock(-stepMs),
    };
  },
});
