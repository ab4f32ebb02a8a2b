import { rule, type Rule } from './rule.ts';

/**
 * The pods of an experiment own no unit of the fab and write nothing that live reads: no table, subject, stream,
 * durable or bucket that is not its own, seen from below what isolates them (delivery 40, F25, I3).
 */
export const experimentIsolated: Rule = rule({
  id: 'experiment.isolated',
  title: 'an experiment owns no live unit and writes nothing live reads',
  kind: 'safety',
  source: 'delivery 40, F25; issue 7: shadow never writes where live reads',
  excuses: [],
  onlyTag: 'experiment',
  watch({ history }, ledger) {
    const told = new Set<string>();
    history.on('experiment.worked', () => ledger.check());
    history.on('experiment.touched', ({ side, pod, what, name }) => {
      // A store that is written a thousand times is one finding.
      const key = `${side} ${what} ${name}`;
      if (told.has(key)) return;
      told.add(key);
      ledger.violate(`${pod} (${side}) touched the ${what} ${name}, which is live`);
    });
    return { finish: () => undefined };
  },
});
