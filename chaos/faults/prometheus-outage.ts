import { lastingFault } from '../fault.ts';

/** Switches the metrics store off: no scrapes, no answers. */
export const prometheusOutage = lastingFault({
  kind: 'prometheus.outage',
  summary: 'the metrics store is down',
  effect:
    'Nothing is scraped and no query is answered. Gates find no evidence and must not pass; after the end the gap in the samples remains.',
  live: 'kubectl scale --replicas=0 of Prometheus',
  rulesUsuallyHit: ['gate.evidence'],
  typicalDurationMs: [30_000, 900_000],
  parameters: [],
  impact: () => ({ dependency: 'prometheus', big: true, storageLost: 0, groupSize: 1, settleMs: 60_000 }),
  begin(world) {
    world.prometheus.setOutage(true);
    return { targets: ['prometheus'], hits: () => 1, end: () => world.prometheus.setOutage(false) };
  },
});
