import { describe, expect, test } from 'vitest';
import { defaultRolloutSettings } from '../../../../system/routing/rollout/settings.ts';
import { Fab } from '../fakes/fab.ts';

const image = 'tfdc:1.1';
const settings = { collector: { ...defaultRolloutSettings.collector, growsWithStages: true } };

describe('a canary whose collectors grow with its stages', () => {
  test('has what each stage needs before it begins, and all of it at the end', async () => {
    const fab = await Fab.started(1500, settings);
    await fab.operate('', { image });
    const found: [tools: number, ready: number][] = [];
    for (const _ of [5, 75, 150, 375, 750, 1500]) {
      const entered = fab.world.of('rollout.stage').filter(({ state }) => state === 'entered').length;
      await fab.world.time.advanceUntil(
        () => fab.world.of('rollout.stage').filter(({ state }) => state === 'entered').length > entered,
        3 * 3_600_000,
        500,
      );
      found.push([fab.last('rollout.stage')?.tools ?? 0, fab.world.kubernetes.get('collector-green').ready]);
    }
    expect(found).toEqual([
      [5, 1],
      [75, 1],
      [150, 1],
      [375, 3],
      [750, 5],
      [1500, 10],
    ]);
    expect(fab.world.kubernetes.get('defender-green').ready).toBe(45);
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
  });

  test('is not widened while they do not come', async () => {
    const fab = await Fab.started(1500, settings);
    await fab.operate('', { image });
    await fab.world.time.advanceUntil(() => fab.last('rollout.stage')?.stage === 2, 3 * 3_600_000, 500);
    fab.world.kubernetes.broken.add('collector-green');
    await fab.untilPhase('paused');
    expect(fab.last('routing.changed')?.canaryTools).toHaveLength(150);
  });
});
