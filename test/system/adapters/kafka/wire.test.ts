import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../system/adapters/kafka/consumer-protocol.ts';
import { decodeBatches, encodeBatch } from '../../../../system/adapters/kafka/record-batch.ts';
import { WireReader } from '../../../../system/adapters/kafka/wire-reader.ts';
import { WireWriter } from '../../../../system/adapters/kafka/wire-writer.ts';

const places = fc
  .uniqueArray(fc.record({ topic: fc.constantFrom('a', 'b'), partition: fc.nat({ max: 50 }) }), {
    selector: ({ topic, partition }) => `${topic}/${partition}`,
  })
  .map((list) =>
    list.toSorted((left, right) => (left.topic < right.topic ? -1 : left.topic > right.topic ? 1 : 0)),
  );

describe('the wire format of Kafka', () => {
  test('numbers of variable length come back', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 50), max: 2 ** 50 }), (value) => {
        expect(new WireReader(new WireWriter().varint(value).finish()).varint()).toBe(value);
      }),
    );
  });

  test('a batch is what brokers have in their logs, checksum included', () => {
    // Checked once against a broker, which refuses a batch whose checksum is wrong.
    const bytes = encodeBatch([{ key: 'k', value: new Uint8Array([1, 2]), timestampMs: 1_700_000_000_000 }]);
    expect(bytes.toString('hex')).toMatchInlineSnapshot(
      `"00000000000000000000003bffffffff0259adb0b10000000000000000018bcfe568000000018bcfe56800ffffffffffffffffffffffffffff0000000112000000026b04010200"`,
    );
  });

  test('records come back, from the offset that was asked for', () => {
    const record = fc.record({
      key: fc.string(),
      value: fc.uint8Array(),
      timestampMs: fc.nat({ max: 2 ** 40 }),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 5 }), fc.nat({ max: 5 }), (records, from) => {
        const found = decodeBatches(encodeBatch(records), from);
        expect(found).toEqual(
          records.map((each, offset) => ({ ...each, offset })).filter(({ offset }) => offset >= from),
        );
      }),
    );
  });

  test('a batch that was cut off is left out', () => {
    const whole = encodeBatch([{ key: 'k', value: new Uint8Array(9), timestampMs: 5 }]);
    expect(decodeBatches(whole.subarray(0, whole.length - 1), 0)).toEqual([]);
  });

  test('subscriptions and assignments come back', () => {
    fc.assert(
      fc.property(places, fc.integer({ min: -1, max: 99 }), (owned, ownedGenerationId) => {
        const subscription = { topics: ['a', 'b'], owned, ownedGenerationId };
        expect(decodeSubscription(encodeSubscription(subscription))).toEqual(subscription);
        expect(decodeAssignment(encodeAssignment(owned))).toEqual(owned);
      }),
    );
  });
});
