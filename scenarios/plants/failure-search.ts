import { campaignSize } from '../campaign/requests.ts';
import { scenarioNamed } from '../catalog/index.ts';
import type { RunRequest } from '../run-result.ts';
import { prepare, runScenario } from '../runner.ts';
import type { FailureRow } from './failure-table.ts';
import { plantNamed } from './index.ts';

/** What one planted bug of a failure showed. */
export interface FailureFind {
  readonly failure: string;
  readonly plant: string;
  readonly rule: string;
  /** Where its rule was broken first; undefined where it never was. */
  readonly found: { readonly scenario: string; readonly seed: number } | undefined;
}

/** What a run told of its rules. */
interface Judgement {
  readonly checked: ReadonlySet<string>;
  readonly broken: ReadonlySet<string>;
}

/** Holds what rows of the table of failures promise against runs of their scenarios, at the size of a campaign. */
export class FailureSearch {
  readonly #mostSeeds: number;
  readonly #judgements = new Map<string, Promise<Judgement>>();

  constructor(mostSeeds: number) {
    this.#mostSeeds = mostSeeds;
  }

  /** Scenarios of the row of which no run put any of its rules to the test. */
  async idleScenarios({ scenarios, rules }: FailureRow): Promise<readonly string[]> {
    const idle: string[] = [];
    for (const scenario of scenarios) {
      let isJudged = false;
      for (let seed = 1; seed <= this.#mostSeeds && !isJudged; seed++) {
        const { checked } = await this.#judged(scenario, seed, undefined);
        isJudged = rules.some((rule) => checked.has(rule));
      }
      if (!isJudged) idle.push(scenario);
    }
    return idle;
  }

  /** The first seed of one of the row's scenarios in which the bug breaks its rule, which holds there without it. */
  async find({ failure, scenarios }: FailureRow, plant: string): Promise<FailureFind> {
    const rule = plantNamed(plant)?.rule ?? '';
    for (let seed = 1; seed <= this.#mostSeeds; seed++) {
      for (const scenario of scenarios) {
        if (!(await this.#judged(scenario, seed, plant)).broken.has(rule)) continue;
        if ((await this.#judged(scenario, seed, undefined)).broken.has(rule)) continue;
        return { failure, plant, rule, found: { scenario, seed } };
      }
    }
    return { failure, plant, rule, found: undefined };
  }

  #judged(name: string, seed: number, plant: string | undefined): Promise<Judgement> {
    const key = `${name} ${seed} ${plant ?? ''}`;
    const known = this.#judgements.get(key) ?? judge(name, seed, plant);
    this.#judgements.set(key, known);
    return known;
  }
}

/** With the scenario's own plan, whatever faults the bug would bring with it. */
async function judge(name: string, seed: number, plant: string | undefined): Promise<Judgement> {
  const scenario = scenarioNamed(name);
  if (scenario === undefined) throw new RangeError(`no scenario ${name}`);
  const request: RunRequest = { scenario: name, seed: BigInt(seed), overrides: campaignSize(scenario) };
  const { rules } = await runScenario({
    ...request,
    plan: prepare(request).plan,
    ...(plant === undefined ? {} : { plant }),
  });
  return {
    checked: new Set(rules.filter(({ checked }) => checked > 0).map(({ rule }) => rule)),
    broken: new Set(rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule)),
  };
}
