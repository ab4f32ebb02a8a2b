import { expect, test } from 'vitest';
import { RandomStream } from '../../../../sim/kernel/index.ts';
import {
  allStrategies,
  defaultStrategies,
  isLearnt,
  judgeAll,
  learnAll,
} from '../../../../system/charts/strategies/defence.ts';
import { requalified, sinceMaintenance } from '../../../../system/charts/strategies/maintenance.ts';
import type { UChart } from '../../../../system/charts/uchart.ts';
import { contextOf } from '../arbitraries.ts';

/** A plateau with noise; the machine has another level after its maintenance, before context 200. */
function contextOfMachine(sequence: number, unit: string, drift = 0): UChart {
  const random = new RandomStream(31n, unit, sequence);
  const level = sequence < 200 ? 5 : 5.4;
  const row = Array.from(
    { length: 40 },
    (_point, i) => Math.min(1, i / 8) * level + 0.05 * random.normal() + drift,
  );
  return contextOf(sequence, [row], unit);
}

function machine(unit: string, from: number, until: number): UChart[] {
  return Array.from({ length: until - from }, (_one, i) => contextOfMachine(from + i, unit));
}

const maintainedUs = contextOfMachine(200, 'u').startUs;
const before = machine('u', 0, 150);

function maintained(context: UChart): UChart {
  return { ...context, maintainedUs };
}

test('without word of the maintenance the new level is an alarm: the machine is another one', () => {
  const limits = learnAll(defaultStrategies, before);
  expect(judgeAll(defaultStrategies, limits, before.slice(-20), contextOfMachine(200, 'u')).alarm).toBe(true);
});

test.each(allStrategies)(
  '$name: after maintenance no alarm until enough is qualified anew, then it sees faults again',
  (strategy) => {
    const few = [...before, ...machine('u', 200, 220)];
    const startup = learnAll([strategy], requalified(few, 'u', maintainedUs));
    expect(isLearnt(startup)).toBe(false);
    for (let sequence = 200; sequence < 240; sequence++) {
      const recent = [...before.slice(-20), ...machine('u', 200, sequence)].slice(-20);
      expect(
        judgeAll([strategy], startup, recent, maintained(contextOfMachine(sequence, 'u'))),
      ).toMatchObject({
        alarm: false,
        startup: true,
      });
    }
    const limits = learnAll(
      [strategy],
      requalified([...before, ...machine('u', 200, 300)], 'u', maintainedUs),
    );
    expect(isLearnt(limits)).toBe(true);
    const recent = machine('u', 300, 320);
    expect(judgeAll([strategy], limits, recent, maintained(contextOfMachine(320, 'u'))).alarm).toBe(false);
    const drifted = Array.from({ length: 21 }, (_one, i) => maintained(contextOfMachine(321 + i, 'u', 0.4)));
    const alarms = drifted.map(
      (context, i) =>
        judgeAll([strategy], limits, [...recent, ...drifted.slice(0, i)].slice(-20), context).alarm,
    );
    expect(alarms).toContain(true);
  },
);

test('the sequence of contexts begins anew: what lies before the maintenance does not count for it', () => {
  const limits = learnAll(defaultStrategies, machine('u', 200, 300));
  const recent = [...machine('u', 100, 150).slice(-17), ...machine('u', 200, 203)];
  const current = maintained(contextOfMachine(203, 'u'));
  expect(judgeAll(defaultStrategies, limits, recent, current)).toEqual(
    judgeAll(defaultStrategies, limits, recent.slice(-3), current),
  );
  expect(sinceMaintenance(recent, maintainedUs)).toEqual(recent.slice(-3));
});

test('charts of other units stay qualified', () => {
  const pool = [...machine('u', 100, 110), ...machine('v', 100, 110), ...machine('u', 200, 205)];
  expect(requalified(pool, 'u', maintainedUs).map(({ unit }) => unit)).toEqual([
    ...Array.from({ length: 10 }, () => 'v'),
    ...Array.from({ length: 5 }, () => 'u'),
  ]);
});
