import { rule, type Rule } from './rule.ts';

const leastFailures = 5;
const leastDeliveries = 20;

interface Trouble {
  failures: number;
  deliveries: number;
}

/**
 * A completion becomes a dead letter only after 5 failures or 20 deliveries, and is then settled for good (defender §5). One
 * whose payload cannot be read has no context to count by.
 */
export const deadLetterLastResort: Rule = rule({
  id: 'dead-letter.last-resort',
  title: 'a completion is given up only after 5 failures or 20 deliveries',
  kind: 'safety',
  source: 'defender §5',
  excuses: [],
  watch({ history }, ledger) {
    // Only contexts in trouble are kept, until they are settled.
    const troubles = new Map<string, Trouble>();
    function of(contextId: string): Trouble {
      let trouble = troubles.get(contextId);
      if (trouble === undefined) {
        trouble = { failures: 0, deliveries: 1 };
        troubles.set(contextId, trouble);
      }
      return trouble;
    }
    history.on('processing.failed', ({ contextId, attempt }) => {
      const trouble = of(contextId);
      trouble.failures = Math.max(trouble.failures, attempt);
    });
    history.on('completion.delivered', ({ contextId, deliveryCount }) => {
      if (deliveryCount > 1) of(contextId).deliveries = deliveryCount;
    });
    history.on('completion.acknowledged', ({ contextId }) => {
      troubles.delete(contextId);
    });
    history.on('completion.dead-lettered', ({ contextId, pod, reason }) => {
      ledger.check();
      const { failures, deliveries } = of(contextId);
      if (failures >= leastFailures || deliveries >= leastDeliveries || contextId.endsWith('/0')) return;
      ledger.violate(
        `${pod} gave ${contextId} up after ${failures} failures and ${deliveries} deliveries: ${reason}`,
      );
    });
    return { finish: () => undefined };
  },
});
