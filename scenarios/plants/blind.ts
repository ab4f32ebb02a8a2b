import { campaignSize } from '../campaign/requests.ts';
import { catalog } from '../catalog/index.ts';
import type { RunRequest } from '../run-result.ts';
import { prepare, runScenario } from '../runner.ts';
import type { Plant } from './plant.ts';

/** What a blind campaign runs, one after the other from seed to seed. */
export type BlindCampaign = readonly Omit<RunRequest, 'seed'>[];

/** What disturbs Defenders, at small size. */
const disturbances: BlindCampaign = [
  { scenario: 'defender-churn', overrides: { tools: '60', minutes: '30' } },
  { scenario: 'nats-storm', overrides: { tools: '60', minutes: '40' } },
  { scenario: 'rolling-update', overrides: { tools: '60', minutes: '25' } },
  { scenario: 'scaling', overrides: { tools: '60', minutes: '40' } },
  { scenario: 'scaling-storm', overrides: { tools: '300', minutes: '30' } },
  { scenario: 'leader-chaos', overrides: { tools: '60', minutes: '50' } },
  { scenario: 'storm', overrides: { tools: '60', minutes: '110' } },
  { scenario: 'cluster-restart', overrides: { tools: '60', minutes: '30', defenders: '12' } },
  { scenario: 'clock-chaos', overrides: { tools: '60', minutes: '30' } },
  { scenario: 'redelivery-storm', overrides: { tools: '150', minutes: '40' } },
  { scenario: 'cassandra-storm', overrides: { tools: '60', minutes: '40' } },
  { scenario: 'node-loss', overrides: { tools: '60', minutes: '40' } },
  { scenario: 'release-day', overrides: { tools: '60', minutes: '100' } },
  { scenario: 'quiet-day', overrides: { tools: '60', minutes: '200' } },
  { scenario: 'stalled-colour', overrides: { tools: '100', minutes: '130' } },
  { scenario: 'far-store', overrides: { tools: '150', minutes: '25' } },
  // Long enough that units come back to whom they left, with contexts processed meanwhile.
  { scenario: 'scaling', overrides: { tools: '60', minutes: '240' } },
  { scenario: 'election-agent', overrides: { tools: '60', minutes: '40' } },
  { scenario: 'filtered-durables', overrides: { tools: '60', minutes: '40' } },
];

/** Came later, and have their turn after five rounds of the others: what was found before keeps its seed. */
const laterDisturbances: BlindCampaign = [
  { scenario: 'defender-slow-drain', overrides: { tools: '60' } },
  { scenario: 'defender-late-heartbeats', overrides: { tools: '60' } },
  { scenario: 'defender-deaf-watches', overrides: { tools: '60' } },
  { scenario: 'defender-readiness-flap', overrides: { tools: '60' } },
  { scenario: 'defender-drain', overrides: { tools: '60' } },
];

/** For bugs of the Defenders. */
export const defenderCampaign: BlindCampaign = [
  ...Array.from({ length: 5 }, () => disturbances).flat(),
  ...laterDisturbances,
];

/** For all other bugs: every scenario of the catalogue, as `npm run campaign` has it; the timelines are the Defenders' own. */
export const catalogueCampaign: BlindCampaign = catalog
  .filter(({ name, tags }) => !tags.includes('bench') && !name.startsWith('defender-timeline-'))
  .map((scenario) => ({ scenario: scenario.name, overrides: campaignSize(scenario) }));

/** How a planted bug was found. `rules`: those it broke that hold without it, by what their breach costs. */
export interface BlindFind {
  readonly seeds: number;
  readonly scenario: string;
  readonly rules: readonly string[];
}

export interface BlindOutcome {
  readonly plant: Plant;
  /** Undefined: not within the seeds that were tried. */
  readonly find: BlindFind | undefined;
  /** Processor time of the search: wall time would tell how busy the machine was. */
  readonly seconds: number;
}

/** Seconds of processor time since then; without an argument a beginning. */
export function processorSeconds(since = 0): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6 - since;
}

/** Looks for planted bugs by random runs that know nothing of them; remembers what is broken without any. */
export class BlindSearch {
  readonly #campaign: BlindCampaign;
  readonly #brokenWithout = new Map<number, ReadonlySet<string>>();

  constructor(campaign: BlindCampaign) {
    this.#campaign = campaign;
  }

  /** Runs seed after seed until a rule is broken that holds without the bug; `tried` hears of each. */
  async find(
    plant: Plant,
    mostSeeds: number,
    tried: (seed: number) => void = () => undefined,
  ): Promise<BlindOutcome> {
    const sinceSeconds = processorSeconds();
    for (let seed = 1; seed <= mostSeeds; seed++) {
      const request = this.#request(seed);
      const result = await runScenario({ ...request, plant: plant.name, plan: prepare(request).plan });
      tried(seed);
      const broken = result.rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule);
      if (broken.length === 0) continue;
      const without = await this.#without(seed);
      const found = broken.filter((rule) => !without.has(rule));
      if (found.length === 0) continue;
      return {
        plant,
        find: { seeds: seed, scenario: request.scenario, rules: found },
        seconds: processorSeconds(sinceSeconds),
      };
    }
    return { plant, find: undefined, seconds: processorSeconds(sinceSeconds) };
  }

  #request(seed: number): RunRequest {
    const { scenario, overrides } = this.#campaign[(seed - 1) % this.#campaign.length] ?? {
      scenario: '',
      overrides: {},
    };
    return { scenario, overrides, seed: BigInt(seed) };
  }

  async #without(seed: number): Promise<ReadonlySet<string>> {
    const known = this.#brokenWithout.get(seed);
    if (known !== undefined) return known;
    const result = await runScenario(this.#request(seed));
    const broken = new Set(
      result.rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule),
    );
    this.#brokenWithout.set(seed, broken);
    return broken;
  }
}
