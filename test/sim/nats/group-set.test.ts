import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GroupSet } from '../../../sim/nats/group-set.ts';

test('it is a set of numbers in the order of joining', () => {
  const group = fc.oneof(fc.nat(70), fc.nat(5000));
  const command = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('add' as const), group }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete' as const), group }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), group }) },
  );
  fc.assert(
    fc.property(fc.array(command, { maxLength: 100 }), (commands) => {
      const set = new GroupSet();
      const reference = new Set<number>();
      for (const { kind, group: number } of commands) {
        switch (kind) {
          case 'add':
            set.add(number);
            reference.add(number);
            break;
          case 'delete':
            set.delete(number);
            reference.delete(number);
            break;
          case 'clear':
            set.clear();
            reference.clear();
            break;
        }
        for (const { group: asked } of commands) expect(set.has(asked)).toBe(reference.has(asked));
        expect([...set]).toEqual([...reference]);
      }
    }),
  );
});
