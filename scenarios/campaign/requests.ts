import { catalog } from '../catalog/index.ts';
import type { Scenario } from '../catalog/scenario.ts';
import type { RunRequest } from '../run-result.ts';

/** Tools of a scenario whose own number is larger: small enough for hundreds of seeds, large enough for a cluster. */
const campaignTools = 60;
/** The release itself keeps all its stages. */
const releaseTools = 150;
/** Two hours of a workload that is made for measuring a whole day. */
const benchMinutes = 120;
/** So many seeds of one scenario in a row, then the next scenario: wherever a campaign ends, all have had as many. */
const seedsInARow = 10;

/** The size at which a campaign runs a scenario. */
export function campaignSize({ name, tags, parameters }: Scenario): Readonly<Record<string, string>> {
  const own = parameters.find((parameter) => parameter.name === 'tools');
  if (own === undefined) return {};
  const defenders = parameters.find((parameter) => parameter.name === 'defenders')?.default ?? 0;
  const least = Math.max(own.minimum, defenders);
  const tools = Math.max(least, name === 'release-day' ? releaseTools : campaignTools);
  return {
    ...(tools < (own.default ?? Infinity) ? { tools: String(tools) } : {}),
    ...(tags.includes('bench') ? { minutes: String(benchMinutes) } : {}),
  };
}

/** `seeds` seeds from `first` on of each named scenario, or of all, in the order in which they are to run. */
export function campaignRequests(names: readonly string[], first: bigint, seeds: number): RunRequest[] {
  const chosen = catalog.filter(({ name }) => names.length === 0 || names.includes(name));
  const requests: RunRequest[] = [];
  for (let from = 0; from < seeds; from += seedsInARow) {
    for (const scenario of chosen) {
      const overrides = campaignSize(scenario);
      for (let at = from; at < Math.min(seeds, from + seedsInARow); at++)
        requests.push({ scenario: scenario.name, seed: first + BigInt(at), overrides });
    }
  }
  return requests;
}
