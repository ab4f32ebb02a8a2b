import type { Ports } from '../../system/ports/index.ts';
import type { SystemEvent } from '../../system/ports/system-event.ts';
import type { Plant } from './plant.ts';
import { wrapEvents } from './wrap-events.ts';
import { wrapProcess } from './wrap-process.ts';

/** Holds the word that a standby is ready back until it follows a map that was made after its start. */
function readyByMap(ports: Ports): Ports {
  let isStandby = false;
  let isHeldBack = false;
  let firstVersion: number | undefined;
  function look(event: SystemEvent): void {
    if (event.kind === 'defender.state' && event.to === 'standby') isStandby = true;
    if (event.kind !== 'assignment.applied') return;
    firstVersion ??= event.version;
    if (event.version === firstVersion || !isHeldBack) return;
    isHeldBack = false;
    isStandby = false;
    ports.process.setReady(true);
  }
  const heard = wrapEvents(ports, (event) => {
    ports.telemetry.event(event);
    look(event);
  });
  return {
    ...heard,
    process: wrapProcess(ports.process, {
      setReady(ready) {
        if (ready && isStandby) isHeldBack = true;
        else ports.process.setReady(ready);
      },
    }),
  };
}

/** Breaks `drain.told`. */
export const readinessByMap: Plant = {
  name: 'readiness-by-map',
  summary: 'a Defender that took an id over says that it is ready with the next map, and there is none',
  rule: 'drain.told',
  scenario: 'defender-drain',
  overrides: { tools: '60' },
  customisation: {
    ports: (component, ports) => (component === 'defender' ? readyByMap(ports) : ports),
  },
};
