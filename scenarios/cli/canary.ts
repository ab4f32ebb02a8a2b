import type { RunRequest, RunResult } from '../run-result.ts';

/** Campaigns of so many seeds carry a canary. */
export const seedsWithCanary = 20;

const plant = 'dropped-chunk';

/**
 * A small run with a planted bug, in every campaign: it must fail, or failures are not seen at all (DESIGN, faults and
 * verdicts). Its seed is that of the campaign, so that it looks at another wafer each time.
 */
export function canaryRequest(seed: bigint): RunRequest {
  return { scenario: 'quiet-day', seed, overrides: { tools: '30', minutes: '30' }, plant };
}

/** A closing line: what the canary showed. */
export function describeCanary(result: RunResult): string {
  const caught = result.verdict === 'failed';
  return caught
    ? `canary  ${plant} was planted in one more run and caught by ${result.reasons[0]?.split(':')[0] ?? 'a rule'}`
    : `canary  ${plant} was planted in one more run, which was judged ${result.verdict}: ${result.replay}`;
}
