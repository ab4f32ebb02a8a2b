import { rule, type Rule } from './rule.ts';

/** Below this nothing can be said of a share. */
const fewestClients = 20;
const sigmas = 4;

interface Client {
  /** Weight at which it came to the canary; Infinity where it never did. */
  readonly enteredAt: number;
  /** Largest weight at which it was decided on. */
  readonly seenAt: number;
}

/**
 * The weight is a share of clients: as many of them go to the canary by weight as it says, within what chance explains
 * (delivery R142, R148, C9).
 */
export const canaryShare: Rule = rule({
  id: 'canary.share',
  title: 'as many clients are on the canary as its weight says',
  kind: 'safety',
  source: 'delivery R142, R148, C9',
  excuses: [],
  onlyTag: 'variant-percentage',
  watch({ history }, ledger) {
    const enteredAt = new Map<string, Map<string, Client>>();
    const weights = new Map<string, Set<number>>();
    history.on('canary.routed', ({ client, backend, reason, release, weightPercent }) => {
      if (reason !== 'weight') return;
      const entered = enteredAt.get(release) ?? new Map<string, Client>();
      enteredAt.set(release, entered);
      weights.set(release, (weights.get(release) ?? new Set()).add(weightPercent));
      const known = entered.get(client) ?? { enteredAt: Infinity, seenAt: 0 };
      entered.set(client, {
        enteredAt: backend === 'canary' ? Math.min(known.enteredAt, weightPercent) : known.enteredAt,
        seenAt: Math.max(known.seenAt, weightPercent),
      });
    });
    function judge(release: string, clients: readonly Client[], weightPercent: number): void {
      // Who was on the canary before needs no decision any more; who was refused all the time had none.
      const entered = clients.filter(
        (client) => client.seenAt >= weightPercent || client.enteredAt < Infinity,
      );
      if (entered.length < fewestClients) return;
      ledger.check();
      const share = weightPercent / 100;
      const deviation = sigmas * Math.sqrt((share * (1 - share)) / entered.length) + 1 / entered.length;
      const found = entered.filter((client) => client.enteredAt <= weightPercent).length;
      if (Math.abs(found / entered.length - share) <= deviation) return;
      ledger.violate(
        `at ${weightPercent} % the canary of ${release} has ${found} of ${entered.length} clients`,
      );
    }
    return {
      finish() {
        for (const [release, entered] of enteredAt) {
          for (const weightPercent of weights.get(release) ?? [])
            judge(release, [...entered.values()], weightPercent);
        }
      },
    };
  },
});
