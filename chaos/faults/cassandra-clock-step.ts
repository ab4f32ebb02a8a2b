import { instantFault } from '../fault.ts';
import { numberOf } from '../parameter.ts';
import { cassandraCountParameter, runningNodes } from '../server-choice.ts';

/** Sets the clocks of Cassandra nodes forwards or back. */
export const cassandraClockStep = instantFault({
  kind: 'cassandra.clock-step',
  summary: 'the clock of a Cassandra node jumps',
  effect:
    'As a coordinator the node counts TTLs from another second, sees data expire earlier or later, and stamps light-weight transactions, and writes without a client timestamp, by as much off.',
  live: 'date -s in a time namespace, or libfaketime; an NTP step',
  rulesUsuallyHit: ['result.fault-free', 'alarm.one-effect'],
  parameters: [
    cassandraCountParameter,
    {
      name: 'stepMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: -86_400_000,
      maximum: 86_400_000,
      typical: [-30_000, 30_000],
      default: 5_000,
      doc: 'the jump, negative for back',
    },
  ],
  impact: () => ({ dependency: 'cassandra', big: false, storageLost: 0, groupSize: 3, settleMs: 30_000 }),
  act(world, values, random) {
    const stepMs = numberOf(values, 'stepMs');
    const chosen = stepMs === 0 ? [] : runningNodes(world.cassandra, numberOf(values, 'count'), random);
    for (const { index } of chosen) world.cassandra.stepClock(index, stepMs);
    return chosen.map(({ node }) => node.name);
  },
});
