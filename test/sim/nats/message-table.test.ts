import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageTable } from '../../../sim/nats/message-table.ts';
import type { StoredMessage } from '../../../sim/nats/stored-message.ts';

function message(sequence: number): StoredMessage {
  return {
    sequence,
    subject: 0,
    payload: new Uint8Array(0),
    messageId: '',
    headers: undefined,
    bytes: 0,
    storedUs: 0,
    expiresUs: 0,
    previous: undefined,
    next: undefined,
    previousOfSubject: undefined,
    nextOfSubject: undefined,
  };
}

test('it finds what a map by sequence would find, whatever comes and goes', () => {
  // Sequences that fall on the same places of a small table, beside consecutive ones.
  const sequences = fc.oneof(
    fc.nat(40),
    fc.nat(20).map((step) => 5 + step * 16),
    fc.nat(3_000_000_000),
  );
  const commands = fc.array(fc.record({ adds: fc.boolean(), sequence: sequences }), { maxLength: 200 });
  fc.assert(
    fc.property(commands, (list) => {
      const table = new MessageTable();
      const reference = new Map<number, StoredMessage>();
      for (const { adds, sequence } of list) {
        if (adds && !reference.has(sequence)) {
          const added = message(sequence);
          table.add(added);
          reference.set(sequence, added);
        } else {
          expect(table.delete(sequence)).toBe(reference.delete(sequence));
        }
        expect(table.size).toBe(reference.size);
      }
      for (const { sequence } of list) expect(table.get(sequence)).toBe(reference.get(sequence));
    }),
    { numRuns: 500 },
  );
});
