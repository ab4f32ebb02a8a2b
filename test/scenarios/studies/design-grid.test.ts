import { describe, expect, test } from 'vitest';
import { designGrid } from '../../../scenarios/studies/design-grid.ts';
import { applyDesign, brokenRules, designSettings } from '../../../scenarios/studies/design-setting.ts';
import { defaultDefenderSettings } from '../../../system/defender/settings.ts';

const usual = defaultDefenderSettings('blue', '', []);

describe('a grid of designs', () => {
  test('has every combination, the last setting fastest', () => {
    expect(designGrid(['ackWaitMs=10000,30000', 'heartbeatMs=1000,2000'])).toEqual([
      { ackWaitMs: 10_000, heartbeatMs: 1_000 },
      { ackWaitMs: 10_000, heartbeatMs: 2_000 },
      { ackWaitMs: 30_000, heartbeatMs: 1_000 },
      { ackWaitMs: 30_000, heartbeatMs: 2_000 },
    ]);
  });

  test.each([
    [[], /at least one setting/],
    [['heartbeatMs'], /expected name=value/],
    [['hartbeatMs=1000'], /did you mean heartbeatMs\?; expected one of/],
    [['heartbeatMs=1000,'], /an empty value does not fit; expected whole milliseconds from 200 to 30000/],
    [['heartbeatMs=1e3'], /1e3 does not fit/],
    [['heartbeatMs=-5'], /-5 does not fit/],
    [['heartbeatMs=1000,1000'], /each value once/],
    [['heartbeatMs=1000', 'heartbeatMs=2000'], /each setting once/],
    [['heartbeatMs=15000'], /claimTtlMs=30000 with deadAfterMs=45000 .*backstop/],
    [['heartbeatMs=2000', 'deadAfterMs=2000'], /more than one heartbeat/],
    [['drainMs=30000'], /grace period of 30000 ms/],
    [['ackWaitMs=2000'], /more than a heartbeat/],
    [['ackWaitMs=4000'], /pulls that end before/],
  ])('%j is refused with what was expected', (varied, message) => {
    expect(() => designGrid(varied)).toThrow(message);
  });

  test('of too many combinations is refused', () => {
    const values = Array.from({ length: 40 }, (_, index) => 10_000 + index).join(',');
    expect(() => designGrid([`ackWaitMs=${values}`, `plannedScalingMs=${values}`])).toThrow(/at most 1000/);
  });
});

describe('a design', () => {
  test('moves death with the heartbeat, unless it says otherwise', () => {
    expect(applyDesign(usual, { heartbeatMs: 1_000 })).toMatchObject({ deadAfterMs: 3_000 });
    const both = applyDesign(usual, { deadAfterMs: 9_000, heartbeatMs: 1_000 });
    expect(both).toMatchObject({ heartbeatMs: 1_000, deadAfterMs: 9_000, leaderDeadAfterMs: 3_000 });
  });

  test('of no values changes nothing, and each setting changes something', () => {
    expect(applyDesign(usual, {})).toEqual(usual);
    for (const { name, maximum } of designSettings) {
      expect(applyDesign(usual, { [name]: maximum })).not.toEqual(usual);
    }
  });

  test.each([
    [{}, 160, []],
    [{ poolSize: 15 }, 12, []],
    [{ poolSize: 14 }, 12, [/at least 15 ids/]],
    [{ capPercent: 115 }, 12, []],
    [{ capPercent: 114 }, 12, [/at least 115/]],
    [{ coldStartMs: 9_999 }, 12, [/at least as long as a planned change/]],
    [{ coldStartMs: 6_000, plannedScalingMs: 5_000 }, 12, [/see who is dead/]],
    [{ crashMs: 10_001 }, 12, [/cuts short/]],
    [{ heartbeatMs: 10_000 }, 12, [/outlives detection/, /see who is dead/]],
  ] as const)('%j with %i replicas breaks %j', (design, replicas, expected) => {
    const broken = brokenRules(applyDesign(usual, design), replicas);
    expect(broken).toHaveLength(expected.length);
    expected.forEach((message, index) => {
      expect(broken[index]).toMatch(message);
    });
  });
});
