import { rule, type Rule } from './rule.ts';

/**
 * A client that the canary of a release has answered is not answered by stable while that canary is there, whichever
 * gateway it comes to and whatever share that one knows (delivery R145, I2; issue 7). Requests that ask for a side by
 * header or cookie are not judged.
 */
export const canaryAffinity: Rule = rule({
  id: 'canary.affinity',
  title: 'who was answered by the canary stays with it until it is withdrawn',
  kind: 'safety',
  source: 'delivery R145, I2, F18',
  excuses: [],
  onlyTag: 'variant-percentage',
  watch({ history }, ledger) {
    const onCanary = new Map<string, string>();
    let withdrawn = true;
    history.on('canary.configured', ({ enabled }) => {
      withdrawn = !enabled;
      if (withdrawn) onCanary.clear();
    });
    history.on('canary.answered', ({ client, backend, release, forced }) => {
      if (withdrawn || forced) return;
      if (backend === 'canary') {
        onCanary.set(client, release);
        return;
      }
      if (onCanary.get(client) !== release) return;
      ledger.check();
      ledger.violate(`${client} was answered by the canary of ${release} and then by stable`);
    });
    history.on('canary.answered', ({ client, release, forced }) => {
      if (!forced && onCanary.get(client) === release) ledger.check();
    });
    return { finish: () => undefined };
  },
});
