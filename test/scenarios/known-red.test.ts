import { describe, expect, test } from 'vitest';
import { campaignReport } from '../../reports/campaign.ts';
import { junitReport } from '../../reports/junit.ts';
import { markdownReport } from '../../reports/markdown.ts';
import { terminalReport } from '../../reports/terminal.ts';
import { catalog } from '../../scenarios/catalog/index.ts';
import { exitCodeOf, exitCodes, explain } from '../../scenarios/cli/exit-code.ts';
import { rules } from '../../scenarios/invariants/index.ts';
import type { RunResult } from '../../scenarios/run-result.ts';
import { runScenario } from '../../scenarios/runner.ts';

/** Losing power loses whatever waits; a cut loses what is under way then, which takes more of it. */
const toolsOf = (scenario: string): string => (scenario.endsWith('partition') ? '150' : '60');
/** What a scenario is known to show, it shows within so many seeds: a third of the cuts of 2.9.10 lose something. */
const mostSeeds = 10n;
const lost = /^durability\.published: .*neither in the stream nor processed/;
const knownRed = catalog.filter((scenario) => scenario.knownRed !== undefined);

/** All runs up to the first that loses something. */
async function untilLoss(scenario: string): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  for (let seed = 1n; seed <= mostSeeds; seed++) {
    const result = await runScenario({ scenario, seed, overrides: { tools: toolsOf(scenario) } });
    results.push(result);
    if (result.reasons.some((reason) => lost.test(reason))) break;
  }
  return results;
}

describe('scenarios that are known to be red', () => {
  const losing = knownRed.filter((scenario) => scenario.knownRed?.rules.includes('durability.published'));

  test.each(losing.map(({ name }) => name))(
    '%s loses acknowledged completions, and breaks no rule that it is not known to break',
    { timeout: 120_000 },
    async (name) => {
      const results = await untilLoss(name);
      for (const { verdict, knownRed: why } of results) {
        if (verdict === 'failed') expect(why).toMatch(/jetstream/);
        else expect(verdict).toBe('passed');
      }
      expect(results.at(-1)?.reasons).toContainEqual(expect.stringMatching(lost));
    },
  );

  test('observed-gateway routes tools against the list', { timeout: 120_000 }, async () => {
    const overrides = { tools: '24', defenders: '4', cassandraNodes: '3' };
    const result = await runScenario({ scenario: 'observed-gateway', seed: 1n, overrides });
    expect(result.knownRed).toMatch(/delivery 60, 61/);
    expect(result.reasons[0]).toMatch(/^routing\.one-colour: .*the list says/);
  });

  test('name rules that there are', () => {
    const known = rules.map(({ id }) => id);
    expect(knownRed.flatMap((scenario) => scenario.knownRed?.rules ?? [])).toSatisfy((ids: string[]) =>
      ids.every((id) => known.includes(id)),
    );
  });

  // Seed 1 is the catalogue's.
  test.each([
    ['nats-212-partition', '150'],
    ['nats-power-loss-synced', '60'],
  ])('%s, with the same faults, is never red', { timeout: 120_000 }, async (scenario, tools) => {
    for (const seed of [2n, 3n]) {
      const { verdict, reasons } = await runScenario({ scenario, seed, overrides: { tools } });
      expect([verdict, reasons]).toEqual(['passed', []]);
    }
  });
});

describe('a run that is red as known', () => {
  const plain = { colour: false, summary: 'full' } as const;
  let red: RunResult;

  test('keeps its verdict and its plan, and does not fail the build', { timeout: 60_000 }, async () => {
    red = await runScenario({ scenario: 'nats-power-loss', seed: 1n, overrides: { tools: '60' } });
    expect(red.verdict).toBe('failed');
    expect(exitCodeOf(red)).toBe(exitCodes.ok);
    expect(explain(exitCodes.ok, [red])).toMatch(/^exit 0: 1 of 1 run known red: nats-server syncs/);
  });

  test('is told by every report', () => {
    expect(terminalReport(red, plain)).toMatch(/FAILED[^]*known red: nats-server syncs/);
    expect(campaignReport([red, red], plain)).toMatch(/2 failed.* \(2 of them known red\)\nknown red: /);
    expect(markdownReport([red])).toMatch(/1 failed \(1 known red\)\n\nKnown red: nats-server syncs/);
    const xml = junitReport([red]);
    expect(xml).toMatch(/failures="0"/);
    expect(xml).toMatch(/durability\.published[^]*<skipped message="known red: nats-server syncs/);
  });

  test('of another scenario, or of other rules, would fail it', () => {
    const { knownRed: _why, ...unknown } = red;
    expect(exitCodeOf(unknown)).toBe(exitCodes.ruleBroken);
    expect(explain(exitCodes.ruleBroken, [red, unknown])).toBe('exit 1: 1 of 2 runs broke a rule');
    expect(junitReport([red, unknown])).toMatch(/<failure type="durability\.published"/);
  });

  test('a planted bug is no known red', { timeout: 60_000 }, async () => {
    const result = await runScenario({
      scenario: 'nats-power-loss',
      seed: 1n,
      overrides: { tools: '60' },
      plant: 'forgotten-completion',
    });
    expect([result.verdict, result.knownRed]).toEqual(['failed', undefined]);
  });
});
