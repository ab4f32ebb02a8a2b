import type { Plant } from './plant.ts';

const minuteMs = 60_000;

/** Breaks `shutdown.order`. */
export const mapWhileEnding: Plant = {
  name: 'map-while-ending',
  summary: 'a Defender that drains still follows maps, and takes units up that it is about to leave',
  rule: 'shutdown.order',
  scenario: 'far-store',
  overrides: { tools: '60', minutes: '25' },
  // One dies while another drains, which takes long since the store is far away.
  faults: [
    {
      id: 'd1',
      kind: 'link.delay',
      parameters: { path: 'defender-cassandra', colour: 'blue', delayMs: 5_000 },
      startMs: 6 * minuteMs,
      endMs: 16 * minuteMs,
    },
    {
      id: 'u1',
      kind: 'operator.rolling-update',
      parameters: { deployment: 'defender-blue' },
      startMs: 9 * minuteMs,
    },
    {
      id: 'k1',
      kind: 'pod.kill',
      parameters: { how: 'crash' },
      startMs: 8 * minuteMs,
      at: { moment: 'drain.in-flight', occurrence: 1, delayMs: 0, target: 'follower' },
    },
  ],
  customisation: {
    defender: (settings) => ({
      ...settings,
      policies: { ...settings.policies, mapWhileEnding: 'followed' },
    }),
  },
};
