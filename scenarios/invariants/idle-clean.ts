import { colours, type Colour } from '../../system/ports/colour.ts';
import { isRollout } from './rollout-pod.ts';
import { rule, type Rule } from './rule.ts';

/**
 * Nothing of the last release waits in the idle colour when a new image comes to it: every completion published there
 * before the release began was worked off (delivery I8, R71, C41). Not judged: keys in its buckets, which belong to the
 * replicas that the old colour keeps until the go/no-go (C21, C22).
 */
export const idleClean: Rule = rule({
  id: 'idle.clean',
  title: 'a new image comes only to a colour in which nothing waits',
  kind: 'safety',
  source: 'delivery I8, R70, R71, C41',
  excuses: [],
  watch({ history, facts }, ledger) {
    const unfinished: Readonly<Record<Colour, Map<string, number>>> = { blue: new Map(), green: new Map() };
    let begun: { readonly colour: Colour; readonly timeUs: number } | undefined;
    history.on('completion.published', ({ colour, contextId }, timeUs) => {
      unfinished[colour].set(contextId, timeUs);
    });
    history.on('completion.acknowledged', ({ colour, contextId }) => {
      unfinished[colour].delete(contextId);
    });
    history.on('completion.dead-lettered', ({ colour, contextId }) => {
      unfinished[colour].delete(contextId);
    });
    history.on('rollout.started', ({ canaryColour }, timeUs) => {
      begun = { colour: canaryColour, timeUs };
    });
    history.on('deployment.changed', ({ deployment, image, by }) => {
      const release = begun;
      if (release === undefined || !isRollout(by)) return;
      if (colours.find((colour) => deployment.endsWith(`-${colour}`)) !== release.colour) return;
      begun = undefined;
      ledger.check();
      const waiting = new Set(facts.waitingCompletions());
      const left = [...unfinished[release.colour]].filter(
        ([contextId, publishedUs]) => publishedUs < release.timeUs && waiting.has(contextId),
      );
      if (left.length === 0) return;
      const first = left[0]?.[0] ?? '';
      ledger.violate(
        `${image} came to ${release.colour} over ${left.length} unprocessed completions (${first})`,
      );
    });
    return { finish: () => undefined };
  },
});
