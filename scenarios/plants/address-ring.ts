import type { Ports } from '../../system/ports/index.ts';
import { assign } from '../../system/defender/assignment/assign.ts';
import type { Assignment, AssignmentInput } from '../../system/defender/assignment/assign.ts';
import type { Plant } from './plant.ts';
import { wrapEvents } from './wrap-events.ts';

/** Address of whoever holds an id, by colour and id. An id is claimed before a map can name it. */
const addresses = new Map<string, string>();

function notingAddresses(ports: Ports): Ports {
  return wrapEvents(ports, (event) => {
    if (event.kind === 'identity.claimed') {
      addresses.set(`${event.colour} ${event.defenderId}`, event.pod);
    }
    ports.telemetry.event(event);
  });
}

/** The ring is made of addresses, and where a unit was before counts for nothing. */
function assignByAddress(input: AssignmentInput, addressOf: (id: string) => string): Assignment {
  const idOf = new Map(input.members.map((id) => [addressOf(id), id]));
  const { previous: _forgotten, ...rest } = input;
  const assignment = assign({ ...rest, members: [...idOf.keys()] });
  const byId = <T>(values: ReadonlyMap<string, T>): Map<string, T> =>
    new Map([...values].map(([address, value]) => [idOf.get(address) ?? address, value]));
  return { ...assignment, unitsByMember: byId(assignment.unitsByMember), loads: byId(assignment.loads) };
}

/** Breaks `movement.bounds`. */
export const addressRing: Plant = {
  name: 'address-ring',
  summary:
    'units are hashed to addresses of pods instead of ids, so that a hand-over moves them at the next map',
  rule: 'movement.bounds',
  scenario: 'rolling-update',
  overrides: { tools: '150', minutes: '30' },
  faults: [
    {
      id: 'u1',
      kind: 'operator.rolling-update',
      parameters: { deployment: 'defender-blue' },
      startMs: 8 * 60_000,
    },
    {
      id: 'k1',
      kind: 'pod.kill',
      parameters: { component: 'defender', colour: 'blue', count: 1 },
      startMs: 20 * 60_000,
    },
  ],
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: {
        ...settings.policies,
        assign: (input) => assignByAddress(input, (id) => addresses.get(`${settings.colour} ${id}`) ?? id),
      },
    }),
    ports: (component, ports) => (component === 'defender' ? notingAddresses(ports) : ports),
  },
};
