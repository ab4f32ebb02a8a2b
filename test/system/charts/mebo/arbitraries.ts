import fc from 'fast-check';
import type { MeboOptions } from '../../../../system/charts/mebo/format.ts';
import type { MeboInput } from '../../../../system/charts/mebo/metric.ts';

const anyWord = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

/** Patterns of all kinds: any bits, special values, decimals, neighbours that differ in a window, repetitions. */
const valueBits: fc.Arbitrary<bigint[]> = fc.oneof(
  fc.array(anyWord, { minLength: 1, maxLength: 40 }),
  fc.array(
    fc.constantFrom(
      0n,
      1n << 63n,
      0x7ff0n << 48n,
      0xfff8n << 48n,
      (0x7ff0n << 48n) | 1n,
      0x7ff4dead_00000001n,
      1n,
    ),
    { minLength: 1, maxLength: 40 },
  ),
  fc
    .tuple(
      fc.nat(6),
      fc.array(fc.integer({ min: -100_000, max: 100_000 }), { minLength: 1, maxLength: 120 }),
      fc.array(fc.tuple(fc.nat(119), anyWord), { maxLength: 3 }),
    )
    .map(([decimals, codes, exceptions]) => {
      const bits = bitsOf(Float64Array.from(codes, (code) => code / 10 ** decimals));
      for (const [place, word] of exceptions) if (place < bits.length) bits[place] = word;
      return bits;
    }),
  fc
    .tuple(anyWord, fc.nat(63), fc.nat(63), fc.array(anyWord, { minLength: 1, maxLength: 60 }))
    .map(([first, lead, trail, changes]) => {
      let bits = first;
      return changes.map((change) => (bits ^= ((change >> BigInt(lead)) >> BigInt(trail)) << BigInt(trail)));
    }),
  fc.array(fc.double(), { minLength: 1, maxLength: 70 }).map((values) => bitsOf(Float64Array.from(values))),
);

export function bitsOf(values: Float64Array): bigint[] {
  return [...new BigUint64Array(values.buffer, values.byteOffset, values.length)];
}

function timesFor(count: number): fc.Arbitrary<BigInt64Array> {
  const base = 1_767_225_600_000_000n;
  return fc.oneof(
    fc
      .bigInt({ min: 0n, max: 10n ** 9n })
      .map((stepUs) => BigInt64Array.from({ length: count }, (_none, i) => base + BigInt(i) * stepUs)),
    fc
      .array(fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }), { minLength: count, maxLength: count })
      .map((jitter) => BigInt64Array.from(jitter, (us, i) => base + BigInt(i) * 1_000_000n + us)),
    fc
      .array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: count, maxLength: count })
      .map((times) => BigInt64Array.from(times)),
  );
}

const anyMetric = valueBits.chain((bits) =>
  fc.record({
    timesUs: timesFor(bits.length),
    values: fc.constant(new Float64Array(BigUint64Array.from(bits).buffer)),
    tags: fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), {
      minLength: bits.length,
      maxLength: bits.length,
    }),
  }),
);

/** Metrics by ids or by names; some use the times of the first as far as they go. */
export const anyMetrics: fc.Arbitrary<MeboInput[]> = fc
  .tuple(
    fc.array(anyMetric, { minLength: 1, maxLength: 6 }),
    fc.oneof(
      fc.uniqueArray(fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }), { minLength: 6, maxLength: 6 }),
      fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), {
        minLength: 6,
        maxLength: 6,
      }),
    ),
    fc.boolean(),
  )
  .map(([metrics, keys, isShared]) =>
    metrics.map(({ timesUs, values, tags }, i) => {
      const first = metrics[0]?.timesUs ?? timesUs;
      const shared = isShared && first.length >= timesUs.length ? first.slice(0, timesUs.length) : timesUs;
      return { key: keys[i] ?? 1n, timesUs: shared, values, tags };
    }),
  );

const anyCompression = fc.constantFrom('none', 'zstd', 's2', 'lz4');

export const anyOptions: fc.Arbitrary<MeboOptions> = fc.record({
  startTimeUs: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  timestampEncoding: fc.constantFrom('raw', 'delta', 'deltapacked'),
  valueEncoding: fc.constantFrom('raw', 'gorilla', 'chimp', 'alp'),
  timestampCompression: anyCompression,
  valueCompression: anyCompression,
  byteOrder: fc.constantFrom('little', 'big'),
  layout: fc.constantFrom('v1', 'v2'),
  sharedTimestamps: fc.boolean(),
  tags: fc.boolean(),
  zstdChecksum: fc.boolean(),
});
