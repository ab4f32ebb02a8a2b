import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  fitsWallDigits,
  readWallDigits,
  wallDigits,
  writeWallDigits,
} from '../../../system/defender/wall-digits.ts';

const encoder = new TextEncoder();

test('digits are those of the number, and read back as it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1e12, max: 1e13 - 1 }), fc.nat(20), (wallMs, offset) => {
      expect(fitsWallDigits(wallMs)).toBe(true);
      const bytes = new Uint8Array(wallDigits + offset);
      writeWallDigits(bytes, offset, wallMs);
      expect(bytes.subarray(offset)).toEqual(encoder.encode(String(wallMs)));
      expect(readWallDigits(bytes.subarray(offset))).toBe(wallMs);
    }),
  );
});

test.each([1e12 - 1, 1e13, 1.5e12 + 0.5, -1e12, NaN])('%d does not fit', (wallMs) => {
  expect(fitsWallDigits(wallMs)).toBe(false);
});

test.each(['', '179000000000', '17900000000000', '1790000000.00', ' 790000000000', '1e90000000000'])(
  'nothing is read from %j',
  (text) => {
    expect(readWallDigits(encoder.encode(text))).toBeUndefined();
  },
);
