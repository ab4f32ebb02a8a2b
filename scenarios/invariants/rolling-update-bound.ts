import type { History } from '../../sim/history/history.ts';
import { colours, type Colour } from '../../system/ports/colour.ts';
import { capacityTaken, cassandraImpaired, natsImpaired } from './excuses.ts';
import { ImagePulls } from './image-pulls.ts';
import { rule, type Rule } from './rule.ts';

const boundMs = 180_000;

/** When the readiness of each colour's Defenders flapped: meanwhile Kubernetes holds an update up (delivery 66, F64). */
class ReadinessFlaps {
  readonly #inForce = new Map<string, readonly Colour[]>();
  readonly #healedUs = new Map<Colour, number>();

  constructor(history: History) {
    history.on('fault.started', ({ id, faultKind, targets }) => {
      if (!faultKind.startsWith('kubelet.')) return;
      this.#inForce.set(
        id,
        colours.filter((colour) => targets.some((target) => target.startsWith(`defender-${colour}`))),
      );
    });
    history.on('fault.ended', ({ id }, timeUs) => {
      for (const colour of this.#inForce.get(id) ?? []) this.#healedUs.set(colour, timeUs);
      this.#inForce.delete(id);
    });
  }

  /** 0 while one is in force, Infinity where there was none. */
  sinceHealedMs(colour: Colour, timeUs: number): number {
    for (const hit of this.#inForce.values()) if (hit.includes(colour)) return 0;
    return (timeUs - (this.#healedUs.get(colour) ?? -Infinity)) / 1000;
  }
}

/**
 * All replicas are replaced in under 3 minutes (PRODUCT, rolling update; delivery R190), of pods that start in 5 to 10 s
 * (C27): images that nodes have to pull first are not counted. An update that flapping readiness held up has its 3 minutes
 * from the moment on when that is over.
 */
export const rollingUpdateBound: Rule = rule({
  id: 'rolling-update.bound',
  title: 'a rolling update replaces all Defenders in under 3 min, pulls of images not counted',
  kind: 'safety',
  source: 'PRODUCT rolling update; delivery R190, C27',
  // A Defender is ready only when it has reached both stores.
  excuses: [natsImpaired, cassandraImpaired, capacityTaken],
  watch({ kernel, history }, ledger) {
    const running = new Map<Colour, number>();
    const heldUp = new ReadinessFlaps(history);
    const pulls = new ImagePulls(history);
    history.on('update.started', ({ deployment }, timeUs) => {
      const colour = colours.find((one) => deployment === `defender-${one}`);
      if (colour !== undefined) running.set(colour, timeUs);
    });
    history.on('update.completed', ({ deployment, durationMs }, timeUs) => {
      const colour = colours.find((one) => deployment === `defender-${one}`);
      if (colour === undefined || !running.delete(colour)) return;
      ledger.check();
      const pulledMs = pulls.waitedMs(colour, timeUs - durationMs * 1000, timeUs);
      if (Math.min(durationMs - pulledMs, heldUp.sinceHealedMs(colour, timeUs)) < boundMs) return;
      const images = pulledMs === 0 ? '' : `, ${(pulledMs / 1000).toFixed(0)} s of them for images`;
      ledger.violateUnlessExcused(
        `${deployment}: the rolling update took ${(durationMs / 1000).toFixed(0)} s${images}`,
        durationMs * 1000,
        colour,
      );
    });
    return {
      finish(): void {
        for (const [colour, sinceUs] of running) {
          const waitedMs = (kernel.nowUs - sinceUs) / 1000 - pulls.waitedMs(colour, sinceUs, kernel.nowUs);
          if (Math.min(waitedMs, heldUp.sinceHealedMs(colour, kernel.nowUs)) < boundMs) continue;
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
