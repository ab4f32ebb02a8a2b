import { expect, test } from 'vitest';
import { RandomStream } from '../../../../sim/kernel/index.ts';
import { allStrategies } from '../../../../system/charts/strategies/defence.ts';
import type { UChart } from '../../../../system/charts/uchart.ts';
import { contextOf } from '../arbitraries.ts';

/** Good contexts of three SVIDs, a ramp and a plateau of a level that varies a little, with noise. */
function machine(seed: number, count: number): UChart[] {
  return Array.from({ length: count }, (_one, sequence) => {
    const random = new RandomStream(BigInt(seed), 'machine', sequence);
    const rows = Array.from({ length: 3 }, (_row, s) => {
      const level = 5 + s + 0.02 * random.normal();
      return Array.from({ length: 40 }, (_point, i) => Math.min(1, i / 10) * level + 0.05 * random.normal());
    });
    return contextOf(sequence, rows);
  });
}

const histories = 5;
const judged = 150;
const fresh = Array.from({ length: histories }, (_one, seed) => machine(500 + seed, judged));

/** A short history leaves centre and spread uncertain; the bands allow for it (docs/charts.md). */
test.each(
  allStrategies.flatMap((strategy) =>
    [30, 60, 200].map((learnt) => [strategy.name, learnt, strategy] as const),
  ),
)('%s learnt from %i good contexts alarms on at most 2 % of the next ones', (_name, learnt, strategy) => {
  let alarms = 0;
  for (const [seed, contexts] of fresh.entries()) {
    const limits = strategy.learn(machine(100 + seed, learnt));
    for (const [i, current] of contexts.entries()) {
      if (strategy.judge(limits, contexts.slice(Math.max(0, i - 20), i), current).alarm) alarms++;
    }
  }
  console.info(
    `${strategy.name}, ${learnt} learnt: ${((100 * alarms) / (histories * judged)).toFixed(2)} % false alarms`,
  );
  expect(alarms / (histories * judged)).toBeLessThanOrEqual(0.02);
});
