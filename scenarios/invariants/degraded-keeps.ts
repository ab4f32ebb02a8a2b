import { OwnershipBook } from './ownership.ts';
import { rule, type Rule } from './rule.ts';

/**
 * A Defender without NATS keeps its last assignment for ever (defender §1, timeline 10): while it is degraded nothing but a
 * newer map takes units from it.
 */
export const degradedKeeps: Rule = rule({
  id: 'degraded.keeps',
  title: 'a degraded Defender keeps its assignment',
  kind: 'safety',
  source: 'defender §1, timeline 10; issue 6',
  excuses: [],
  watch({ history }, ledger) {
    const degraded = new Set<string>();
    history.on('defender.state', ({ pod, to }) => {
      if (to === 'degraded') {
        degraded.add(pod);
        if ((book.of(pod)?.units.size ?? 0) > 0) ledger.check();
      } else degraded.delete(pod);
    });
    history.on('pod.restarting', ({ pod }) => degraded.delete(pod));
    history.on('pod.ended', ({ pod }) => degraded.delete(pod));
    // Before the book learns of it: it is asked for what was.
    history.on('assignment.applied', ({ colour, pod, version, owned }) => {
      const before = book.of(pod);
      if (!degraded.has(pod) || before === undefined || version > before.version) return;
      const kept = new Set(owned);
      const lost = [...before.units].filter((unit) => !kept.has(unit)).length;
      if (lost > 0) {
        ledger.violate(`${pod} (${colour}) gave up ${lost} of ${before.units.size} units while degraded`);
      }
    });
    const book = new OwnershipBook(history, { changed: () => undefined });
    return { finish: () => undefined };
  },
});
