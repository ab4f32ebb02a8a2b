import type { Ports } from '../../system/ports/index.ts';
import type { SystemEvent } from '../../system/ports/system-event.ts';

/** The same ports, but for what is done with events; `event` passes them on. */
export function wrapEvents(ports: Ports, event: (event: SystemEvent) => void): Ports {
  const { telemetry } = ports;
  return {
    ...ports,
    telemetry: {
      counter: (name, labels) => telemetry.counter(name, labels),
      gauge: (name, labels) => telemetry.gauge(name, labels),
      histogram: (name, labels, bounds) => telemetry.histogram(name, labels, bounds),
      event,
    },
  };
}
