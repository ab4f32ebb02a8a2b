import { describe, expect, test } from 'vitest';
import { markdownReport } from '../../reports/markdown.ts';
import { momentGrid, momentGridLines } from '../../reports/moment-grid.ts';
import { resultsJson } from '../../reports/results-json.ts';
import { resultsSchema } from '../../reports/results-schema.ts';
import type { MomentOutcome } from '../../scenarios/run-result.ts';
import { result } from './fixture.ts';

const runs = [
  {
    ...result(),
    moments: [
      { moment: 'lock.won', passed: 3, hits: { 'pod.kill': 1, 'pod.freeze': 0 } },
      { moment: 'id.lost', passed: 0, hits: { 'pod.kill': 0, 'pod.freeze': 0 } },
    ],
  },
  result(),
  {
    ...result(),
    moments: [
      { moment: 'lock.won', passed: 2, hits: { 'pod.kill': 2, 'pod.freeze': 0 } },
      { moment: 'id.lost', passed: 0, hits: { 'pod.kill': 0, 'pod.freeze': 0 } },
    ],
  },
];

test('the grid adds up over runs, and knows which reachable cells are empty', () => {
  expect(momentGrid(runs)).toEqual({
    rows: [
      { moment: 'lock.won', passed: 5, hits: { 'pod.kill': 3, 'pod.freeze': 0 } },
      { moment: 'id.lost', passed: 0, hits: { 'pod.kill': 0, 'pod.freeze': 0 } },
    ],
    reachable: 2,
    empty: [{ moment: 'lock.won', kind: 'pod.freeze' }],
  });
});

test('people see hits, empty cells, and what never came', () => {
  const text = momentGridLines(runs).join('\n');
  expect(text).toMatch(/lock\.won +5 +3 +·/);
  expect(text).toMatch(/1 of 2 reachable cells hit/);
  expect(text).toMatch(/never passed: id\.lost/);
  expect(text).toMatch(/empty {2}lock\.won: pod\.freeze/);
});

test('runs without moments have no grid', () => {
  expect(momentGrid([result()])).toBeUndefined();
  expect(momentGridLines([result()])).toEqual([]);
  expect(JSON.parse(resultsJson([result()]))).not.toHaveProperty('momentGrid');
});

describe('where every cell shall be hit', () => {
  const ending: MomentOutcome = {
    moment: 'drain.started',
    passed: 4,
    hits: { 'pod.freeze': 1, 'nats.kill-node': 1 },
    unreachable: { 'pod.kill delete': 'it is being deleted' },
  };
  const lost: MomentOutcome = {
    moment: 'id.lost',
    passed: 0,
    hits: { 'pod.freeze': 0, 'pod.kill delete': 0, 'nats.kill-node': 0 },
    unreachable: {},
  };
  const grid = [{ ...result(), moments: [ending, lost] }];

  test('a moment that never came leaves its cells empty, and what cannot be is none', () => {
    expect(momentGrid(grid)).toMatchObject({
      reachable: 5,
      empty: [
        { moment: 'id.lost', kind: 'pod.freeze' },
        { moment: 'id.lost', kind: 'pod.kill delete' },
        { moment: 'id.lost', kind: 'nats.kill-node' },
      ],
    });
    const text = momentGridLines(grid).join('\n');
    expect(text).toMatch(/2 of 5 reachable cells hit/);
    expect(text).toMatch(/drain\.started +4 +1 +1 +–/);
    expect(text).toMatch(/id\.lost +0 +· +· +·/);
    expect(text).toMatch(/– {2}drain\.started × pod\.kill delete: it is being deleted/);
    expect(text).toMatch(/empty {2}id\.lost: all kinds/);
  });

  test('the summary for CI says how many cells were hit, and which were not', () => {
    const text = markdownReport(grid);
    expect(text).toMatch(/Moments × faults: 2 of 5 reachable cells hit/);
    expect(text).toMatch(/- empty: pod\.kill delete at id\.lost/);
    expect(markdownReport([result()])).not.toMatch(/Moments/);
  });

  test('results.json holds the grid of all runs, and keeps to its schema', () => {
    const json: unknown = JSON.parse(resultsJson([...grid, ...grid]));
    const parsed = resultsSchema.parse(json);
    expect(parsed.momentGrid?.rows[0]).toEqual({
      ...ending,
      passed: 8,
      hits: { 'pod.freeze': 2, 'nats.kill-node': 2 },
    });
    expect(parsed.momentGrid?.empty).toHaveLength(3);
  });
});

test('more columns than fit stand in blocks below each other', () => {
  const hits = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`kind-${index}`, index]));
  const lines = momentGridLines([{ ...result(), moments: [{ moment: 'lock.won', passed: 1, hits }] }]);
  const rows = lines.filter((line) => line.startsWith('  lock.won'));
  expect(rows).toHaveLength(2);
  expect(rows[1]).toMatch(/ 16 .* 29$/);
  expect(lines.filter((line) => line.startsWith('  moment')).join()).toMatch(
    / A .* P,.* Q .* Z +a +b +c +d$/,
  );
});
