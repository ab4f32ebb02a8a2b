import { massacreWithoutAcks } from './massacre.ts';
import type { Ports } from '../../system/ports/index.ts';
import type { Plant } from './plant.ts';
import { wrapEvents } from './wrap-events.ts';

/** The reported digest moves with the clock, as if the time of computing had slipped into the statistics. */
function withRestlessDigest(ports: Ports): Ports {
  const { telemetry, clock } = ports;
  return wrapEvents(ports, (event) =>
    telemetry.event(
      event.kind === 'uchart.stored' ? { ...event, digest: event.digest + clock.monotonicMs() } : event,
    ),
  );
}

/** Breaks `effect.exactly-once`. */
export const staleResult: Plant = {
  name: 'stale-result',
  summary: 'a result carries the attempt in its statistics: every redelivery stores another one',
  rule: 'effect.exactly-once',
  scenario: 'lost-acks',
  overrides: { tools: '150', minutes: '60' },
  faults: massacreWithoutAcks,
  customisation: {
    ports: (component, ports) => (component === 'defender' ? withRestlessDigest(ports) : ports),
  },
};
