/** Integers are kept below this, so that differences of two, zig-zagged, are still exact in a double. */
const maxDecimalInteger = 2 ** 50;

/** Largest power of ten a column may be scaled by; 10²² is the last exact one, sensors need far less. */
const maxDecimalExponent = 15;

/** Set in a form where 0 stands for -0 and every integer from 0 on is one larger. */
const WITH_NEGATIVE_ZERO = 0x20;

/** Forms are numbers below this, of which the bits of {@link formBits} may be set. */
export const decimalFormLimit = 0x40;

/** The bits that a form may have: exponent and {@link WITH_NEGATIVE_ZERO}. */
export const formBits = 0x2f;

const powersOfTen = Float64Array.from(
  { length: maxDecimalExponent + 1 },
  (_value, exponent) => 10 ** exponent,
);

/**
 * Writes `values` as integers and returns the form that {@link fromDecimal} needs, or -1 where that would lose a bit (more
 * digits than fit, NaN, infinity). Sensors and the files that hold their readings have few decimal digits, and
 * `integer / 10^exponent` is then the same double, since division rounds correctly. Rounding to digits leaves -0 in many a
 * trace that crosses zero, hence a form of its own for columns that have one.
 */
export function toDecimal(values: Float64Array, integers: Float64Array): number {
  let exponent = 0;
  let scale = 1;
  let negativeZero = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (value === 0) {
      negativeZero ||= Object.is(value, -0);
      continue;
    }
    for (;;) {
      const integer = Math.round(value * scale);
      if (!(Math.abs(integer) <= maxDecimalInteger)) return -1;
      if (integer / scale === value) break;
      if (++exponent > maxDecimalExponent) return -1;
      scale = powersOfTen[exponent] ?? 1;
    }
  }
  const shift = negativeZero ? 1 : 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    const integer = Math.round(value * scale);
    // An integer that fitted at a smaller power may not fit at the final one.
    if (!(Math.abs(integer) <= maxDecimalInteger) || integer / scale !== value) return -1;
    integers[i] = integer < 0 || (negativeZero && Object.is(value, -0)) ? integer : integer + shift;
  }
  return exponent | (negativeZero ? WITH_NEGATIVE_ZERO : 0);
}

/** Turns `integers` of a form into values, in place. */
export function fromDecimal(integers: Float64Array, form: number): void {
  const scale = powersOfTen[form & maxDecimalExponent] ?? 1;
  if ((form & WITH_NEGATIVE_ZERO) === 0) {
    for (let i = 0; i < integers.length; i++) integers[i] = (integers[i] ?? 0) / scale;
    return;
  }
  for (let i = 0; i < integers.length; i++) {
    const integer = integers[i] ?? 0;
    integers[i] = integer < 0 ? integer / scale : integer === 0 ? -0 : (integer - 1) / scale;
  }
}
