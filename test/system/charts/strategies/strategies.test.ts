import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RandomStream } from '../../../../sim/kernel/index.ts';
import {
  allStrategies,
  defaultStrategies,
  judgeAll,
  learnAll,
} from '../../../../system/charts/strategies/defence.ts';
import { ewma } from '../../../../system/charts/strategies/ewma.ts';
import { minQualifiedContexts } from '../../../../system/charts/strategies/history.ts';
import { cusum } from '../../../../system/charts/strategies/cusum.ts';
import { hotelling } from '../../../../system/charts/strategies/hotelling.ts';
import { robustHotelling } from '../../../../system/charts/strategies/robust-hotelling.ts';
import { nelson, westernElectric } from '../../../../system/charts/strategies/shewhart-rules.ts';
import { shewhart } from '../../../../system/charts/strategies/shewhart.ts';
import { statisticCount } from '../../../../system/charts/statistics.ts';
import type { UChart } from '../../../../system/charts/uchart.ts';
import { contextOf } from '../arbitraries.ts';

const svidCount = 3;

/** A ramp and a plateau with noise, different for every context; `change` alters the trace of the second SVID. */
function trace(
  seed: number,
  sequence: number,
  change: (value: number, place: number) => number = (value) => value,
): UChart {
  const random = new RandomStream(BigInt(seed), 'trace', sequence);
  const rows = Array.from({ length: svidCount }, (_one, s) => {
    const level = 5 + s + 0.02 * random.normal();
    return Array.from({ length: 40 }, (_point, i) => {
      const value = Math.min(1, i / 10) * level + 0.05 * random.normal();
      return s === 1 ? change(value, i / 40) : value;
    });
  });
  return contextOf(sequence, rows);
}

function history(seed: number, count: number): UChart[] {
  return Array.from({ length: count }, (_one, sequence) => trace(seed, sequence));
}

const qualified = history(1, 200);
const limits = learnAll(defaultStrategies, qualified);

describe.each(allStrategies)('$name', (strategy) => {
  const own = strategy.learn(qualified);

  it('is in its start-up phase, without alarms, while the history is short', () => {
    const short = strategy.learn(qualified.slice(0, minQualifiedContexts - 1));
    const wild = trace(2, 500, (value) => value * 100);
    const judgement = strategy.judge(short, qualified, wild);
    expect(judgement).toMatchObject({ alarm: false, startup: true, score: 0, reasons: [] });
    expect(strategy.judge(strategy.learn([]), [], wild)).toMatchObject({ alarm: false, startup: true });
  });

  it('learns the same from a history in any order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(qualified, { minLength: qualified.length }), (shuffled) => {
        expect(strategy.learn(shuffled)).toEqual(own);
      }),
      { numRuns: 5 },
    );
  });

  it('gives the same judgement again, changes none of its arguments', () => {
    const recent = history(3, 30);
    const current = trace(3, 30);
    const before = structuredClone({ recent, current, own });
    expect(strategy.judge(own, recent, current)).toEqual(strategy.judge(own, recent, current));
    expect({ recent, current, own }).toEqual(before);
  });

  it('keeps false alarms on good contexts rare', () => {
    const fresh = history(4, 1000);
    const alarms = fresh.filter(
      (current, i) => strategy.judge(own, fresh.slice(Math.max(0, i - 30), i), current).alarm,
    );
    expect(alarms.length).toBeLessThanOrEqual(20);
  });

  it('alarms exactly where the score exceeds the limit, and then says why', () => {
    for (let sequence = 0; sequence < 60; sequence++) {
      const recent = history(5, 10);
      const judgement = strategy.judge(
        own,
        recent,
        trace(5, sequence, (value) => value * (1 + sequence / 60)),
      );
      expect(judgement.alarm).toBe(judgement.score > judgement.limit);
      expect(judgement.reasons.length > 0).toBe(judgement.alarm);
      for (const { low, high } of judgement.reasons) expect(low).toBeLessThan(high);
    }
  });

  it('does not judge SVIDs that it has not learnt, and bears a context without any', () => {
    const current = trace(6, 10);
    const more: UChart = {
      ...current,
      svids: [...current.svids, 999],
      statistics: Float64Array.from([...current.statistics, ...new Float64Array(statisticCount).fill(1e9)]),
    };
    expect(strategy.judge(own, qualified.slice(0, 10), more)).toEqual(
      strategy.judge(own, qualified.slice(0, 10), current),
    );
    expect(strategy.judge(own, [], { ...current, svids: [], statistics: new Float64Array() }).alarm).toBe(
      false,
    );
  });

  it('bears statistics that are not defined', () => {
    const current = trace(6, 11);
    const statistics = current.statistics.map(() => Number.NaN);
    expect(strategy.judge(own, qualified.slice(0, 10), { ...current, statistics }).alarm).toBe(false);
  });

  it('bears sensors that never change', () => {
    const constant = (level: number) => (sequence: number) =>
      contextOf(sequence, [Array.from({ length: 40 }, () => level)]);
    const still = Array.from({ length: 40 }, (_one, sequence) => constant(5)(sequence));
    const stillLimits = strategy.learn(still);
    expect(strategy.judge(stillLimits, still, constant(5)(50)).alarm).toBe(false);
    expect(
      strategy.judge(
        stillLimits,
        Array.from({ length: 9 }, (_one, i) => constant(6)(50 + i)),
        constant(6)(60),
      ).alarm,
    ).toBe(true);
  });

  it('refuses limits of another strategy', () => {
    const foreign = limits.find((some) => some.strategy !== strategy.name);
    if (foreign === undefined) throw new Error('no other strategy');
    expect(() => strategy.judge(foreign, [], trace(1, 1))).toThrow(TypeError);
  });
});

/** Scaling and shifting a sensor (another unit) must not change what is found. */
describe.each(allStrategies)('$name under another unit of measure', (strategy) => {
  it('judges alike', () => {
    const inOtherUnit = (value: number) => 1.8 * value + 32;
    const a = strategy.learn(qualified);
    const b = strategy.learn(
      Array.from({ length: 200 }, (_one, sequence) => trace(1, sequence, inOtherUnit)),
    );
    for (let sequence = 0; sequence < 20; sequence++) {
      const drift = (value: number) => value + 0.03 * sequence;
      const recentA = Array.from({ length: 5 }, (_one, i) => trace(7, 100 + i, drift));
      const recentB = Array.from({ length: 5 }, (_one, i) =>
        trace(7, 100 + i, (value) => inOtherUnit(drift(value))),
      );
      const judgedA = strategy.judge(a, recentA, trace(7, sequence, drift));
      const judgedB = strategy.judge(
        b,
        recentB,
        trace(7, sequence, (value) => inOtherUnit(drift(value))),
      );
      expect(judgedB.score).toBeCloseTo(judgedA.score, 5);
      expect(judgedB.alarm).toBe(judgedA.alarm);
    }
  });
});

describe('what each strategy is for', () => {
  it('shewhart: one statistic far out, named in the reasons', () => {
    const judgement = shewhart.judge(
      shewhart.learn(qualified),
      [],
      trace(8, 1, (value) => value + 1),
    );
    expect(judgement.alarm).toBe(true);
    const mean = judgement.reasons.find(({ svid, statistic }) => svid === 101 && statistic === 'mean');
    expect(mean?.value).toBeGreaterThan(mean?.high ?? Number.POSITIVE_INFINITY);
    expect(judgement.reasons.every(({ svid }) => svid === 101)).toBe(true);
  });

  it('ewma: a lasting shift that no single context shows', () => {
    const shift = (value: number) => value + 0.035;
    const own = ewma.learn(qualified);
    const shifted = Array.from({ length: 20 }, (_one, i) => trace(9, i, shift));
    const current = trace(9, 20, shift);
    expect(ewma.judge(own, shifted, current).alarm).toBe(true);
    expect(ewma.judge(own, [...history(9, 18), ...shifted.slice(-1)], current).alarm).toBe(false);
    expect(shewhart.judge(shewhart.learn(qualified), [], current).alarm).toBe(false);
  });

  it('ewma: one bad context does not condemn the good ones after it', () => {
    const own = ewma.learn(qualified);
    const recent = [...history(10, 10), trace(10, 10, (value) => value * 3)];
    expect(ewma.judge(own, recent, trace(10, 11)).alarm).toBe(false);
  });

  it('ewma: does not judge without a past', () => {
    expect(ewma.judge(ewma.learn(qualified), [], trace(11, 1)).startup).toBe(true);
  });

  it.each([westernElectric, nelson, cusum])(
    '$name: a shift of one and a half sigmas that lasts, within 20 contexts, hardly anything before it',
    (strategy) => {
      const own = strategy.learn(qualified);
      const contexts = Array.from({ length: 60 }, (_one, i) =>
        trace(21, i, i < 40 ? (value) => value : (value) => value + 0.035),
      );
      const alarms = contexts.map(
        (current, i) => strategy.judge(own, contexts.slice(Math.max(0, i - 20), i), current).alarm,
      );
      expect(alarms.slice(0, 40).filter((alarm) => alarm).length).toBeLessThanOrEqual(1);
      expect(alarms.slice(40)).toContain(true);
      expect(shewhart.judge(shewhart.learn(qualified), [], contexts[59] ?? trace(21, 0)).alarm).toBe(false);
    },
  );

  it('cusum: the alarms end with the shift', () => {
    const own = cusum.learn(qualified);
    const shifted = Array.from({ length: 15 }, (_one, i) => trace(22, i, (value) => value + 0.06));
    const after = Array.from({ length: 10 }, (_one, i) => trace(22, 15 + i));
    expect(cusum.judge(own, shifted.slice(0, 14), shifted[14] ?? trace(22, 0)).alarm).toBe(true);
    const alarms = after.map(
      (current, i) => cusum.judge(own, [...shifted, ...after.slice(0, i)], current).alarm,
    );
    expect(alarms.filter((alarm) => alarm).length).toBeLessThanOrEqual(1);
  });

  it('hotelling-robust: bad contexts in the history neither hide themselves nor others', () => {
    const bent = (value: number, place: number) => value + (place > 0.5 && place < 0.7 ? 0.6 : 0);
    const mixed = [
      ...history(23, 80),
      ...Array.from({ length: 16 }, (_one, sequence) => trace(23, 80 + sequence, bent)),
    ];
    const current = trace(24, 100, bent);
    expect(hotelling.judge(hotelling.learn(mixed), [], current).alarm).toBe(false);
    const own = robustHotelling.learn(mixed);
    expect(robustHotelling.judge(own, [], current).alarm).toBe(true);
    const fresh = history(25, 100).filter((context) => robustHotelling.judge(own, [], context).alarm);
    expect(fresh.length).toBeLessThanOrEqual(8);
  });

  it('hotelling: features that pass alone and do not fit together', () => {
    // One level decides all four quarters, so a quarter that goes its own way within the band breaks the correlation.
    const levelled = (sequence: number, crooked: number) => {
      const random = new RandomStream(12n, 'levelled', sequence);
      const level = 5 + random.normal();
      return contextOf(sequence, [
        Array.from(
          { length: 40 },
          (_point, i) => level + (i < 20 ? crooked : -crooked) + 0.05 * random.normal(),
        ),
      ]);
    };
    const own = Array.from({ length: 100 }, (_one, sequence) => levelled(sequence, 0));
    expect(hotelling.judge(hotelling.learn(own), [], levelled(200, 0.5)).alarm).toBe(true);
    expect(hotelling.judge(hotelling.learn(own), [], levelled(201, 0)).alarm).toBe(false);
    const byMean = shewhart.judge(shewhart.learn(own), [], levelled(200, 0.5));
    expect(byMean.reasons.some(({ statistic }) => statistic === 'mean')).toBe(false);
  });
});

describe('judgeAll', () => {
  it('raises the alarm if any strategy does, and speaks with the one furthest out', () => {
    for (let sequence = 0; sequence < 40; sequence++) {
      const recent = history(13, 10);
      const current = trace(13, sequence, (value) => value + sequence / 40);
      const parts = defaultStrategies.map((strategy, i) => {
        const own = limits[i];
        if (own === undefined) throw new Error('no limits');
        return strategy.judge(own, recent, current);
      });
      const together = judgeAll(defaultStrategies, limits, recent, current);
      expect(together.alarm).toBe(parts.some(({ alarm }) => alarm));
      expect(together.score / together.limit).toBe(
        Math.max(...parts.map(({ score, limit }) => score / limit)),
      );
    }
  });

  it('is in its start-up phase only while all strategies are', () => {
    const short = learnAll(defaultStrategies, qualified.slice(0, 5));
    expect(judgeAll(defaultStrategies, short, [], trace(14, 1))).toMatchObject({
      startup: true,
      alarm: false,
    });
    expect(judgeAll(defaultStrategies, limits, [], trace(14, 1)).startup).toBe(false);
  });

  it('refuses to judge without limits for each strategy', () => {
    expect(() => judgeAll(defaultStrategies, [], [], trace(14, 1))).toThrow(RangeError);
    expect(() => judgeAll([], [], [], trace(14, 1))).toThrow(RangeError);
  });
});
