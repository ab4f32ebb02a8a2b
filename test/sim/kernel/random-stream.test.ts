import { expect, test } from 'vitest';
import { RandomStream } from '../../../sim/kernel/index.ts';

test('the stream of a seed never changes: replay lines of old runs depend on it', () => {
  const stream = new RandomStream(1n, 'network', 'delay');
  const draws = Array.from({ length: 6 }, () => stream.uint32());
  expect(draws).toMatchInlineSnapshot(`
    [
      2479012420,
      1108040463,
      3188620948,
      3875012253,
      463155278,
      1060556812,
    ]
  `);
});

test('streams are independent of each other and of the order in which they are made', () => {
  const alone = new RandomStream(9n, 'tools', 3);
  const expected = Array.from({ length: 50 }, () => alone.uint32());
  const other = new RandomStream(9n, 'tools', 4);
  const again = new RandomStream(9n, 'tools', 3);
  const drawn = Array.from({ length: 50 }, () => {
    other.uint32();
    return again.uint32();
  });
  expect(drawn).toEqual(expected);
  expect(Array.from({ length: 50 }, () => other.uint32())).not.toEqual(expected);
});

test('floats, integers and normals have the distributions they claim', () => {
  const stream = new RandomStream(3n, 'test', 'distribution');
  const counts = Array.from({ length: 10 }, () => 0);
  let sum = 0;
  let squares = 0;
  const draws = 200_000;
  for (let index = 0; index < draws; index++) {
    const value = stream.float();
    expect(value >= 0 && value < 1).toBe(true);
    const bucket = stream.integer(0, 9);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
    const normal = stream.normal();
    sum += normal;
    squares += normal * normal;
  }
  for (const count of counts) expect(Math.abs(count - draws / 10)).toBeLessThan(5 * Math.sqrt(draws / 10));
  expect(Math.abs(sum / draws)).toBeLessThan(0.02);
  expect(Math.abs(squares / draws - 1)).toBeLessThan(0.03);
});
