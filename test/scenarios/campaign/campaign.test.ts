import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { campaignRequests, campaignSize } from '../../../scenarios/campaign/requests.ts';
import { RunLog } from '../../../scenarios/campaign/run-log.ts';
import { formatTally, tallyOf } from '../../../scenarios/campaign/tally.ts';
import { catalog, scenarioNamed } from '../../../scenarios/catalog/index.ts';
import { InputError } from '../../../scenarios/cli/input-error.ts';
import type { RunRequest, RunResult } from '../../../scenarios/run-result.ts';
import { runScenario } from '../../../scenarios/runner.ts';
import { resolveValues } from '../../../scenarios/values.ts';

let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'campaign-'));
  file = join(folder, 'log', 'campaign.jsonl');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

const request: RunRequest = { scenario: 'variant-threshold', seed: 7n, overrides: {} };
const result = await runScenario(request);

describe('requests', () => {
  test('every scenario has every seed once, in rows, so that all have had as many wherever it ends', () => {
    const requests = campaignRequests([], 5n, 25);
    expect(requests).toHaveLength(25 * catalog.length);
    expect(new Set(requests.map(({ scenario, seed }) => `${scenario} ${seed}`)).size).toBe(requests.length);
    const firstRows = requests.slice(0, 10 * catalog.length);
    for (const { name } of catalog)
      expect(firstRows.filter(({ scenario }) => scenario === name).map(({ seed }) => seed)).toStrictEqual([
        5n,
        6n,
        7n,
        8n,
        9n,
        10n,
        11n,
        12n,
        13n,
        14n,
      ]);
  });

  test('sizes are possible, never larger than the scenario’s own, and 150 tools for a release', () => {
    for (const scenario of catalog) {
      const sized = resolveValues(scenario, campaignSize(scenario));
      expect(sized.tools, scenario.name).toBeLessThanOrEqual(resolveValues(scenario, {}).tools);
    }
    const release = scenarioNamed('release-day');
    expect(release && campaignSize(release)).toStrictEqual({ tools: '150' });
  });
});

describe('log', () => {
  test('a finished run is found again by whoever opens the file, and only by the same build', () => {
    const log = new RunLog(file, 'one');
    log.add(result);
    const again = new RunLog(file, 'one');
    expect(again.find(request)?.fingerprint).toBe(result.fingerprint);
    expect(again.find({ ...request, seed: 8n })).toBeUndefined();
    expect(again.find({ ...request, overrides: { tools: '60' } })).toBeUndefined();
    const other = new RunLog(file, 'two');
    expect(other.find(request)).toBeUndefined();
    expect(other.foreign).toBe(1);
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(1);
  });

  test.each([
    ['{"build":"one"', ':1: expected one run as JSON'],
    ['{"build":"one"}', ':1: scenario'],
  ])('a line that is none of its own is refused with its place: %s', (line, place) => {
    const bad = join(folder, 'bad.jsonl');
    writeFileSync(bad, `${line}\n`);
    expect(() => new RunLog(bad, 'one')).toThrow(InputError);
    expect(() => new RunLog(bad, 'one')).toThrow(place);
  });
});

test('a tally tells red from known red, and what is missing from what passed', () => {
  const log = new RunLog(file, 'one');
  const reds: Pick<RunResult, 'verdict' | 'knownRed'>[] = [
    { verdict: 'failed' },
    { verdict: 'failed', knownRed: 'it is so' },
    { verdict: 'unknown' },
    { verdict: 'passed' },
  ];
  for (const [index, verdict] of reds.entries()) log.add({ ...result, ...verdict, seed: `0x${index + 1}` });
  const requests = campaignRequests(['variant-threshold'], 1n, 6);
  const [tally] = tallyOf(requests, (asked) => log.find(asked));
  expect(tally).toMatchObject({ asked: 6, passed: 1, knownRed: 1, unknown: 1, red: 1 });
  expect(tally && formatTally([tally])).toContain('| variant-threshold | its own | 4 of 6 | 1 | 1 | 1 | 1 |');
});
