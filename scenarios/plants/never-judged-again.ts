import type { Plant } from './plant.ts';

/** Breaks `alarm.judged-again`. */
export const neverJudgedAgain: Plant = {
  name: 'never-judged-again',
  summary: 'a judgement made with a gap in the history is left as it is',
  rule: 'alarm.judged-again',
  scenario: 'release-quiet',
  overrides: { tools: '150', minutes: '115' },
  faults: [
    { id: 'g1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 5 * 60_000 },
    // Completions of blue wait while the tools go over to green, whose Defenders then meet the gaps.
    {
      id: 'g2',
      kind: 'nats.client-cut',
      parameters: { component: 'defender', colour: 'blue', share: 1 },
      startMs: 52 * 60_000,
      endMs: 95 * 60_000,
    },
  ],
  customisation: {
    defender: (settings) => ({ ...settings, recheckForMs: 0, lateAfterMs: Number.MAX_SAFE_INTEGER }),
  },
};
