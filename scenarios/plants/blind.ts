import { isDeepStrictEqual } from 'node:util';
import { campaignSize } from '../campaign/requests.ts';
import { catalog } from '../catalog/index.ts';
import type { Scenario } from '../catalog/scenario.ts';
import type { RunRequest, RunResult } from '../run-result.ts';
import { prepare, runScenario } from '../runner.ts';
import type { Plant } from './plant.ts';

/** What a blind campaign runs, one after the other, and over again with other seeds. */
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

/**
 * For all other bugs: every scenario of the catalogue, at the size that `npm run campaign` gives it, and after all of them
 * what is left of those that go through a list of cases. The timelines are the Defenders' own.
 */
export const catalogueCampaign: BlindCampaign = catalogueTurns();

function catalogueTurns(): BlindCampaign {
  const chosen = catalog.filter(
    ({ name, tags }) => !tags.includes('bench') && !name.startsWith('defender-timeline-'),
  );
  const turnOf = (scenario: Scenario): BlindCampaign[number] => ({
    scenario: scenario.name,
    overrides: campaignSize(scenario),
  });
  return [
    ...chosen.map((scenario) => turnOf(scenario)),
    ...chosen.flatMap((scenario) =>
      Array.from({ length: (scenario.cases ?? 1) - 1 }, () => turnOf(scenario)),
    ),
  ];
}

/**
 * What a campaign runs as its `turn`th, counted from 1. Seeds of a scenario are in a row, from the turn that is its first:
 * a step of a whole round would let it meet only some of the cases that its seeds go through.
 */
export function blindRequest(campaign: BlindCampaign, turn: number): RunRequest {
  const index = (turn - 1) % campaign.length;
  const own = campaign[index];
  if (own === undefined) throw new RangeError(`turn ${turn}: a campaign of ${campaign.length} runs has none`);
  const isSame = (other: BlindCampaign[number]): boolean => isDeepStrictEqual(other, own);
  const aRound = campaign.filter((other) => isSame(other)).length;
  const before = campaign.slice(0, index).filter((other) => isSame(other)).length;
  const first = campaign.findIndex((other) => isSame(other)) + 1;
  const rounds = Math.floor((turn - 1) / campaign.length);
  return { ...own, seed: BigInt(first + rounds * aRound + before) };
}

/** How a planted bug was found. `rules`: those it broke that hold without it, by what their breach costs. */
export interface BlindFind {
  /** Runs until then, each with a seed of its own. */
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

  /** Goes on until a rule is broken that holds without the bug; `tried` hears of each run. */
  async find(
    plant: Plant,
    mostSeeds: number,
    tried: (turn: number) => void = () => undefined,
  ): Promise<BlindOutcome> {
    const sinceSeconds = processorSeconds();
    for (let turn = 1; turn <= mostSeeds; turn++) {
      const request = blindRequest(this.#campaign, turn);
      const result = await runScenario({ ...request, plant: plant.name, plan: prepare(request).plan });
      tried(turn);
      const broken = brokenRules(result);
      if (broken.length === 0) continue;
      const without = await this.#without(turn);
      const found = broken.filter((rule) => !without.has(rule));
      if (found.length === 0) continue;
      return {
        plant,
        find: { seeds: turn, scenario: request.scenario, rules: found },
        seconds: processorSeconds(sinceSeconds),
      };
    }
    return { plant, find: undefined, seconds: processorSeconds(sinceSeconds) };
  }

  async #without(turn: number): Promise<ReadonlySet<string>> {
    const known = this.#brokenWithout.get(turn);
    if (known !== undefined) return known;
    const broken = new Set(brokenRules(await runScenario(blindRequest(this.#campaign, turn))));
    this.#brokenWithout.set(turn, broken);
    return broken;
  }
}

function brokenRules({ rules }: RunResult): readonly string[] {
  return rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule);
}
