import { Fingerprint } from '../../sim/kernel/index.ts';
import type { RunRequest } from '../run-result.ts';
import type { LoggedRun } from './run-log.ts';

/** What the runs of one scenario came to. */
export interface ScenarioTally {
  readonly scenario: string;
  readonly overrides: Readonly<Record<string, string>>;
  readonly asked: number;
  readonly passed: number;
  /** Red by rules that the scenario is known to break, and by no other. */
  readonly knownRed: number;
  readonly unknown: number;
  readonly red: number;
  /** Over the fingerprints of the runs in the order of their seeds; the same for the same runs of the same build. */
  readonly fingerprint: string;
}

/** By scenario, in the order asked for. A run that is not there yet counts only as asked for. */
export function tallyOf(
  requests: readonly RunRequest[],
  find: (request: RunRequest) => LoggedRun | undefined,
): ScenarioTally[] {
  const byScenario = Map.groupBy(requests, ({ scenario }) => scenario);
  return [...byScenario].map(([scenario, asked]) => {
    const whole = new Fingerprint();
    const counts = { passed: 0, knownRed: 0, unknown: 0, red: 0 };
    const inOrder = asked.toSorted((left, right) => (left.seed < right.seed ? -1 : 1));
    for (const request of inOrder) {
      const run = find(request);
      if (run === undefined) continue;
      counts[outcomeOf(run)]++;
      whole.foldText(run.fingerprint);
    }
    const overrides = asked[0]?.overrides ?? {};
    return { scenario, overrides, asked: asked.length, ...counts, fingerprint: whole.digest() };
  });
}

/** How a run counts. */
export function outcomeOf({ verdict, knownRed }: LoggedRun): 'passed' | 'knownRed' | 'unknown' | 'red' {
  switch (verdict) {
    case 'passed':
      return 'passed';
    case 'unknown':
      return 'unknown';
    case 'failed':
      return knownRed ? 'knownRed' : 'red';
    case 'nondeterministic':
      return 'red';
  }
}

/** A Markdown table, one row a scenario and one of all. */
export function formatTally(tallies: readonly ScenarioTally[]): string {
  const rows = tallies.map(({ scenario, overrides, asked, passed, knownRed, unknown, red, fingerprint }) => {
    const size = Object.entries(overrides).map(([name, value]) => `${name}=${value}`);
    const ran = passed + knownRed + unknown + red;
    const seeds = ran === asked ? String(ran) : `${ran} of ${asked}`;
    return [scenario, size.join(' ') || 'its own', seeds, passed, knownRed, unknown, red, fingerprint];
  });
  const sum = (count: (tally: ScenarioTally) => number): number =>
    tallies.reduce((total, tally) => total + count(tally), 0);
  const passed = sum((tally) => tally.passed);
  const knownRed = sum((tally) => tally.knownRed);
  const unknown = sum((tally) => tally.unknown);
  const red = sum((tally) => tally.red);
  const whole = ['all', '', passed + knownRed + unknown + red, passed, knownRed, unknown, red, ''];
  return [
    ['scenario', 'size', 'seeds', 'passed', 'known red', 'unknown', 'red', 'fingerprint'],
    ['---', '---', '---', '---', '---', '---', '---', '---'],
    ...rows,
    whole,
  ]
    .map((cells) => `| ${cells.join(' | ')} |`)
    .join('\n');
}
