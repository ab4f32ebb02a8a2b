import { pool, timelineScenario } from './timeline-scenario.ts';

const updateMs = 120_000;

/** Timeline 8. */
export const rollingUpdateOfThirty = timelineScenario({
  name: '8',
  summary: 'timeline 8: a rolling update of thirty Defenders; no map at all',
  tools: 60,
  defenders: 30,
  minutes: 10,
  play: () => ({
    faults: [{ kind: 'operator.rolling-update', parameters: pool, startMs: updateMs }],
    timeline: {
      number: 8,
      title: 'rolling update',
      fromMs: updateMs,
      maps: [],
      events: [],
      never: [],
    },
  }),
});
