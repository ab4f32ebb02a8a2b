import { defendersFrozen, natsImpaired } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** A message whose worker says nothing is delivered again after this. */
const ackWaitUs = 30_000_000;

interface Work {
  readonly pod: string;
  readonly sinceUs: number;
  /** Whom the message was delivered to as well while this one was at it. */
  other: string | undefined;
}

/**
 * One completion is in one Defender's hands at a time (defender §5, §6 "nothing is processed by both"): who stores it was
 * not overtaken by a delivery to another one, unless its own ack wait was over.
 */
export const unitSingleWorker: Rule = rule({
  id: 'unit.single-worker',
  title: 'no completion is processed by two Defenders at the same time',
  kind: 'safety',
  source: 'defender §5, §6; issue 6',
  excuses: [natsImpaired, defendersFrozen],
  watch({ history }, ledger) {
    const works = new Map<string, Work[]>();
    history.on('completion.delivered', ({ contextId, pod, colour }, timeUs) => {
      const key = `${colour} ${contextId}`;
      const before = (works.get(key) ?? []).filter((work) => timeUs - work.sinceUs < ackWaitUs);
      for (const work of before) if (work.pod !== pod) work.other = pod;
      works.set(key, [
        ...before.filter((work) => work.pod !== pod),
        { pod, sinceUs: timeUs, other: undefined },
      ]);
    });
    history.on('uchart.stored', ({ contextId, pod, colour }, timeUs) => {
      ledger.check();
      const key = `${colour} ${contextId}`;
      const held = works.get(key) ?? [];
      const work = held.find((known) => known.pod === pod);
      if (work?.other !== undefined) {
        ledger.violateUnlessExcused(
          `${contextId} was delivered to ${work.other} (${colour}) while ${pod} processed it`,
          timeUs - work.sinceUs,
          colour,
        );
      }
      const others = held.filter((known) => known.pod !== pod);
      if (others.length === 0) works.delete(key);
      else works.set(key, others);
    });
    return { finish: () => undefined };
  },
});
