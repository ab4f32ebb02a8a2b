import { WORD_SWAP } from './byte-writer.ts';
import type { UChart } from './uchart.ts';

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
const LOW = WORD_SWAP;
const HIGH = 1 - WORD_SWAP;

/**
 * A 53-bit integer over the SVIDs and the exact bits of all statistics: two results of a context are the same if and, but
 * for a chance of 2⁻⁵³, only if their digests are. Neither identity nor times enter, every NaN counts as the same.
 */
export function uchartDigest(chart: UChart): number {
  let a = 0x9e3779b9 ^ chart.charts.length;
  let b = 0x85ebca6b;
  for (const { svid, statistics } of chart.charts) {
    a = Math.imul(a ^ svid, 0xcc9e2d51);
    a ^= a >>> 15;
    for (let i = 0; i < statistics.length; i++) {
      const statistic = statistics[i] ?? 0;
      number[0] = statistic;
      const isNumber = statistic === statistic;
      a = Math.imul(a ^ (isNumber ? (words[LOW] ?? 0) : 0), 0x9e3779b1);
      b = Math.imul(b ^ (isNumber ? (words[HIGH] ?? 0) : 0x7ff80000), 0x85ebca77);
      a = (a ^ (a >>> 15)) + b;
      b ^= (b >>> 13) ^ a;
    }
  }
  a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
  b = Math.imul(b ^ (b >>> 15), 0x846ca68b);
  a ^= b >>> 13;
  return ((b ^ (a >>> 16)) >>> 11) * 0x1_0000_0000 + (a >>> 0);
}
