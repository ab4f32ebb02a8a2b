import { expect, test } from 'vitest';
import { emptyCells, momentGrid, momentGridLines } from '../../reports/moment-grid.ts';
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
  const grid = momentGrid(runs);
  expect(grid).toEqual([
    { moment: 'lock.won', passed: 5, hits: { 'pod.kill': 3, 'pod.freeze': 0 } },
    { moment: 'id.lost', passed: 0, hits: { 'pod.kill': 0, 'pod.freeze': 0 } },
  ]);
  expect(emptyCells(grid ?? [])).toEqual([{ moment: 'lock.won', kind: 'pod.freeze' }]);
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
});
