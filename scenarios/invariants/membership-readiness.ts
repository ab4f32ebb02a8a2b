import { colours, type Colour } from '../../system/ports/colour.ts';
import { natsImpaired } from './excuses.ts';
import { watchMaps } from './map-in-force.ts';
import { rule, type Rule } from './rule.ts';

/** A pod that came or went this long ago explains a map: its start, a hold-off of 15 s, a window of 10 s, a look. */
const causeUs = 150_000_000;
/** What a flap does to a member shows this long after it: death after 6 s, a window of 10 s, a look. */
const effectUs = 30_000_000;

/** The Defenders of one colour while their readiness flaps. Times are those of the last one. */
class Side {
  readonly flaps = new Set<string>();
  readonly lastHolder = new Map<string, string>();
  flappedUs = -Infinity;
  podsChangedUs = -Infinity;

  isFlapping(timeUs: number): boolean {
    return this.flaps.size > 0 || timeUs - this.flappedUs < effectUs;
  }
}

/**
 * Readiness decides about requests and updates, never about who is a member: while it flaps no map takes a Defender out
 * that runs and was not told to stop, none comes without a pod that came or went, and nobody gives up an id or the
 * leadership (delivery F64; defender §2: heartbeats alone).
 */
export const membershipReadiness: Rule = rule({
  id: 'membership.readiness',
  title: 'readiness that flaps changes nothing among the Defenders',
  kind: 'safety',
  source: 'delivery F64; defender §2, §6',
  excuses: [natsImpaired],
  watch({ history }, ledger) {
    const sides: Record<Colour, Side> = { blue: new Side(), green: new Side() };
    /** Pods that were told to stop, or whose process ended, and that hold no id again. */
    const gone = new Set<string>();
    history.on('fault.started', ({ id, faultKind, targets }) => {
      if (!faultKind.startsWith('kubelet.')) return;
      for (const colour of colours) {
        const prefix = `defender-${colour}`;
        if (targets.some((target) => target.startsWith(prefix))) sides[colour].flaps.add(id);
      }
    });
    history.on('fault.ended', ({ id }, timeUs) => {
      for (const colour of colours) if (sides[colour].flaps.delete(id)) sides[colour].flappedUs = timeUs;
    });
    function changed({ deployment }: { readonly deployment: string }, timeUs: number): void {
      const colour = colours.find((one) => deployment === `defender-${one}`);
      if (colour !== undefined) sides[colour].podsChangedUs = timeUs;
    }
    function left(event: { readonly pod: string; readonly deployment: string }, timeUs: number): void {
      gone.add(event.pod);
      changed(event, timeUs);
    }
    history.on('pod.created', changed);
    history.on('pod.terminating', left);
    history.on('pod.restarting', left);
    history.on('pod.ended', left);
    history.on('identity.claimed', ({ colour, defenderId, pod }) => {
      gone.delete(pod);
      sides[colour].lastHolder.set(defenderId, pod);
    });
    history.on('pod.unready', ({ pod, deployment }, timeUs) => {
      const colour = colours.find((one) => deployment === `defender-${one}`);
      if (colour !== undefined && sides[colour].isFlapping(timeUs) && !gone.has(pod)) ledger.check();
    });
    history.on('identity.released', ({ colour, defenderId, pod }, timeUs) => {
      if (!sides[colour].isFlapping(timeUs) || gone.has(pod)) return;
      ledger.violateUnlessExcused(`${pod} gave ${defenderId} up, and was not told to stop`, 0, colour);
    });
    history.on('leader.lost', ({ colour, pod, reason }, timeUs) => {
      if (!sides[colour].isFlapping(timeUs) || gone.has(pod)) return;
      ledger.violateUnlessExcused(`${pod} leads ${colour} no more (${reason})`, 0, colour);
    });
    watchMaps(history, (map, timeUs) => {
      const { colour, version, reason } = map;
      const side = sides[colour];
      if (!side.isFlapping(timeUs)) return;
      ledger.check();
      for (const id of map.left) {
        const pod = side.lastHolder.get(id);
        if (pod === undefined || gone.has(pod)) continue;
        ledger.violateUnlessExcused(
          `${colour}: map ${version} takes ${id} out, though ${pod} runs and was not told to stop`,
          effectUs,
          colour,
        );
      }
      if (timeUs - side.podsChangedUs < causeUs) return;
      ledger.violateUnlessExcused(
        `${colour}: map ${version} (${reason}), though no pod came or went`,
        effectUs,
        colour,
      );
    });
    return { finish: () => undefined };
  },
});
