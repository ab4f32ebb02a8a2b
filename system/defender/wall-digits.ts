/** Decimal digits of a wall clock in milliseconds from 2001 to 2286. */
export const wallDigits = 13;

const half = 10_000_000;

/** True where `wallMs` has exactly `wallDigits` digits. */
export function fitsWallDigits(wallMs: number): boolean {
  return Number.isInteger(wallMs) && wallMs >= 1e12 && wallMs < 1e13;
}

/** Writes the digits of `wallMs` as ASCII: beats carry one each, and an encoder costs ten times as much. */
export function writeWallDigits(target: Uint8Array, offset: number, wallMs: number): void {
  let high = Math.floor(wallMs / half);
  let low = wallMs - high * half;
  for (let index = offset + wallDigits - 1; index >= offset + 6; index--) {
    const rest = (low / 10) | 0;
    target[index] = 48 + low - rest * 10;
    low = rest;
  }
  for (let index = offset + 5; index >= offset; index--) {
    const rest = (high / 10) | 0;
    target[index] = 48 + high - rest * 10;
    high = rest;
  }
}

/** What `writeWallDigits` wrote, where the bytes are that and nothing else; undefined: something else. */
export function readWallDigits(bytes: Uint8Array): number | undefined {
  if (bytes.length !== wallDigits) return undefined;
  let wallMs = 0;
  for (const byte of bytes) {
    if (byte < 48 || byte > 57) return undefined;
    wallMs = wallMs * 10 + byte - 48;
  }
  return wallMs;
}
