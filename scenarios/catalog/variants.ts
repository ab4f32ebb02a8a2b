import { Stage } from '../variants/stage.ts';
import { variants } from '../variants/index.ts';
import { tagsOf, type Variant } from '../variants/variant.ts';
import { minuteMs, parametersOf, type Scenario } from './scenario.ts';

const fewTools = 10;
const shortestMinutes = 10;

/** The variants of delivery as scenarios: each on a stage of its own beside a small fab, with faults drawn from the seed. */
export const variantScenarios: readonly Scenario[] = variants.map(scenarioOf);

function scenarioOf(variant: Variant): Scenario {
  const minutes = Math.max(shortestMinutes, variant.minutes);
  return {
    name: `variant-${variant.name}`,
    summary: variant.summary,
    tags: ['faults', 'delivery', ...tagsOf(variant)],
    parameters: parametersOf(minutes).map((parameter) => {
      if (parameter.name === 'tools') return { ...parameter, default: fewTools };
      // A variant has its own course: it cannot be cut short.
      return parameter.name === 'minutes' ? { ...parameter, minimum: minutes } : parameter;
    }),
    setUp: ({ minutes: given }) => ({
      durationMs: given * minuteMs,
      bothColours: false,
      fixedFaults: [],
      goals: variant.goals,
      begin: (world, bug) =>
        variant.begin(new Stage(variant.name, world.kernel, world.network, world.history), bug),
    }),
  };
}
