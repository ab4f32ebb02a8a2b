import fc, { type GeneratorValue } from 'fast-check';
import { drawActs, drawRollout } from './generator.ts';
import type {
  PlannedAct,
  PlannedExperiment,
  PlannedExperimentAnalysis,
  PlannedMetric,
  PlannedRollout,
  RolloutPlan,
} from './plan.ts';

type Draw = GeneratorValue;

/** Plans of one seed, each with one or two experiments among its steps. */
export function sampleExperimentPlans(count: number, seed: number): readonly RolloutPlan[] {
  const plan = fc.gen().map((draw): RolloutPlan => {
    const rollout = withExperiments(draw, drawRollout(draw));
    const acts = drawActs(draw, rollout).map((act): PlannedAct =>
      draw(fc.nat, 11) === 0 && act.kind !== 'version' ? { kind: 'terminate-experiments' } : act,
    );
    return { rollout, acts };
  });
  return fc.sample(plan, { numRuns: count, seed });
}

function withExperiments(draw: Draw, rollout: PlannedRollout): PlannedRollout {
  const weighted = rollout.routed && draw(fc.boolean);
  const steps = [...rollout.steps];
  for (let count = draw(fc.integer, { min: 1, max: 2 }); count > 0; count--) {
    const name = `e${count}`;
    steps.splice(draw(fc.nat, steps.length), 0, drawExperiment(draw, name, weighted));
  }
  // A starting step may lie behind the last one now; the background analysis needs its pause anyway.
  return { ...rollout, steps, ...(weighted ? { router: 'smi' } : {}) };
}

function drawExperiment(draw: Draw, prefix: string, weighted: boolean): PlannedExperiment {
  const templates = (['stable', 'canary'] as const)
    .filter(() => draw(fc.nat, 3) > 0)
    .map((specRef) => ({
      name: specRef === 'stable' ? 'baseline' : 'candidate',
      specRef,
      replicas: draw(fc.integer, { min: 1, max: 3 }),
      weight: weighted && draw(fc.nat, 3) > 0 ? draw(fc.constantFrom, 5, 10, 20) : undefined,
    }));
  const form = draw(fc.nat, 5);
  const analyses = drawAnalyses(draw, prefix, form);
  const mayEnd = analyses.some(({ required }) => required);
  return {
    kind: 'experiment',
    templates:
      templates.length > 0
        ? templates
        : [{ name: 'candidate', specRef: 'canary', replicas: 1, weight: undefined }],
    analyses,
    // An analysis that ends while the duration does would race with it.
    seconds: draw(fc.nat, mayEnd ? 1 : 4) === 0 ? undefined : form === 1 || form === 2 ? 8 : 2,
  };
}

/** None; some that end by themselves; some that never do; some that are required, alone or beside one that never ends. */
function drawAnalyses(draw: Draw, prefix: string, form: number): readonly PlannedExperimentAnalysis[] {
  const analysis = (index: number, required: boolean, endless: boolean): PlannedExperimentAnalysis => ({
    name: `a${index}`,
    required,
    metrics: [drawMetric(draw, `${prefix}a${index}`, endless)],
  });
  switch (form) {
    case 0:
      return [];
    case 1:
      return [analysis(0, false, false)];
    case 2:
      return [analysis(0, false, false), analysis(1, false, true)];
    case 3:
      return [analysis(0, false, true)];
    case 4:
      return [analysis(0, true, false)];
    default:
      return [analysis(0, true, false), analysis(1, false, true)];
  }
}

/** Never inconclusive: one inconclusive experiment would follow the other without an end. */
function drawMetric(draw: Draw, name: string, endless: boolean): PlannedMetric {
  const onlySuccess = draw(fc.boolean);
  return {
    name,
    provider: 'prometheus',
    success: onlySuccess ? 'result[0] < 0.05' : undefined,
    failure: onlySuccess ? undefined : 'result[0] > 0.05',
    count: endless ? undefined : draw(fc.integer, { min: 1, max: 3 }),
    failureLimit: draw(fc.constantFrom, 0, 0, 1),
    inconclusiveLimit: 0,
    consecutiveErrorLimit: 0,
    consecutiveSuccessLimit: 0,
  };
}
