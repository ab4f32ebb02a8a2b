import type { Colour } from '../../system/ports/colour.ts';
import { defendersFrozen, natsDivided } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** As long as a dead leader may go without a successor (PRODUCT, crash recovery). */
const boundUs = 13_000_000;

interface Leading {
  readonly colour: Colour;
  readonly electedUs: number;
}

/**
 * A leader that cannot reach NATS can neither see the members nor publish, so it must not keep the leadership from the
 * others (delivery C5, defender §1, §2): by KV it cannot renew, and what the Election Agent granted it must give back.
 * Degraded is what the Defender itself says of its way to NATS.
 */
export const leadershipEffective: Rule = rule({
  id: 'leadership.effective',
  title: 'a leader that cannot reach NATS gives the leadership up within 13 s',
  kind: 'safety',
  source: 'delivery C5; defender §1, §2',
  excuses: [defendersFrozen, natsDivided],
  watch({ kernel, history }, ledger) {
    const leading = new Map<string, Leading>();
    const degradedUs = new Map<string, number>();
    function judge(pod: string, nowUs: number): void {
      const leader = leading.get(pod);
      const sinceUs = degradedUs.get(pod);
      if (leader === undefined || sinceUs === undefined) return;
      ledger.check();
      const tookUs = nowUs - Math.max(sinceUs, leader.electedUs);
      if (tookUs <= boundUs) return;
      ledger.violateUnlessExcused(
        `${pod} (${leader.colour}) led for ${(tookUs / 1000).toFixed(0)} ms without reaching NATS`,
        tookUs,
        leader.colour,
      );
    }
    function ended(pod: string): void {
      leading.delete(pod);
      degradedUs.delete(pod);
    }
    history.on('leader.elected', ({ colour, pod }, electedUs) => leading.set(pod, { colour, electedUs }));
    history.on('leader.lost', ({ pod }, timeUs) => {
      judge(pod, timeUs);
      leading.delete(pod);
    });
    history.on('defender.state', ({ pod, to }, timeUs) => {
      if (to === 'degraded') {
        degradedUs.set(pod, timeUs);
        return;
      }
      judge(pod, timeUs);
      degradedUs.delete(pod);
    });
    history.on('pod.ended', ({ pod }) => ended(pod));
    history.on('pod.restarting', ({ pod }) => ended(pod));
    return {
      finish(): void {
        for (const pod of leading.keys()) judge(pod, kernel.nowUs);
      },
    };
  },
});
