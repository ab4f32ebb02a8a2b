import fc from 'fast-check';
import type { Series } from '../../../system/charts/series.ts';
import type { UChart } from '../../../system/charts/uchart.ts';
import { computeUChart } from '../../../system/charts/uchart.ts';

/** Any 64 bits as a double: every NaN payload, -0, infinities and subnormals among them. */
const anyBits: fc.Arbitrary<bigint> = fc.oneof(
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.constantFrom(0n, 1n << 63n, 0x7ff0n << 48n, 0xfff0n << 48n, 0x7ff8n << 48n, (0x7ff0n << 48n) | 1n, 1n),
);

const sensorValues = fc.oneof(
  fc
    .array(fc.integer({ min: -200_000, max: 200_000 }), { maxLength: 60 })
    .map((codes) => codes.map((code) => code / 100)),
  fc
    .array(fc.integer({ min: 0, max: 5 }), { maxLength: 60 })
    .map((codes) => codes.map((code) => 1.6022936 * code)),
  fc.array(fc.constantFrom(0, 0.1, -1.6022936, 2 ** 50, 1e-15, 123456.789), { maxLength: 60 }),
  fc.array(fc.double(), { maxLength: 60 }),
);

const columns = fc.oneof(
  fc.array(anyBits, { maxLength: 40 }).map((bits) => new Float64Array(BigUint64Array.from(bits).buffer)),
  sensorValues.map((values) => Float64Array.from(values)),
);

/** Safe integers: regular, jittered, and anything at all. */
function timesFor(count: number): fc.Arbitrary<Float64Array> {
  return fc.oneof(
    fc
      .tuple(fc.integer({ min: 0, max: 2 ** 41 }), fc.integer({ min: 0, max: 10 ** 7 }))
      .map(([firstMs, spacingUs]) =>
        Float64Array.from({ length: count }, (_point, i) => firstMs * 1000 + i * spacingUs),
      ),
    fc
      .array(fc.integer({ min: -50, max: 50 }), { minLength: count, maxLength: count })
      .map((jitter) => Float64Array.from(jitter, (us, i) => 1.767e15 + i * 10_000_000 + us)),
    fc
      .array(fc.maxSafeInteger(), { minLength: count, maxLength: count })
      .map((times) => Float64Array.from(times, noMinusZero)),
  );
}

function noMinusZero(value: number): number {
  return value + 0;
}

/** Series of one blob: with times of their own, or all on the same instants. */
export const anySeries: fc.Arbitrary<Series[]> = fc.oneof(
  fc.array(
    fc
      .tuple(fc.nat(0xffff_ffff), columns)
      .chain(([svid, values]) => timesFor(values.length).map((timesUs) => ({ svid, timesUs, values }))),
    { maxLength: 6 },
  ),
  fc
    .tuple(fc.nat(30), fc.array(columns, { maxLength: 6 }))
    .chain(([count, all]) =>
      timesFor(count).map((timesUs) =>
        all
          .filter((values) => values.length >= count)
          .map((values, svid) => ({ svid, timesUs, values: values.subarray(0, count) })),
      ),
    ),
);

export function bitsOf(series: readonly Series[]): { svid: number; timesUs: number[]; bits: string[] }[] {
  return series.map(({ svid, timesUs, values }) => ({
    svid,
    timesUs: [...timesUs],
    bits: Array.from(new BigUint64Array(values.slice().buffer), (bits) => bits.toString(16)),
  }));
}

/** A context of one unit whose SVIDs have the given values, evenly spaced over 20 minutes. */
export function contextOf(
  sequence: number,
  valuesOfSvids: readonly (readonly number[])[],
  unit = 'tool-1',
): UChart {
  const spanUs = 1.2e9;
  const startUs = 1.767e15 + sequence * spanUs;
  return computeUChart({
    contextId: `${unit}-${String(sequence)}`,
    unit,
    recipe: 'recipe-1',
    contextSequence: sequence,
    startUs,
    endUs: startUs + spanUs,
    series: valuesOfSvids.map((values, index) => ({
      svid: 100 + index,
      timesUs: Float64Array.from(values, (_value, i) => startUs + Math.round((i * spanUs) / values.length)),
      values: Float64Array.from(values),
    })),
  });
}
