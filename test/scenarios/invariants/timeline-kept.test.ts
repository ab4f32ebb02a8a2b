import { describe, expect, test } from 'vitest';
import { timelineKept } from '../../../scenarios/invariants/timeline-kept.ts';
import { eventNamed, firstFrom } from '../../../scenarios/timelines/timeline.ts';
import type { Timeline } from '../../../scenarios/timelines/timeline.ts';
import { RuleBench } from './rule-bench.ts';

const death = firstFrom(100_000, eventNamed('the death', 'fault.started'));
const timeline: Timeline = {
  number: 5,
  title: 'a crash',
  colour: 'blue',
  fromMs: 100_000,
  maps: [
    {
      name: 'the map',
      after: death,
      seconds: [4, 8],
      reason: 'crash',
      members: 9,
      joined: 0,
      left: 1,
      besidesShare: 0.05,
    },
  ],
  events: [{ event: eventNamed('a leader', 'leader.elected'), after: death, seconds: [0, 13] }],
  never: [eventNamed('an id was lost', 'identity.released', ({ how }) => how === 'lost')],
  stable: { after: death, seconds: [0, 20] },
};
const crash = { version: 2, reason: 'crash', members: 9, units: 100, left: ['defender-3'] } as const;

/** It is second 110: a member died at 100, a new leader came at 104. */
function struck(): RuleBench {
  return new RuleBench(timelineKept, { timeline })
    .at(50)
    .say('leader.elected')
    .say('assignment.published', { reason: 'cold-start', members: 10 })
    .at(100)
    .fault('s1', 'pod.kill', ['defender-blue-a'])
    .at(104)
    .say('leader.elected', { term: 2 })
    .say('defender.state', { from: 'scaling', to: 'emergency' });
}

function recovered(map: Partial<Parameters<typeof mapFields>[0]> = {}, atS = 106): RuleBench {
  return struck().at(atS).say('assignment.published', mapFields(map)).say('defender.state', { to: 'stable' });
}

function mapFields(fields: { moved?: number; movedFromLeft?: number; members?: number }) {
  return { ...crash, moved: 10, movedFromLeft: 10, movedToJoined: 0, ...fields };
}

describe('timeline.kept', () => {
  test('holds where everything comes in its band', () => {
    expect(recovered().finish().outcome).toMatchObject({ checked: 3, violationCount: 0 });
    expect(recovered({ moved: 15 }).finish().outcome).toMatchObject({ violationCount: 0 });
  });

  test('a run without a timeline is not judged', () => {
    expect(new RuleBench(timelineKept).finish().outcome).toMatchObject({ checked: 0 });
  });

  test.each([
    ['late', recovered({}, 109), 'the map came 9.00 s after the death; expected 4 to 8 s'],
    ['early', recovered({}, 103), 'the map came 3.00 s after the death; expected 4 to 8 s'],
    ['never', struck().say('defender.state', { to: 'stable' }), 'the map never came'],
    [
      'other members',
      recovered({ members: 8 }),
      'the map was (crash, 8 members, 0 joined, 1 left); expected (crash, 9 members, 0 joined, 1 left)',
    ],
    [
      'too many moves',
      recovered({ moved: 16 }),
      'the map moved 6 of 100 units between members that neither joined nor left; expected 5 % at most',
    ],
    [
      'a second map',
      recovered()
        .at(120)
        .say('assignment.published', { ...crash, version: 3, reason: 'scaling' }),
      'a map too many: 3 (scaling, 9 members, 0 joined, 1 left) at 120.0 s of the run',
    ],
    [
      'what must never come',
      recovered().say('identity.released', { how: 'lost' }),
      'an id was lost, at 106.0 s of the run',
    ],
    [
      'unstable',
      recovered().at(110).say('defender.state', { pod: 'defender-blue-z', to: 'degraded' }),
      'defender-blue-z not stable at the end',
    ],
    [
      'stable too late',
      recovered().at(121).say('defender.state', { to: 'stable' }),
      'every Defender is stable came 21.00 s after the death; expected 0 to 20 s',
    ],
  ])('is broken: %s', (_, bench, message) => {
    expect(bench.finish().messages).toContain(`timeline 5: ${message}`);
  });
});
