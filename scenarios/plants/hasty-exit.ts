import { wrapProcess } from './wrap-process.ts';
import type { Plant } from './plant.ts';

/** Breaks `shutdown.order`. */
export const hastyExit: Plant = {
  name: 'hasty-exit',
  summary: 'a Defender that is told to stop gives its id up first and its work last',
  rule: 'shutdown.order',
  scenario: 'rolling-update',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    ports: (component, ports) =>
      component === 'defender'
        ? {
            ...ports,
            process: wrapProcess(ports.process, {
              onTerminate: (handler) =>
                ports.process.onTerminate(() => {
                  // Work that never ends: the grace period runs out.
                  ports.clock.after(40_000, handler);
                }),
            }),
          }
        : ports,
  },
};
