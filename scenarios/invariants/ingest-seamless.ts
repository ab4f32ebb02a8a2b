import { ingestInterrupted } from './excuses.ts';
import { rule, type Rule } from './rule.ts';

/** The grace period, and the time-out of a request that was sent at its very end. */
const stoppingUs = 45_000_000;

/**
 * A planned stop of a collector costs no request: it serves on until the gateways know that it leaves (delivery 72, F63).
 * While a gateway stops, whose tools have to connect anew, nothing is judged.
 */
export const ingestSeamless: Rule = rule({
  id: 'ingest.seamless',
  title: 'no tool has to send again because a collector is replaced',
  kind: 'safety',
  source: 'delivery 72, F63',
  excuses: [ingestInterrupted],
  onlyTag: 'operations',
  watch({ history }, ledger) {
    let gatewayUs = -Infinity;
    let collectorUs = -Infinity;
    let collector = '';
    history.on('pod.terminating', ({ pod, deployment }, timeUs) => {
      if (deployment === 'gateway') gatewayUs = timeUs;
      if (!deployment.startsWith('collector-')) return;
      collector = pod;
      collectorUs = timeUs;
      ledger.check();
    });
    history.on('tool.retry', ({ tool, status }, timeUs) => {
      if (timeUs - collectorUs > stoppingUs || timeUs - gatewayUs <= stoppingUs) return;
      ledger.violateUnlessExcused(`${tool} had to send again (${status}) while ${collector} was stopping`);
    });
    return { finish: () => undefined };
  },
});
