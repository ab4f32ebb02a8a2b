import { natsImpaired } from './excuses.ts';
import type { Excuse } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const boundMs = 180_000;

const capacityTaken: Excuse = {
  reason: 'pods or machines failing meanwhile',
  faultKinds: ['node.', 'pod.'],
  graceUs: 180_000_000,
};

/** All replicas are replaced in under 3 minutes (PRODUCT, rolling update; delivery R190, C27). */
export const rollingUpdateBound: Rule = rule({
  id: 'rolling-update.bound',
  title: 'a rolling update replaces all Defenders in under 3 min',
  kind: 'safety',
  source: 'PRODUCT rolling update; delivery R190, C27',
  excuses: [natsImpaired, capacityTaken],
  watch({ kernel, history }, ledger) {
    const running = new Map<string, number>();
    history.on('update.started', (event, timeUs) => {
      if (event.deployment.startsWith('defender-')) running.set(event.deployment, timeUs);
    });
    history.on('update.completed', (event) => {
      if (!running.delete(event.deployment)) return;
      ledger.check();
      if (event.durationMs > boundMs) {
        ledger.violateUnlessExcused(
          `${event.deployment}: the rolling update took ${(event.durationMs / 1000).toFixed(0)} s`,
          event.durationMs * 1000,
        );
      }
    });
    return {
      finish(): void {
        for (const [deployment, sinceUs] of running) {
          if (kernel.nowUs - sinceUs > boundMs * 1000) {
            ledger.violateUnlessExcused(
              `${deployment}: the rolling update begun at ${(sinceUs / 1e6).toFixed(0)} s never ended`,
              kernel.nowUs - sinceUs,
            );
          }
        }
      },
    };
  },
});
