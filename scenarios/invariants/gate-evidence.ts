import type { EventOf } from '../../sim/history/history.ts';
import type { Colour } from '../../system/ports/colour.ts';
import { rule, type Rule } from './rule.ts';

/** The least that a gate needs, where the scenario has no settings of its own (PRODUCT, gates). */
const shipped = { requests: 300, contexts: 20, firstRequests: 30 };
/** The first stage needs less where it has this few tools at most. */
const firstTools = 5;

/** What really happened on the canary since the stage was entered, beside what the metrics say of it. */
class Stage {
  tools = 0;
  requests = 0;
  contexts = 0;
  isPassed = false;
}

/** No gate passes without enough samples, an error rate under 1 %, p95 under 500 ms and approval, and no stage without its gate (PRODUCT, gates; delivery I6, R112). */
export const gateEvidence: Rule = rule({
  id: 'gate.evidence',
  title: 'no gate passes without enough evidence',
  kind: 'safety',
  source: 'PRODUCT gates; delivery I6, R112–R114',
  excuses: [],
  watch({ history, facts }, ledger) {
    const least = facts.gateEvidence ?? shipped;
    let stage = new Stage();
    let firstStage: number | undefined;
    let canary: Colour | undefined;
    history.on('rollout.started', (event) => {
      canary = event.canaryColour;
      firstStage = undefined;
      stage = new Stage();
    });
    history.on('request.routed', (event) => {
      if (event.colour === canary) stage.requests++;
    });
    history.on('completion.acknowledged', (event) => {
      if (event.colour === canary) stage.contexts++;
    });
    history.on('rollout.stage', ({ stage: number, name, tools, state }) => {
      switch (state) {
        case 'entered':
          firstStage ??= number;
          stage = new Stage();
          stage.tools = tools;
          return;
        case 'passed':
          ledger.check();
          if (!stage.isPassed) ledger.violate(`stage ${number} (${name}) was passed without its gate`);
          stage.isPassed = false;
          return;
        case 'extended':
        case 'paused':
          return;
      }
    });
    history.on('gate.decided', (event) => {
      ledger.check();
      stage.isPassed = event.decision === 'pass';
      if (!stage.isPassed) return;
      const isFirst = event.stage === firstStage && stage.tools <= firstTools;
      for (const lack of lacksOf(event, stage, isFirst, least)) {
        ledger.violate(`stage ${event.stage} (${stage.tools} tools) passed ${lack}`);
      }
    });
    return { finish: () => undefined };
  },
});

function lacksOf(
  gate: EventOf<'gate.decided'>,
  stage: Stage,
  isFirst: boolean,
  least: typeof shipped,
): readonly string[] {
  const requests = isFirst ? least.firstRequests : least.requests;
  const contexts = isFirst ? stage.tools : least.contexts;
  const lacks: string[] = [];
  if (gate.requests < requests || stage.requests < requests) {
    lacks.push(
      `with ${gate.requests} requests measured and ${stage.requests} served, ${requests} are needed`,
    );
  }
  if (gate.contexts < contexts || stage.contexts < contexts) {
    lacks.push(
      `with ${gate.contexts} contexts measured and ${stage.contexts} processed, ${contexts} are needed`,
    );
  }
  if (!(gate.errorRate < 0.01)) lacks.push(`with an error rate of ${gate.errorRate}`);
  if (!(gate.p95Ms < 500)) lacks.push(`with p95 of ${gate.p95Ms} ms`);
  if (!gate.approved) lacks.push('without approval');
  return lacks;
}
