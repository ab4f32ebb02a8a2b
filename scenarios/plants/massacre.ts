import type { PlannedFault } from '../../chaos/plan.ts';

const minuteMs = 60_000;

/** Every Defender of the stable colour dies, again and again: whatever they had promised and not done is gone. */
export const massacre: readonly PlannedFault[] = Array.from({ length: 9 }, (_, index) => ({
  id: `m${index + 1}`,
  kind: 'pod.kill',
  parameters: { component: 'defender', colour: 'blue', count: 20 },
  startMs: (10 + index * 5) * minuteMs,
}));
