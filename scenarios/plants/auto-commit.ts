import type { PlannedFault } from '../../chaos/plan.ts';
import { massacre } from './massacre.ts';
import type { Plant } from './plant.ts';

const minuteMs = 60_000;

/** While the store is far away a context takes seconds, and those that die have some in work. */
const farStore: PlannedFault = {
  id: 'far',
  kind: 'link.delay',
  parameters: { path: 'defender-cassandra', colour: 'blue', delayMs: 700 },
  startMs: 9 * minuteMs,
  endMs: 55 * minuteMs,
};

/** Breaks `effect.across-versions`. */
export const autoCommit: Plant = {
  name: 'auto-commit',
  summary: 'V1 commits offsets when it has fetched the records, not when their results are stored',
  rule: 'effect.across-versions',
  scenario: 'v1-storm',
  overrides: { tools: '120', minutes: '60' },
  faults: [...massacre, farStore],
  customisation: {
    v1Defender: (settings) => ({
      ...settings,
      v1Policies: { ...settings.v1Policies, commit: 'when-fetched' },
    }),
  },
};
