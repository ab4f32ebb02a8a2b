import type { CqlValue } from '../../system/ports/cql.ts';
import { faithful } from './deviations.ts';
import type { Deviations } from './deviations.ts';

/** Expiry of what never expires. The year 2038: Cassandra 5.0 in its default storage mode takes no expiry at or after it. */
export const neverSecond = 2_147_483_647;

/** One column's value with all that decides which of two writes stays (cassandra-and-live 18). */
export interface Cell {
  readonly timestampUs: number;
  readonly tombstone: boolean;
  /** Of a live cell the second at which it expires, or `neverSecond`; of a tombstone the second it was made. */
  readonly localSecond: number;
  readonly value: CqlValue;
}

/**
 * The cell that stays, by cassandra-and-live 18: larger timestamp; then tombstone or expiring before plain; then
 * tombstone before expiring; then the later local second; then the larger value byte by byte.
 */
export function resolveCells(left: Cell, right: Cell, differing: Deviations = faithful): Cell {
  if (left.timestampUs !== right.timestampUs) return left.timestampUs > right.timestampUs ? left : right;
  if (differing.size > 0) {
    const deviant = deviantTie(left, right, differing);
    if (deviant !== undefined) return deviant;
  }
  const leftPlain = !left.tombstone && left.localSecond === neverSecond;
  const rightPlain = !right.tombstone && right.localSecond === neverSecond;
  if (leftPlain !== rightPlain) return leftPlain ? right : left;
  if (left.tombstone !== right.tombstone) return left.tombstone ? left : right;
  if (left.localSecond !== right.localSecond) return left.localSecond > right.localSecond ? left : right;
  return compareValues(left.value, right.value) >= 0 ? left : right;
}

/** A tie decided the wrong way, where a deviation asks for it. */
function deviantTie(left: Cell, right: Cell, differing: Deviations): Cell | undefined {
  const leftPlain = !left.tombstone && left.localSecond === neverSecond;
  const rightPlain = !right.tombstone && right.localSecond === neverSecond;
  if (differing.has('tie-live-beats-tombstone') && left.tombstone !== right.tombstone) {
    return left.tombstone ? right : left;
  }
  if (differing.has('tie-plain-beats-expiring') && leftPlain !== rightPlain) return leftPlain ? left : right;
  if (left.tombstone || right.tombstone) return undefined;
  if (differing.has('tie-earlier-expiry') && left.localSecond !== right.localSecond) {
    return left.localSecond < right.localSecond ? left : right;
  }
  if (differing.has('tie-smaller-value') && left.localSecond === right.localSecond) {
    return compareValues(left.value, right.value) <= 0 ? left : right;
  }
  return undefined;
}

export function isLiveCell(cell: Cell, nowSecond: number): boolean {
  return !cell.tombstone && nowSecond < cell.localSecond;
}

export function sameCell(left: Cell | undefined, right: Cell | undefined): boolean {
  if (left === right) return true;
  if (left === undefined || right === undefined) return false;
  return (
    left.timestampUs === right.timestampUs &&
    left.tombstone === right.tombstone &&
    left.localSecond === right.localSecond &&
    compareValues(left.value, right.value) === 0
  );
}

const encoder = new TextEncoder();
const numberBytes = new DataView(new ArrayBuffer(16));

/** Order of the serialised values as unsigned bytes: a negative number lies above a positive one. */
export function compareValues(left: CqlValue, right: CqlValue): number {
  if (left === right) return 0;
  if (left === null || right === null) return left === null ? -1 : 1;
  if (typeof left === 'number' && typeof right === 'number') return compareNumbers(left, right);
  if (typeof left === 'string' && typeof right === 'string') {
    return compareBytes(encoder.encode(left), encoder.encode(right));
  }
  if (left instanceof Uint8Array && right instanceof Uint8Array) return compareBytes(left, right);
  throw new TypeError('two values of one column have different types');
}

function compareNumbers(left: number, right: number): number {
  if (Number.isSafeInteger(left) && Number.isSafeInteger(right)) {
    // Two's complement big-endian: non-negative values come first, each group in its own order.
    if (left < 0 !== right < 0) return left < 0 ? 1 : -1;
    return Math.sign(left - right);
  }
  numberBytes.setFloat64(0, left);
  numberBytes.setFloat64(8, right);
  const high = numberBytes.getUint32(0) - numberBytes.getUint32(8);
  return Math.sign(high !== 0 ? high : numberBytes.getUint32(4) - numberBytes.getUint32(12));
}

export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index++) {
    const difference = (left[index] as number) - (right[index] as number);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(left.length - right.length);
}
