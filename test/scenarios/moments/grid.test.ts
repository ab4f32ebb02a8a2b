import { describe, expect, test } from 'vitest';
import { faultKinds } from '../../../chaos/catalogue.ts';
import { moments } from '../../../chaos/moment.ts';
import { parsePlan } from '../../../chaos/parse-plan.ts';
import { formatPlan } from '../../../chaos/plan.ts';
import { choosingParameters } from '../../../chaos/target-group.ts';
import { momentGrid, momentGridLines } from '../../../reports/moment-grid.ts';
import { cellOf, reachableCells, whyUnreachable } from '../../../scenarios/moments/cell.ts';
import { kindsLeftOut, strikes } from '../../../scenarios/moments/strikes.ts';
import { prepare, runScenario } from '../../../scenarios/runner.ts';
import type { RunRequest } from '../../../scenarios/run-result.ts';

const scenario = 'defender-moment-grid';
const overrides = { tools: '24', defenders: '4', cassandraNodes: '3', minutes: '10' };
const columns = strikes(4);
const cells = reachableCells(columns);

/** The first seed of a cell. */
function seedOf(moment: string, strike: string): bigint {
  const index = cells.findIndex((cell) => cell.moment === moment && cell.strike.name === strike);
  if (index < 0) throw new Error(`no cell ${moment} × ${strike}`);
  return BigInt(index + 1);
}

function requestOf(moment: string, strike: string): RunRequest {
  return { scenario, overrides, seed: seedOf(moment, strike) };
}

describe('the cells', () => {
  test('every kind of fault is a column, or left out with a reason', () => {
    const shown = new Set(columns.map(({ kind }) => kind));
    const all = faultKinds.map(({ kind }) => kind);
    const left = Object.keys(kindsLeftOut);
    const isLeftOut = (kind: string): boolean => left.some((area) => kind.startsWith(area));
    expect(all.filter((kind) => shown.has(kind) === isLeftOut(kind))).toEqual([]);
    expect(left.filter((area) => !all.some((kind) => kind.startsWith(area)))).toEqual([]);
  });

  test('every moment and every column has some, and all pairs are a cell or have a reason', () => {
    const pairs = moments.flatMap(({ name }) => columns.map((strike) => ({ moment: name, strike })));
    const possible = pairs.filter(({ moment, strike }) => whyUnreachable(moment, strike) === undefined);
    const key = (cell: (typeof pairs)[number]): string => `${cell.moment} × ${cell.strike.name}`;
    expect(new Set(cells.map(key))).toEqual(new Set(possible.map(key)));
    expect(cells).toHaveLength(possible.length);
    expect(possible.length).toBeGreaterThan(pairs.length * 0.95);
  });

  test('as many seeds in a row as there are cells go through all of them, wherever they begin', () => {
    for (const first of [0n, 1n, 500n, 0xffff_ffff_ffffn]) {
      const seen = new Set<string>();
      for (let seed = first; seed < first + BigInt(cells.length); seed++) {
        const { time, strike } = cellOf(seed, columns);
        seen.add(`${time.moment} × ${strike.name}`);
      }
      expect(seen.size).toBe(cells.length);
    }
  });

  test('the first round strikes at once; later ones take other stages, occurrences and delays', () => {
    const rounds = Array.from({ length: 12 }, (_, round) =>
      cellOf(seedOf('map.computed', 'pod.kill') + BigInt(round * cells.length), columns),
    );
    expect(rounds[0]?.time).toMatchObject({ moment: 'map.computed', occurrence: 1, delayMs: 0 });
    expect(new Set(rounds.map(({ stage }) => stage.name)).size).toBe(4);
    expect(new Set(rounds.map(({ time }) => time.occurrence)).size).toBe(3);
    expect(new Set(rounds.map(({ time }) => time.delayMs)).size).toBeGreaterThan(2);
  });

  test('a strike at a pod chooses none by itself, and every plan parses back', () => {
    for (const { parameters, target } of columns) {
      const choosing = Object.keys(parameters).filter((name) => choosingParameters.includes(name));
      expect(target === 'drawn' ? [] : choosing).toEqual([]);
    }
    for (let seed = 1n; seed <= BigInt(cells.length); seed++) {
      const { plan } = prepare({ scenario, overrides, seed });
      expect(parsePlan(formatPlan(plan), 'cell.json')).toEqual({ ok: true, plan });
    }
  });
});

describe('a run of a cell', { timeout: 60_000 }, () => {
  test('strikes within its moment, at whom passes it, and fills that cell alone', async () => {
    const request = requestOf('hand-over.reserved', 'pod.freeze');
    const reserved: { pod: string; timeUs: number }[] = [];
    const struck: { targets: readonly string[]; timeUs: number }[] = [];
    const result = await runScenario(request, {
      observe: (event, timeUs) => {
        if (event.kind === 'identity.reserved') reserved.push({ pod: event.pod, timeUs });
        if (event.kind === 'fault.started' && event.id === 'strike')
          struck.push({ targets: event.targets, timeUs });
      },
    });
    expect([result.verdict, result.reasons]).toEqual(['passed', []]);
    expect(struck).toEqual([{ targets: [reserved[0]?.pod], timeUs: reserved[0]?.timeUs }]);
    const hits = momentGrid([result])?.rows.flatMap(({ moment, hits: row }) =>
      Object.entries(row).flatMap(([kind, count]) => (count > 0 ? [`${moment} × ${kind}: ${count}`] : [])),
    );
    expect(hits).toEqual(['hand-over.reserved × pod.freeze: 1']);
    expect(momentGrid([result])).toMatchObject({ reachable: cells.length });
    expect(momentGrid([result])?.empty).toHaveLength(cells.length - 1);
  });

  test('whose moment never comes is unknown, and its cell is reported as empty', async () => {
    const request = requestOf('id.lost', 'pod.kill');
    const { plan } = prepare(request);
    // Without what takes the id away nobody loses one.
    const harmless = { ...plan, faults: plan.faults.filter(({ id }) => id === 'strike') };
    const result = await runScenario({ ...request, plan: harmless });
    expect(result.verdict).toBe('unknown');
    expect(result.reasons[0]).toMatch(/^goal not reached: pod\.kill at id\.lost/);
    expect(momentGrid([result])?.empty).toContainEqual({ moment: 'id.lost', kind: 'pod.kill' });
    expect(momentGridLines([result]).join('\n')).toMatch(/empty {2}id\.lost: all kinds/);
  });
});
