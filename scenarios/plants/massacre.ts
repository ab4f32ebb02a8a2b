import type { PlannedFault } from '../../chaos/plan.ts';

const minuteMs = 60_000;

function everyFiveMinutes(component: string, count: number): readonly PlannedFault[] {
  return Array.from({ length: 9 }, (_, index) => ({
    id: `m${index + 1}`,
    kind: 'pod.kill',
    parameters: { component, colour: 'blue', count },
    startMs: (10 + index * 5) * minuteMs,
  }));
}

/** Every Defender of the stable colour dies, again and again: whatever they had promised and not done is gone. */
export const massacre: readonly PlannedFault[] = everyFiveMinutes('defender', 20);

/** The same while most acknowledgements get lost: what was done is done again by somebody else. */
export const massacreWithoutAcks: readonly PlannedFault[] = [
  ...massacre,
  {
    id: 'acks',
    kind: 'nats.impair-acks',
    parameters: { colour: 'blue', lossRate: 1 },
    startMs: 9 * minuteMs,
    endMs: 55 * minuteMs,
  },
];

/** Every collector dies, again and again, while the store is far away: much is under way at any moment. */
export const massacreOfCollectors: readonly PlannedFault[] = [
  ...everyFiveMinutes('collector', 20),
  {
    id: 'far',
    kind: 'link.delay',
    parameters: { path: 'collector-cassandra', colour: 'blue', delayMs: 1500 },
    startMs: 9 * minuteMs,
    endMs: 55 * minuteMs,
  },
];
