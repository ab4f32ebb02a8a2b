import { encodeUChart } from '../../system/charts/uchart.ts';
import { epochUs, RandomStream } from '../kernel/index.ts';
import { drawAbnormality } from './abnormality.ts';
import { chartOf, readingsOf } from './context-chart.ts';
import { referencePace, type Pace } from './pace.ts';
import { recipes, svids, type Recipe } from './recipe.ts';
import { SyntheticPlan } from './synthetic-plan.ts';
import {
  samplesPerRequest,
  toolIdOf,
  type ContextPlan,
  type ToolProfile,
  type Workload,
} from './workload.ts';

const toolLengthSigma = 0.03;
const contextLengthSigma = 0.15;
const twoRecipesShare = 0.5;
const criticalShare = 0.05;
const abnormalShare = 0.01;
const qualifiedUnits = 12;
const contextsPerQualifiedUnit = 8;

interface Traits {
  readonly recipes: readonly Recipe[];
  readonly chambers: number;
  readonly critical: boolean;
  readonly lengthFactor: number;
  /** Offset of each SVID in standard deviations of `toolOffset`. */
  readonly offsets: Float64Array;
  /** Readings drift upwards by up to one `toolOffset` until maintenance, which comes every so many contexts. */
  readonly maintenanceContexts: number;
  readonly maintenancePhase: number;
}

/**
 * The reference workload (DESIGN), or one of another pace: contexts of 5 min to 2 h with a mean of 20 min, 10 SVIDs every
 * 10 s, 1–4 chambers, one or two recipes a tool, 1 % of the contexts abnormal.
 *
 * A context's length is nominal length of the recipe × factor of the tool × factor of the context, all log-normal (sigma 0.6,
 * 0.03, 0.15), so that the total is log-normal with sigma 0.62. The mean is the mean over *contexts*: tools with short
 * contexts have more of them, so the factors are set such that the tools together complete one context per tool and
 * mean length. Lengths are rounded to whole samples and kept within the shortest and the longest.
 */
export class SyntheticWorkload implements Workload {
  readonly #seed: bigint;
  readonly #pace: Pace;
  readonly #traits: readonly Traits[];
  #qualified: ReadonlyMap<string, readonly Uint8Array[]> | undefined;

  constructor(seed: bigint, tools: number, pace: Pace = referencePace) {
    this.#seed = seed;
    this.#pace = pace;
    this.#traits = Array.from({ length: tools }, (_, tool) =>
      drawTraits(new RandomStream(seed, 'equipment/tool', tool)),
    );
  }

  profile(tool: number): ToolProfile {
    const { chambers, lengthFactor, critical, recipes: own } = this.#traitsOf(tool);
    const { samplePeriodUs } = this.#pace;
    const meanUs = own.reduce((sum, recipe) => sum + nominalUs(recipe, this.#pace), 0) / own.length;
    const samples = Math.round((meanUs * lengthFactor) / samplePeriodUs);
    return {
      tool: toolIdOf(tool),
      chambers,
      weight: svids.length * samples,
      typicalCycleMs: (samples * samplePeriodUs) / 1000,
      critical,
    };
  }

  plan(tool: number, contextSequence: number): ContextPlan {
    const random = new RandomStream(this.#seed, 'equipment/context', `${tool}/${contextSequence}`);
    const traits = this.#traitsOf(tool);
    return drawPlan(
      random,
      this.#pace,
      traits,
      random.pick(traits.recipes),
      contextSequence,
      random.chance(abnormalShare),
    );
  }

  qualifiedCharts(): ReadonlyMap<string, readonly Uint8Array[]> {
    this.#qualified ??= new Map(recipes.map((recipe) => [recipe.name, this.#chartsOf(recipe)]));
    return this.#qualified;
  }

  /** Good contexts of some tools like those of the fab, several in a row of each, from the days before the run. */
  #chartsOf(recipe: Recipe): Uint8Array[] {
    return Array.from({ length: qualifiedUnits * contextsPerQualifiedUnit }, (_, ordinal) => {
      const unit = `qualified/${recipe.name}/${Math.floor(ordinal / contextsPerQualifiedUnit)}`;
      const traits = drawTraits(new RandomStream(this.#seed, 'equipment/tool', unit));
      const contextSequence = 1 + (ordinal % contextsPerQualifiedUnit);
      const contextId = `${unit}/${contextSequence}`;
      const random = new RandomStream(this.#seed, 'equipment/context', contextId);
      const plan = drawPlan(random, this.#pace, traits, recipe, contextSequence, false);
      const startUs =
        epochUs - (contextsPerQualifiedUnit - contextSequence + 1) * this.#pace.longestContextUs;
      const chart = chartOf(
        { contextId, unit, contextSequence, startUs },
        plan,
        readingsOf(plan, samplesPerRequest),
      );
      return encodeUChart(chart);
    });
  }

  #traitsOf(tool: number): Traits {
    const traits = this.#traits[tool];
    if (traits === undefined) throw new RangeError(`no tool ${tool}`);
    return traits;
  }
}

function drawTraits(random: RandomStream): Traits {
  const first = random.pick(recipes);
  const others = recipes.filter((recipe) => recipe !== first);
  return {
    recipes: random.chance(twoRecipesShare) ? [first, random.pick(others)] : [first],
    chambers: random.integer(1, 4),
    critical: random.chance(criticalShare),
    // The mean of its inverse is 1: what counts is how many contexts a tool completes.
    lengthFactor: Math.exp(toolLengthSigma * random.normal() + toolLengthSigma ** 2 / 2),
    offsets: Float64Array.from(svids, () => random.normal()),
    maintenanceContexts: random.integer(50, 200),
    maintenancePhase: random.integer(0, 199),
  };
}

function drawPlan(
  random: RandomStream,
  pace: Pace,
  traits: Traits,
  recipe: Recipe,
  contextSequence: number,
  abnormal: boolean,
): ContextPlan {
  const contextFactor = Math.exp(contextLengthSigma * random.normal() - contextLengthSigma ** 2 / 2);
  const { shortestContextUs, longestContextUs, samplePeriodUs } = pace;
  const lengthUs = nominalUs(recipe, pace) * traits.lengthFactor * contextFactor;
  const bounded = Math.min(longestContextUs, Math.max(shortestContextUs, lengthUs));
  const age = (contextSequence + traits.maintenancePhase) % traits.maintenanceContexts;
  const drift = age / traits.maintenanceContexts - 0.5;
  return new SyntheticPlan({
    recipe,
    chamber: random.integer(1, traits.chambers),
    sampleCount: Math.round(bounded / samplePeriodUs),
    samplePeriodUs,
    abnormality: abnormal ? drawAbnormality(random, svids.length) : undefined,
    offsets: Float64Array.from(recipe.signals, ({ toolOffset, contextOffset }, signal) => {
      const own = (traits.offsets[signal] ?? 0) + drift;
      return own * toolOffset + random.normal() * contextOffset;
    }),
    random,
  });
}

/** Length of a context of the median length over the mean length. */
const medianShare = contextsPerMedian();

/** Contexts that a tool completes, on average over the tools, in the time of one context of the median length. */
function contextsPerMedian(): number {
  let alone = 0;
  let paired = 0;
  let pairs = 0;
  for (const { lengthFactor: first } of recipes) {
    alone += 1 / first;
    for (const { lengthFactor: second } of recipes) {
      if (first === second) continue;
      paired += 2 / (first + second);
      pairs++;
    }
  }
  return (1 - twoRecipesShare) * (alone / recipes.length) + twoRecipesShare * (paired / pairs);
}

function nominalUs(recipe: Recipe, { meanContextUs }: Pace): number {
  return meanContextUs * medianShare * recipe.lengthFactor;
}
