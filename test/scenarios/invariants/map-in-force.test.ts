import { expect, test } from 'vitest';
import { watchMaps } from '../../../scenarios/invariants/map-in-force.ts';
import { History } from '../../../sim/history/history.ts';
import { Kernel } from '../../../sim/kernel/index.ts';

const change = {
  colour: 'blue',
  reason: 'scaling',
  members: 2,
  joined: [],
  left: [],
  units: 4,
  moved: 0,
  movedToJoined: 0,
  movedFromLeft: 0,
  loadMaxRatio: 1,
  loadMinRatio: 1,
  boundRelaxed: false,
} as const;

function watched(): { history: History; told: string[] } {
  const history = new History(new Kernel({ seed: 1n }));
  const told: string[] = [];
  watchMaps(history, ({ term, version }) => told.push(`${term}/${version}`));
  return { history, told };
}

function applied(history: History, term: number, version: number): void {
  const fields = { colour: 'blue', pod: 'a', defenderId: 'd', version, term, units: 1 } as const;
  history.record('a', { kind: 'assignment.applied', owned: [], ...fields });
}

test('a map that is followed before its leader speaks is told once', () => {
  const { history, told } = watched();
  history.record('a', { kind: 'assignment.computed', pod: 'a', ...change, term: 1, version: 1 });
  expect(told).toEqual([]);
  applied(history, 1, 1);
  applied(history, 1, 1);
  history.record('a', { kind: 'assignment.published', ...change, term: 1, version: 1 });
  expect(told).toEqual(['1/1']);
});

test('a map that was computed and never stored is not told', () => {
  const { history, told } = watched();
  history.record('a', { kind: 'assignment.computed', pod: 'a', ...change, term: 1, version: 1 });
  history.record('b', { kind: 'assignment.computed', pod: 'b', ...change, term: 2, version: 1 });
  applied(history, 2, 1);
  expect(told).toEqual(['2/1']);
});

test('a leader that announces its map is believed at once', () => {
  const { history, told } = watched();
  history.record('a', { kind: 'assignment.computed', pod: 'a', ...change, term: 1, version: 1 });
  history.record('a', { kind: 'assignment.published', ...change, term: 1, version: 1 });
  applied(history, 1, 1);
  expect(told).toEqual(['1/1']);
});
