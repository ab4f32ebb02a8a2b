import { expect, test } from 'vitest';
import { decodeMap, encodeMap, ownersOf } from '../../../../system/defender/assignment/assignment-map.ts';
import type { AssignmentMap } from '../../../../system/defender/assignment/assignment-map.ts';
import { movementBetween } from '../../../../system/defender/assignment/movement.ts';
import { hash53 } from '../../../../system/defender/assignment/ring.ts';
import { correctAcceptMap } from '../../../../system/defender/policies.ts';

function mapOf(members: Record<string, string[]>, changes: Partial<AssignmentMap> = {}): AssignmentMap {
  return {
    version: 3,
    term: 7,
    publishedMs: 1,
    lifecycle: 'stable',
    firstAssignedMs: 1,
    boundRelaxed: false,
    members: new Map(Object.entries(members).map(([id, units]) => [id, { load: units.length, units }])),
    ...changes,
  };
}

test('a map survives its encoding', () => {
  const map = mapOf({ 'defender-0': ['a', 'b'], 'defender-1': [] });
  expect(decodeMap(encodeMap(map))).toEqual(map);
  expect(ownersOf(map).get('b')).toBe('defender-0');
});

test('what is no map is refused', () => {
  const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
  for (const text of ['', '{', '[]', 'null', '{"version":1}', '{"version":-1,"term":1,"members":{}}']) {
    expect(decodeMap(encode(text))).toBeUndefined();
  }
});

test('a lower term is refused, and within a term a lower or equal version', () => {
  const current = mapOf({});
  expect(correctAcceptMap(mapOf({}, { term: 6, version: 9 }), current)).toBe(false);
  expect(correctAcceptMap(mapOf({}, { version: 3 }), current)).toBe(false);
  expect(correctAcceptMap(mapOf({}, { version: 4 }), current)).toBe(true);
  expect(correctAcceptMap(mapOf({}, { term: 8, version: 3 }), current)).toBe(true);
  expect(correctAcceptMap(mapOf({}, { term: 1 }), undefined)).toBe(true);
});

test('movement is counted by where units come from and go to', () => {
  const before = mapOf({ a: ['1', '2', '3'], b: ['4', '5'] });
  const after = mapOf({ a: ['1', '4'], c: ['2', '3', '5', '6'] });
  expect(movementBetween(before, after)).toEqual({
    joined: ['c'],
    left: ['b'],
    moved: 4,
    movedToJoined: 3,
    movedFromLeft: 2,
  });
});

test('the hash is xxHash64 with seed 0', () => {
  // Known answer of the algorithm for the empty input: ef46db3751d8e999.
  expect(hash53('')).toBe(Number(0xef46db3751d8e999n >> 11n));
});
