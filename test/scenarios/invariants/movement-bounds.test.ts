import { describe, expect, test } from 'vitest';
import { movementBounds } from '../../../scenarios/invariants/movement-bounds.ts';
import type { EventOf } from '../../../sim/history/history.ts';
import { RuleBench } from './rule-bench.ts';

const publish = (fields: Partial<EventOf<'assignment.published'>>): RuleBench =>
  new RuleBench(movementBounds).say('assignment.published', fields);
const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `defender-${index}`);
const thirty45 = { members: 45, units: 1500, joined: names(15) };

describe('movement.bounds', () => {
  test.each([
    ['30 → 45 moves 36 %', { ...thirty45, moved: 542, movedToJoined: 530 }],
    [
      '45 → 46 moves somewhat more than a share',
      { members: 46, units: 1500, joined: names(1), moved: 54, movedToJoined: 54 },
    ],
    [
      'a crash moves the lost units and 5 % of the others',
      { members: 44, units: 1500, left: names(1), moved: 106, movedFromLeft: 33 },
    ],
    [
      'a cold start moves what it likes',
      { reason: 'cold-start', members: 10, joined: names(10), moved: 300 },
    ],
    [
      'one unit is the least that can move',
      { members: 5, units: 15, left: names(1), moved: 3, movedFromLeft: 2 },
    ],
    [
      'four units a member: some go elsewhere besides',
      { members: 6, units: 24, joined: names(2), moved: 14, movedToJoined: 10 },
    ],
    [
      'two of eight: heavy units go to them, a few others move to keep the bounds',
      { members: 8, units: 162, joined: names(2), moved: 19, movedToJoined: 13 },
    ],
    ['a replacement is not judged', { members: 10, joined: ['a'], left: ['b'], moved: 300 }],
    ['the load may be a unit off', { loadMaxRatio: 1.233, loadMinRatio: 0.767 }],
    ['units too heavy', { loadMaxRatio: 3, boundRelaxed: true }],
    ['few units', { units: 99, loadMaxRatio: 1.5 }],
  ] as const)('holds: %s', (_, fields) => {
    expect(publish(fields).outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test.each([
    [
      { ...thirty45, moved: 543, movedToJoined: 543 },
      'blue map 1 (45 members, 1500 units): 543 units moved when 15 joined',
    ],
    [
      { ...thirty45, moved: 500, movedToJoined: 474 },
      'blue map 1 (45 members, 1500 units): only 474 of 500 moved units went to members that joined',
    ],
    [
      { members: 44, units: 1500, left: names(1), moved: 108, movedFromLeft: 33 },
      'blue map 1 (44 members, 1500 units): 75 units of surviving members moved when 1 left',
    ],
    [
      { members: 6, units: 150, joined: names(1), moved: 20, movedToJoined: 12 },
      'blue map 1 (6 members, 150 units): only 12 of 20 moved units went to members that joined',
    ],
    [
      { members: 6, units: 24, joined: names(2), moved: 15, movedToJoined: 11 },
      'blue map 1 (6 members, 24 units): 15 units moved when 2 joined',
    ],
    [{ loadMaxRatio: 1.24 }, 'blue map 1 (10 members, 300 units): load between 0.90 and 1.24 of the mean'],
    [{ loadMinRatio: 0.76 }, 'blue map 1 (10 members, 300 units): load between 0.76 and 1.10 of the mean'],
  ])('is broken (%#)', (fields, message) => {
    expect(publish(fields).messages).toEqual([message]);
  });
});
