import { WORD_SWAP } from './byte-writer.ts';
import { statisticCount } from './statistics.ts';
import type { UChart } from './uchart.ts';

const number = new Float64Array(1);
const words = new Uint32Array(number.buffer);
const LOW = WORD_SWAP;
const HIGH = 1 - WORD_SWAP;

/**
 * A 53-bit integer over the SVIDs and the exact bits of all statistics, those of steps included: two results of a context
 * are the same if and, but for a chance of 2⁻⁵³, only if their digests are. Neither identity nor times enter, every NaN
 * counts as the same.
 */
export function uchartDigest(chart: UChart): number {
  const { steps = [] } = chart;
  let a = 0x9e3779b9 ^ chart.svids.length;
  let b = 0x85ebca6b;
  for (let part = 0; part <= steps.length; part++) {
    const step = part === 0 ? undefined : steps[part - 1];
    if (step !== undefined) {
      number[0] = step.step;
      a = Math.imul(a ^ (words[LOW] ?? 0) ^ step.svids.length, 0x27d4eb2f);
      b = Math.imul(b ^ (words[HIGH] ?? 0), 0x165667b1) ^ a;
    }
    const { svids, statistics } = step ?? chart;
    for (let index = 0; index < svids.length; index++) {
      a = Math.imul(a ^ (svids[index] ?? 0), 0xcc9e2d51);
      a ^= a >>> 15;
      const end = (index + 1) * statisticCount;
      for (let i = index * statisticCount; i < end; i++) {
        const statistic = statistics[i] ?? 0;
        number[0] = statistic;
        const isNumber = statistic === statistic;
        a = Math.imul(a ^ (isNumber ? (words[LOW] ?? 0) : 0), 0x9e3779b1);
        b = Math.imul(b ^ (isNumber ? (words[HIGH] ?? 0) : 0x7ff80000), 0x85ebca77);
        a = (a ^ (a >>> 15)) + b;
        b ^= (b >>> 13) ^ a;
      }
    }
  }
  a = Math.imul(a ^ (a >>> 16), 0x7feb352d);
  b = Math.imul(b ^ (b >>> 15), 0x846ca68b);
  a ^= b >>> 13;
  return ((b ^ (a >>> 16)) >>> 11) * 0x1_0000_0000 + (a >>> 0);
}
