import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OffsetAccount } from '../../../../system/defender/v1/offset-account.ts';

test('only what has nothing open before it may be committed, in whatever order it is done', () => {
  const orders = fc.integer({ min: 1, max: 20 }).chain((count) =>
    fc.shuffledSubarray(
      Array.from({ length: count }, (_, offset) => offset),
      { minLength: count, maxLength: count },
    ),
  );
  fc.assert(
    fc.property(orders, fc.nat({ max: 1_000 }), (order, start) => {
      const account = new OffsetAccount(start);
      const done = new Set<number>();
      for (const offset of order) {
        account.done(start + offset);
        done.add(offset);
        let firstOpen = 0;
        while (done.has(firstOpen)) firstOpen++;
        expect(account.due).toBe(firstOpen === 0 ? undefined : start + firstOpen);
      }
    }),
  );
});

test('what is committed is not due again, and old offsets change nothing', () => {
  const account = new OffsetAccount(5);
  account.done(5);
  expect(account.due).toBe(6);
  account.committed(6);
  account.done(3);
  expect(account.due).toBeUndefined();
});
