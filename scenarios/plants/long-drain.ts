import type { Plant } from './plant.ts';
import { wrapProcess } from './wrap-process.ts';

/** Breaks `shutdown.order`. */
export const longDrain: Plant = {
  name: 'long-drain',
  summary:
    'the signal comes after a preStop of 5 s, and the drain takes up to 25 s: together the whole grace period',
  rule: 'shutdown.order',
  scenario: 'rolling-update',
  overrides: { tools: '300', minutes: '30' },
  faults: [
    {
      id: 's1',
      kind: 'link.delay',
      parameters: { path: 'defender-cassandra', colour: 'blue', delayMs: 8000 },
      startMs: 6 * 60_000,
      endMs: 15 * 60_000,
    },
    {
      id: 's2',
      kind: 'operator.rolling-update',
      parameters: { deployment: 'defender-blue' },
      startMs: 10 * 60_000,
    },
  ],
  customisation: {
    defender: (settings) => ({ ...settings, drainMs: 25_000, cqlTimeoutMs: 30_000 }),
    ports: (component, ports) =>
      component === 'defender'
        ? {
            ...ports,
            process: wrapProcess(ports.process, {
              onTerminate: (handler) =>
                ports.process.onTerminate(() => {
                  ports.clock.after(5000, handler);
                }),
            }),
          }
        : ports,
  },
};
