import { colours, type Colour } from '../../system/ports/colour.ts';
import { capacityTaken, cassandraImpaired, natsImpaired } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

const boundMs = 180_000;

/** All replicas are replaced in under 3 minutes (PRODUCT, rolling update; delivery R190, C27). */
export const rollingUpdateBound: Rule = rule({
  id: 'rolling-update.bound',
  title: 'a rolling update replaces all Defenders in under 3 min',
  kind: 'safety',
  source: 'PRODUCT rolling update; delivery R190, C27',
  // A Defender is ready only when it has reached both stores.
  excuses: [natsImpaired, cassandraImpaired, capacityTaken],
  watch({ kernel, history }, ledger) {
    const running = new Map<Colour, number>();
    history.on('update.started', ({ deployment }, timeUs) => {
      const colour = colours.find((one) => deployment === `defender-${one}`);
      if (colour !== undefined) running.set(colour, timeUs);
    });
    history.on('update.completed', ({ deployment, durationMs }) => {
      const colour = colours.find((one) => deployment === `defender-${one}`);
      if (colour === undefined || !running.delete(colour)) return;
      ledger.check();
      if (durationMs >= boundMs) {
        ledger.violateUnlessExcused(
          `${deployment}: the rolling update took ${(durationMs / 1000).toFixed(0)} s`,
          durationMs * 1000,
          colour,
        );
      }
    });
    return {
      finish(): void {
        for (const [colour, sinceUs] of running) {
          if (kernel.nowUs - sinceUs < boundMs * 1000) continue;
          ledger.check();
          ledger.violateUnlessExcused(
            `defender-${colour}: the rolling update begun at ${(sinceUs / 1e6).toFixed(0)} s never ended`,
            kernel.nowUs - sinceUs,
            colour,
          );
        }
      },
    };
  },
});
