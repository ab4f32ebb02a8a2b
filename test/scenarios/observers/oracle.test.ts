import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { FaultFreeOracle } from '../../../scenarios/observers/oracle.ts';
import { computeUChart, encodeUChart, type UChart } from '../../../system/charts/uchart.ts';
import { HistoryBench } from './testbed.ts';

/** A chart of one SVID around 10; that of sequence 30 around 1,000. */
function chartOf(contextSequence: number): UChart {
  const startUs = contextSequence * 1e9;
  const base = contextSequence === 30 ? 1000 : 10;
  const timesUs = Array.from({ length: 12 }, (_, index) => startUs + index * 1e6);
  return computeUChart({
    contextId: `T0001/${contextSequence}`,
    unit: 'T0001',
    recipe: 'r',
    contextSequence,
    startUs,
    endUs: startUs + 12e6,
    series: [
      {
        svid: 1,
        timesUs: Float64Array.from(timesUs),
        values: Float64Array.from(
          timesUs.map((_, index) => base + Math.sin(index * 2.1 + contextSequence * 1.7)),
        ),
      },
    ],
  });
}

const qualified = Array.from({ length: 60 }, (_, index) => encodeUChart(chartOf(101 + index)));

function judgedIn(order: readonly number[], recipe = 'r'): (number | undefined)[] {
  const { bench, oracle } = oracleOf();
  for (const contextSequence of order) complete(bench, contextSequence, recipe);
  return Array.from({ length: 31 }, (_, index) => {
    const judgement = oracle.judgement(`T0001/${index + 1}`);
    return judgement === undefined ? undefined : Number(judgement.alarm);
  });
}

function oracleOf(): { bench: HistoryBench; oracle: FaultFreeOracle } {
  const bench = new HistoryBench();
  const oracle = new FaultFreeOracle(
    {
      equipment: {
        qualifiedCharts: () => new Map([['r', qualified]]),
        expectedUChart: (contextId) => chartOf(Number(contextId.slice(contextId.indexOf('/') + 1))),
      },
    },
    bench.history,
  );
  return { bench, oracle };
}

function complete(bench: HistoryBench, contextSequence: number, recipe = 'r'): void {
  bench.say('context.completed', {
    contextId: `T0001/${contextSequence}`,
    contextSequence,
    previousSequence: contextSequence - 1,
    recipe,
  });
}

const inOrder = Array.from({ length: 31 }, (_, index) => index + 1);

describe('the fault-free oracle', () => {
  test('judges by the contexts before, and finds the jump', () => {
    const judged = judgedIn(inOrder);
    expect(judged.slice(0, 29).every((alarm) => alarm === 0)).toBe(true);
    expect(judged[29]).toBe(1);
  });

  test('judges the same in whatever order contexts are completed', () => {
    const expected = judgedIn(inOrder);
    fc.assert(
      fc.property(
        fc.shuffledSubarray(inOrder, { minLength: inOrder.length, maxLength: inOrder.length }),
        (order) => {
          expect(judgedIn(order)).toEqual(expected);
        },
      ),
      { numRuns: 20 },
    );
  });

  test('says nothing of a context whose predecessor is missing, until it comes', () => {
    const { bench, oracle } = oracleOf();
    complete(bench, 2);
    expect(oracle.judgement('T0001/2')).toBeUndefined();
    complete(bench, 1);
    expect(oracle.judgement('T0001/1')).toEqual({ alarm: false });
    expect(oracle.judgement('T0001/2')).toEqual({ alarm: false });
  });

  test('keeps recipes and tools apart', () => {
    const { bench, oracle } = oracleOf();
    complete(bench, 1);
    complete(bench, 2, 'other');
    expect(oracle.judgement('T0001/2')).toBeUndefined();
  });

  test('goes on past contexts that were given up, and knows again what looks back no further', () => {
    const { bench, oracle } = oracleOf();
    complete(bench, 1);
    bench.say('tool.overflow', { contextId: 'T0001/2' });
    for (let contextSequence = 3; contextSequence <= 25; contextSequence++) complete(bench, contextSequence);
    expect(oracle.judgement('T0001/3')).toBeUndefined();
    expect(oracle.judgement('T0001/22')).toBeUndefined();
    expect(oracle.judgement('T0001/23')).toEqual({ alarm: false });
  });
});
