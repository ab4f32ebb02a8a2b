import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlacedSet } from '../../../sim/kernel/index.ts';

test('it holds what a set would hold', () => {
  const commands = fc.array(fc.record({ adds: fc.boolean(), which: fc.nat(9) }), { maxLength: 100 });
  fc.assert(
    fc.property(commands, (list) => {
      const items = Array.from({ length: 10 }, (_, index) => ({ index, place: -1 }));
      const set = new PlacedSet<(typeof items)[number]>();
      const reference = new Set<number>();
      for (const { adds, which } of list) {
        const item = items[which];
        if (item === undefined) continue;
        if (adds) {
          set.add(item);
          reference.add(which);
        } else {
          set.delete(item);
          reference.delete(which);
        }
        expect(set.size).toBe(reference.size);
        const held = set.toArray().map(({ index }) => index);
        expect(held.sort((a, b) => a - b)).toEqual([...reference].sort((a, b) => a - b));
      }
    }),
  );
});
