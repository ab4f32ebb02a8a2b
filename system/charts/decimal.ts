/** Integers are kept below this, so that differences of two, zig-zagged, are still exact in a double. */
export const maxDecimalInteger = 2 ** 50;

/** Largest power of ten a column may be scaled by; 10²² is the last exact one, sensors need far less. */
export const maxDecimalExponent = 15;

const powersOfTen = Float64Array.from(
  { length: maxDecimalExponent + 1 },
  (_value, exponent) => 10 ** exponent,
);

export function powerOfTen(exponent: number): number {
  return powersOfTen[exponent] ?? 1;
}

/**
 * Writes `values` as integers times a power of ten and returns its exponent, or -1 where that would lose a bit (more
 * digits than fit, -0, NaN, infinity). Sensors and the files that hold their readings have few decimal digits, and
 * `integer / 10^exponent` is then the same double, since division rounds correctly.
 */
export function toDecimal(values: Float64Array, integers: Float64Array): number {
  let exponent = 0;
  let scale = 1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    for (;;) {
      const integer = Math.round(value * scale);
      if (!(Math.abs(integer) <= maxDecimalInteger)) return -1;
      if (integer / scale === value) break;
      if (++exponent > maxDecimalExponent) return -1;
      scale = powerOfTen(exponent);
    }
  }
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const integer = Math.round(value * scale);
    // An integer that fitted at a smaller power may not fit at the final one.
    if (!(Math.abs(integer) <= maxDecimalInteger) || !Object.is(integer / scale, value)) return -1;
    integers[i] = integer;
  }
  return exponent;
}
