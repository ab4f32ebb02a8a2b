import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { natsNodeParameter, natsNodes } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Sets the clock of one NATS server (jetstream R14). */
export const jetStreamClockStep = lastingFault({
  kind: 'jetstream.clock-step',
  summary: 'the clock of a NATS server is set, and set right at the end',
  effect:
    'Age, lives of messages and duplicate windows follow the clock of each replica: leases of that server vanish early or late, for whoever reads there. Raft keeps its own time.',
  live: 'date -s on the machine, or libfaketime in front of nats-server',
  rulesUsuallyHit: ['leadership.fenced', 'effect.exactly-once'],
  typicalDurationMs: [30_000, 300_000],
  parameters: [
    colourParameter,
    natsNodeParameter,
    {
      name: 'stepMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: -86_400_000,
      maximum: 86_400_000,
      typical: [-60_000, 60_000],
      default: 30_000,
      doc: 'forward, or back where negative',
    },
  ],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    storageLost: 0,
    groupSize: 3,
    settleMs: 300_000,
  }),
  begin(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const stepUs = numberOf(values, 'stepMs') * 1000;
    const stepped = natsNodes(cluster, textOf(values, 'node'), random);
    for (const { index } of stepped) cluster.stepClock(index, stepUs);
    return {
      targets: stepped.map(({ node }) => node.name),
      hits: () => stepped.length,
      end: () => {
        for (const { index } of stepped) cluster.stepClock(index, -stepUs);
      },
    };
  },
});
