import { rule, type Rule } from './rule.ts';

/** No gate passes without enough samples, an error rate under 1 %, p95 under 500 ms and approval (PRODUCT, gates; delivery I6, R112). */
export const gateEvidence: Rule = rule({
  id: 'gate.evidence',
  title: 'no gate passes without enough evidence',
  kind: 'safety',
  source: 'PRODUCT gates; delivery I6, R112–R114',
  excuses: [],
  watch({ history }, ledger) {
    const stageTools = new Map<number, number>();
    // Ground truth beside what the metrics say: requests and completions that the canary really served in this stage.
    let routed = 0;
    let canary: string | undefined;
    history.on('rollout.started', (event) => {
      canary = event.canaryColour;
    });
    history.on('rollout.stage', (event) => {
      stageTools.set(event.stage, event.tools);
      if (event.state === 'entered') routed = 0;
    });
    history.on('request.routed', (event) => {
      if (event.colour === canary) routed++;
    });
    history.on('gate.decided', (event) => {
      ledger.check();
      if (event.decision !== 'pass') return;
      const tools = stageTools.get(event.stage) ?? 0;
      const first = tools <= 5;
      const requests = first ? 30 : 300;
      const contexts = first ? tools : 20;
      const truth = `stage ${event.stage} (${tools} tools) passed with`;
      if (event.requests < requests || routed < requests) {
        ledger.violate(
          `${truth} ${event.requests} requests measured and ${routed} served, ${requests} are needed`,
        );
      }
      if (event.contexts < contexts)
        ledger.violate(`${truth} ${event.contexts} completed contexts, ${contexts} are needed`);
      if (!(event.errorRate < 0.01)) ledger.violate(`${truth} an error rate of ${event.errorRate}`);
      if (!(event.p95Ms < 500)) ledger.violate(`${truth} p95 of ${event.p95Ms} ms`);
      if (!event.approved) ledger.violate(`${truth}out approval`);
    });
    return { finish: () => undefined };
  },
});
