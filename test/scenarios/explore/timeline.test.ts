import { expect, test } from 'vitest';
import { isPassed, stayAt, type Moment } from '../../../scenarios/explore/timeline.ts';

function moment(phase: string, fromMs: number): Moment {
  return {
    phase,
    stableColour: 'blue',
    releaseColour: 'green',
    otherColourRuns: true,
    fromUs: fromMs * 1000,
  };
}

const moments = [
  moment('idle', 0),
  moment('expanding-0', 1000),
  moment('observing-0', 3000),
  moment('paused-0', 9000),
];

function waypoint(phase: string, afterMs: number, notBeforeMs: number) {
  return { phase, stableColour: 'blue', afterUs: afterMs * 1000, notBeforeUs: notBeforeMs * 1000 } as const;
}

test('a stay counts if it lasts beyond the time asked for', () => {
  expect(stayAt(moments, waypoint('expanding-0', 2999, 0))).toEqual({ fromUs: 1e6, toUs: 3e6 });
  expect(stayAt(moments, waypoint('expanding-0', 3000, 0))).toBeUndefined();
  expect(stayAt(moments, waypoint('paused-0', 99_999, 0))?.toUs).toBe(Number.POSITIVE_INFINITY);
});

test('a look ahead is over when the state is left, or has lasted long enough, and not before its time', () => {
  expect(isPassed(moments, waypoint('observing-0', 0, 12_000), 11_000_000)).toBe(false);
  expect(isPassed(moments, waypoint('observing-0', 0, 0), 10_000_000)).toBe(true);
  expect(isPassed(moments, waypoint('paused-0', 0, 0), 10_000_000)).toBe(false);
  expect(isPassed(moments, waypoint('paused-0', 0, 0), 12_000_000)).toBe(true);
  expect(isPassed(moments, waypoint('promoting', 0, 0), 99_000_000)).toBe(false);
});
