import { rule, type Rule } from './rule.ts';

/**
 * No autoscaler changes replicas while tools are at the canary: it would take from the stable colour what a rollback
 * needs, and hold up the stages (delivery F51, C46, I4).
 */
export const autoscalerPaused: Rule = rule({
  id: 'autoscaler.paused',
  title: 'no autoscaler changes replicas while tools are at the canary',
  kind: 'safety',
  source: 'delivery F51, C46, I4',
  excuses: [],
  onlyTag: 'autoscaled',
  watch({ history }, ledger) {
    let isDivided = false;
    history.on('routing.changed', ({ canaryTools }) => {
      isDivided = canaryTools.length > 0;
      if (isDivided) ledger.check();
    });
    history.on('deployment.changed', ({ deployment, replicas, by }) => {
      if (!isDivided || by !== 'horizontal-autoscaler') return;
      ledger.violate(`the autoscaler gave ${deployment} ${replicas} replicas while tools were at the canary`);
    });
    return { finish: () => undefined };
  },
});
