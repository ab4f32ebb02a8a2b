import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue } from '../../../sim/kernel/event-queue.ts';

const noop = (): void => undefined;

/** From the same microsecond to days ahead: the heap, fine and coarse buckets, and what lies beyond all of them. */
const times = fc.oneof(
  fc.integer({ min: 0, max: 20 }),
  fc.integer({ min: 0, max: 60_000 }),
  fc.integer({ min: 0, max: 200_000_000 }),
  fc.integer({ min: 0, max: 2_000_000_000_000 }),
);

test('events come out by time, and by order of scheduling where times are equal', () => {
  const commands = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('push' as const), time: times }),
      fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(200) }),
      fc.record({ kind: fc.constant('pop' as const) }),
    ),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(commands, (list) => {
      const queue = new EventQueue();
      const reference: { time: number; label: number; handle: number; live: boolean }[] = [];
      let label = 0;
      for (const command of list) {
        if (command.kind === 'push') {
          const handle = queue.push(command.time, noop, label, undefined);
          reference.push({ time: command.time, label, handle, live: true });
          label++;
        } else if (command.kind === 'cancel') {
          const entry = reference[command.which];
          if (entry === undefined) continue;
          expect(queue.cancel(entry.handle)).toBe(entry.live);
          entry.live = false;
        } else {
          const next = reference
            .filter((entry) => entry.live)
            .sort((left, right) => left.time - right.time || left.label - right.label)[0];
          expect(queue.nextTime()).toBe(next?.time ?? Infinity);
          if (next === undefined) continue;
          queue.pop();
          expect(queue.first).toBe(next.label);
          next.live = false;
        }
      }
    }),
    { numRuns: 300 },
  );
});

test('a handle of an event that is over does not cancel the one that uses its slot now', () => {
  const queue = new EventQueue();
  const first = queue.push(1, noop, 'first', undefined);
  queue.nextTime();
  queue.pop();
  queue.push(2, noop, 'second', undefined);
  expect(queue.cancel(first)).toBe(false);
  expect(queue.nextTime()).toBe(2);
});

test('it grows beyond its first capacity', () => {
  const queue = new EventQueue();
  for (let index = 0; index < 10_000; index++) queue.push((index * 7919) % 10_007, noop, index, undefined);
  let last = -1;
  for (let index = 0; index < 10_000; index++) {
    const time = queue.nextTime();
    expect(time).toBeGreaterThanOrEqual(last);
    last = time;
    queue.pop();
  }
  expect(queue.nextTime()).toBe(Infinity);
});
