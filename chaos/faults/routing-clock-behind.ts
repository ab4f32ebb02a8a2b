import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { componentOf, draw, podsOf } from '../target-group.ts';

/** The clock of a part of routing is behind, and set right at the end (delivery F7, F39). */
export const routingClockBehind = lastingFault({
  kind: 'routing.clock-behind',
  summary:
    'the clock of a gateway, of Management or of the rollout controller is behind, until it is set right',
  effect:
    'Wall time of the chosen pods goes back, and forward again at the end; monotonic time and timers go on. Times of lists must not go back, stages must not get shorter.',
  live: 'date -s in a time namespace, or libfaketime; NTP sets it right',
  rulesUsuallyHit: ['routing.one-colour', 'rollback.bound', 'gate.evidence'],
  typicalDurationMs: [30_000, 900_000],
  parameters: [
    {
      name: 'component',
      type: 'choice',
      choices: ['gateway', 'management', 'rollout'],
      default: 'gateway',
      doc: 'whose clock',
    },
    {
      name: 'count',
      type: 'integer',
      unit: 'pods',
      minimum: 1,
      maximum: 200,
      typical: [1, 3],
      default: 1,
      doc: 'how many; there is one Management and one rollout controller',
    },
    {
      name: 'behindMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 1,
      maximum: 86_400_000,
      typical: [1000, 120_000],
      default: 60_000,
      doc: 'by how much',
    },
  ],
  impact: (values) => ({
    dependency: `clock of ${textOf(values, 'component')}`,
    big: true,
    storageLost: 0,
    groupSize: 1,
    settleMs: 0,
  }),
  begin(world, values, random) {
    const behindUs = numberOf(values, 'behindMs') * 1000;
    const candidates = podsOf(world, componentOf(textOf(values, 'component')), 'any');
    const pods = draw(random, candidates, numberOf(values, 'count'));
    const clocks = pods.map(({ process }) => process.hostClock);
    for (const clock of clocks) clock.step(-behindUs);
    return {
      targets: pods.map(({ name }) => name),
      hits: () => pods.length,
      end: () => {
        for (const clock of clocks) clock.step(behindUs);
      },
    };
  },
});
