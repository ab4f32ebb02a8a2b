import { wrapProcess } from './wrap-process.ts';
import type { Plant } from './plant.ts';

/** Breaks `rolling-update.bound`. */
export const slowReadiness: Plant = {
  name: 'slow-readiness',
  summary: 'a Defender says only after three minutes that it is ready',
  rule: 'rolling-update.bound',
  scenario: 'rolling-update',
  overrides: { tools: '150', minutes: '60' },
  customisation: {
    ports: (component, ports) =>
      component === 'defender'
        ? {
            ...ports,
            process: wrapProcess(ports.process, {
              setReady: (ready) => {
                if (ready && ports.clock.wallMs() > 0)
                  ports.clock.after(180_000, () => ports.process.setReady(true));
                else ports.process.setReady(ready);
              },
            }),
          }
        : ports,
  },
};
