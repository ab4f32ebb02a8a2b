import { describe, expect, test } from 'vitest';
import {
  replicasForCpu,
  replicasForRatio,
  withinTolerance,
  type ScaledPod,
} from '../../../sim/kubernetes/replica-calculator.ts';
import {
  defaultScalingBehaviour,
  ScalingHistory,
  type ScalingBehaviour,
  type ScalingRules,
} from '../../../sim/kubernetes/scaling-behaviour.ts';
import { app, minute, second, Testbed } from './testbed.ts';

function podsUsing(...usages: (number | undefined)[]): ScaledPod[] {
  return usages.map((usageMilli) => ({ usageMilli, requestMilli: 1_000, ready: true }));
}

describe('replicas for a ratio', () => {
  test.each([
    [30, 1.1, 30],
    [30, 1.11, 34],
    [30, 0.9, 30],
    [10, 2.0, 20],
    [20, 100 / 70, 29],
  ])('%i ready pods at %f become %i (delivery 1L)', (ready, ratio, expected) => {
    expect(replicasForRatio(ready, ready, ratio)).toBe(expected);
  });

  test('the bounds are within the tolerance', () => {
    expect([1.1, 0.9, 1.0, 1.11, 0.89].map(withinTolerance)).toEqual([true, true, true, false, false]);
  });

  test('utilisation is a whole percentage, rounded down', () => {
    // 77.9 % of a target of 70 % is 77/70 = 1.1, which is within.
    expect(replicasForCpu(10, 70, podsUsing(...Array<number>(10).fill(779)))).toBe(10);
    expect(replicasForCpu(10, 70, podsUsing(...Array<number>(10).fill(780)))).toBe(12);
  });

  test('ready pods count, not the replicas asked for', () => {
    const pods = podsUsing(...Array<number>(10).fill(1_000));
    expect(replicasForCpu(20, 50, pods)).toBe(20);
  });

  test('pods without a measurement are full when scaling down and idle when scaling up', () => {
    // Measured alone: 20 % of 50 %, 4 pods would do. With six full ones: (4·20 + 6·100)/10 = 68 %: the direction turns.
    expect(replicasForCpu(10, 50, podsUsing(200, 200, 200, 200, ...Array<undefined>(6)))).toBe(10);
    // Measured alone: 2 × the target; with as many idle ones exactly the target.
    expect(replicasForCpu(4, 50, podsUsing(1_000, 1_000, undefined, undefined))).toBe(4);
    expect(replicasForCpu(4, 50, podsUsing(1_500, 1_500, 1_500, undefined))).toBe(9);
    expect(replicasForCpu(4, 50, podsUsing(undefined, undefined))).toBeUndefined();
  });

  test('pods that are not ready are idle when scaling up and left out when scaling down', () => {
    const unready: ScaledPod = { usageMilli: 2_000, requestMilli: 1_000, ready: false };
    expect(replicasForCpu(4, 50, [...podsUsing(1_000, 1_000, 1_000), unready])).toBe(6);
    expect(replicasForCpu(4, 50, [...podsUsing(100, 100, 100), unready])).toBe(1);
  });
});

describe('limits of change', () => {
  test('without a behaviour to twice the replicas or four, however soon, and down after the window', () => {
    const history = new ScalingHistory(undefined, 300_000);
    history.began(0, 3);
    expect(history.decide(0, 3, 50, 1, 100)).toBe(6);
    history.changed(0, 3, 6);
    expect(history.decide(15_000, 6, 50, 1, 100)).toBe(12);
    expect(history.decide(30_000, 1, 50, 1, 100)).toBe(4);
    expect(history.decide(45_000, 12, 2, 1, 100)).toBe(12);
    expect(history.decide(331_000, 12, 2, 1, 100)).toBe(2);
  });

  test('what there was at the start holds a scale-down back', () => {
    const history = new ScalingHistory(undefined, 300_000);
    history.began(0, 10);
    expect(history.decide(15_000, 10, 2, 1, 100)).toBe(10);
    expect(history.decide(301_000, 10, 2, 1, 100)).toBe(2);
  });

  test('what is filled in: four pods or a doubling in 15 s', () => {
    const history = new ScalingHistory(defaultScalingBehaviour, 0);
    expect(history.decide(0, 2, 50, 1, 100)).toBe(6);
    history.changed(0, 2, 6);
    expect(history.decide(10_000, 6, 50, 1, 100)).toBe(6);
    expect(history.decide(15_000, 6, 50, 1, 100)).toBe(12);
    expect(history.decide(15_000, 6, 50, 1, 9)).toBe(9);
  });

  test('down only when five minutes agree, then at once', () => {
    const history = new ScalingHistory(defaultScalingBehaviour, 0);
    expect(history.decide(0, 20, 20, 2, 100)).toBe(20);
    for (let timeMs = 15_000; timeMs < 300_000; timeMs += 15_000) {
      expect(history.decide(timeMs, 20, 5, 2, 100)).toBe(20);
    }
    expect(history.decide(300_000, 20, 5, 2, 100)).toBe(5);
  });

  test.each([
    ['max', 10],
    ['min', 17],
    ['disabled', 20],
  ] as const)('of two policies for scaling down, %s allows %i', (select, expected) => {
    const down: ScalingRules = {
      stabilizationMs: 0,
      select,
      policies: [
        { kind: 'pods', value: 3, periodMs: 60_000 },
        { kind: 'percent', value: 50, periodMs: 60_000 },
      ],
    };
    const history = new ScalingHistory({ up: defaultScalingBehaviour.up, down }, 0);
    expect(history.decide(0, 20, 2, 1, 100)).toBe(expected);
  });

  test('the upgrade profile climbs 20, 30, 45, 60 (delivery 82)', () => {
    const behaviour: ScalingBehaviour = {
      up: {
        stabilizationMs: 120_000,
        select: 'min',
        policies: [
          { kind: 'percent', value: 50, periodMs: 60_000 },
          { kind: 'pods', value: 15, periodMs: 60_000 },
        ],
      },
      down: defaultScalingBehaviour.down,
    };
    const history = new ScalingHistory(behaviour, 0);
    const climb: number[] = [];
    let current = 20;
    for (let timeMs = 0; timeMs <= 600_000; timeMs += 15_000) {
      const wanted = history.decide(timeMs, current, timeMs === 0 ? 20 : 60, 20, 60);
      if (wanted === current) continue;
      history.changed(timeMs, current, wanted);
      current = wanted;
      climb.push(timeMs / 1000, current);
    }
    expect(climb).toEqual([120, 30, 180, 45, 240, 60]);
  });
});

describe('autoscaler in the cluster', () => {
  test('follows the load every 15 s, leaves an idle colour idle', async () => {
    const bed = new Testbed();
    let loadMilli = 500;
    bed.kubernetes.deploy(
      app({
        replicas: 4,
        autoscaler: {
          minReplicas: 2,
          maxReplicas: 12,
          targetCpuPercent: 50,
          cpuUsageMilli: () => loadMilli,
        },
      }),
    );
    await bed.runTo(6 * minute);
    expect(bed.of('deployment.changed')).toEqual([]);
    loadMilli = 1_000;
    await bed.runFor(20 * second);
    expect(bed.of('deployment.changed')).toMatchObject([{ replicas: 8, by: 'horizontal-autoscaler' }]);
    loadMilli = 100;
    await bed.runFor(4 * minute);
    expect(bed.kubernetes.status('app').desired).toBeGreaterThanOrEqual(8);
    await bed.runFor(8 * minute);
    expect(bed.kubernetes.status('app').desired).toBe(2);
    bed.kubernetes.scale('app', 0, 'operator');
    loadMilli = 1_000;
    await bed.runFor(10 * minute);
    expect(bed.kubernetes.status('app').desired).toBe(0);
  });
});
