import { describe, expect, test } from 'vitest';
import { Fab } from '../fakes/fab.ts';

const image = 'tfdc:1.1';

describe('a release', () => {
  test('goes through all stages of 1,500 tools and swaps the roles', async () => {
    const fab = await Fab.started(1500);
    expect((await fab.operate('', { image })).status).toBe(202);
    await fab.untilPhase('ended');

    const stages = fab.world.of('rollout.stage').filter((event) => event.state === 'passed');
    expect(stages.map((event) => event.tools)).toEqual([5, 75, 150, 375, 750, 1500]);
    expect(fab.world.of('gate.decided').every((event) => event.decision === 'pass')).toBe(true);
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
    expect(fab.last('routing.changed')).toMatchObject({
      action: 'promote',
      stableColour: 'green',
      canaryTools: [],
    });

    const { kubernetes } = fab.world;
    expect(kubernetes.get('collector-green')).toMatchObject({ image, ready: 10, labels: { role: 'stable' } });
    expect(kubernetes.get('defender-blue')).toMatchObject({ ready: 1, labels: { role: 'canary' } });

    const lists = fab.world.of('routing.changed').map((event) => new Set(event.canaryTools));
    for (let index = 1; index < lists.length - 1; index += 1) {
      expect(lists[index - 1]?.isSubsetOf(lists[index] ?? new Set())).toBe(true);
    }
  });

  test('refuses a fab that is too small for a canary', async () => {
    const fab = await Fab.started(9);
    expect((await fab.operate('', { image })).status).toBe(400);
  });

  test('waits for residual messages on the idle cluster, then gives up before any tool', async () => {
    const fab = await Fab.started(100);
    fab.world.backlog.green = 3;
    await fab.operate('', { image });
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'aborted' });
    expect(fab.last('rollout.ended')?.reason).toContain('backlog of 3');
    expect(fab.world.kubernetes.get('collector-green').desired).toBe(0);
  });

  test.each([
    ['pods that never become ready', (fab: Fab) => fab.world.kubernetes.broken.add('defender-green')],
    ['no leader', (fab: Fab) => (fab.world.metrics.leaders = 0)],
    ['units without owner', (fab: Fab) => (fab.world.metrics.coverage = 0.98)],
  ])('is aborted before any tool: %s', async (_, damage) => {
    const fab = await Fab.started(100);
    damage(fab);
    await fab.operate('', { image });
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'aborted' });
    expect(fab.world.of('routing.changed').every((event) => event.canaryTools.length === 0)).toBe(true);
  });

  test('is paused by the warning band and rolled back by time', async () => {
    const fab = await Fab.started(100);
    fab.world.metrics.errorRate = 0.03;
    await fab.operate('', { image });
    await fab.untilPhase('paused');
    const pausedMs = fab.world.time.nowMs;
    await fab.untilPhase('ended');
    expect(fab.world.time.nowMs - pausedMs).toBeGreaterThanOrEqual(30 * 60_000);
    expect(fab.world.time.nowMs - pausedMs).toBeLessThan(31 * 60_000);
    expect(fab.last('gate.decided')).toMatchObject({ decision: 'warn' });
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'rolled-back' });
    expect(fab.world.kubernetes.get('collector-green').ready).toBe(10);
  });

  test('fails fast: within the stage, not at its end', async () => {
    const fab = await Fab.started(100);
    await fab.operate('', { image });
    await fab.untilPhase('observing');
    const enteredMs = fab.world.time.nowMs;
    fab.world.metrics.p95Seconds = 1.2;
    await fab.untilPhase('ended');
    expect(fab.world.time.nowMs - enteredMs).toBeLessThan(90_000);
    expect(fab.last('gate.decided')).toMatchObject({ decision: 'fail' });
  });

  test('without evidence it is extended to three lengths, then inconclusive', async () => {
    const fab = await Fab.started(100);
    fab.world.metrics.silentTools = new Set(
      ['T0001', 'T0002', 'T0003', 'T0004', 'T0006'].concat(
        Array.from({ length: 100 }, (_, index) => `T${String(index).padStart(4, '0')}`),
      ),
    );
    await fab.operate('', { image });
    await fab.untilPhase('observing');
    const enteredMs = fab.world.time.nowMs;
    await fab.untilPhase('paused');
    expect(fab.world.time.nowMs - enteredMs).toBeGreaterThanOrEqual(3 * 600_000 - 1000);
    expect(fab.world.of('gate.decided').map((event) => event.decision)).toEqual(['extend', 'inconclusive']);
  });

  test('a metrics store that is down is no evidence, neither good nor bad', async () => {
    const fab = await Fab.started(100);
    await fab.operate('', { image });
    await fab.untilPhase('observing');
    fab.world.metrics.available = false;
    await fab.untilPhase('paused');
    expect(fab.world.of('gate.decided').some((event) => event.decision === 'fail')).toBe(false);
  });

  test('a rejection by Management is a rollback', async () => {
    const fab = await Fab.started(100);
    await fab.operate('', { image });
    await fab.untilPhase('observing');
    await fab.routing('POST', 'approval', { stage: 'initial', decision: 'rejected' });
    await fab.untilPhase('ended', 120_000);
    expect(fab.last('rollback.started')?.reason).toContain('rejected');
  });

  test('a new image in the middle resets the list and starts at stage 1 (F48)', async () => {
    const fab = await Fab.started(100);
    await fab.operate('', { image });
    await fab.world.time.advanceUntil(
      () => fab.world.of('rollout.stage').filter((event) => event.state === 'entered').length === 2,
      3_600_000,
    );
    await fab.operate('', { image: 'tfdc:1.2' });
    await fab.world.time.advance(5000);
    expect(fab.last('routing.changed')).toMatchObject({ action: 'reset', canaryTools: [] });
    await fab.world.time.advanceUntil(
      () => fab.last('rollout.stage')?.state === 'entered' && fab.last('rollout.stage')?.stage === 0,
      600_000,
    );
    expect(fab.last('rollout.started')?.image).toBe('tfdc:1.2');
    expect(fab.world.kubernetes.get('defender-green').image).toBe('tfdc:1.2');
  });

  test('a gateway cut off from Management holds the expansion, never the fab', async () => {
    const fab = await Fab.started(100);
    await fab.operate('', { image });
    await fab.untilPhase('deploying');
    fab.world.cut('gateway-1', 'management');
    await fab.untilPhase('paused');
    expect(fab.gateways.get('gateway-1')?.ready).toBe(true);
    expect(fab.last('rollout.stage')).toMatchObject({ state: 'paused' });
    await fab.untilPhase('rolling-back');
    await fab.world.time.advance(15_000);
    expect(fab.last('rollback.completed')).toMatchObject({ missingGateways: ['gateway-1'] });
  });

  test('resumed by an operator the stage is run again from its start', async () => {
    const fab = await Fab.started(100);
    fab.world.metrics.errorRate = 0.03;
    await fab.operate('', { image });
    await fab.untilPhase('paused');
    fab.world.metrics.errorRate = 0;
    expect((await fab.operate('/resume', {})).status).toBe(202);
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
  });

  test('a step of the wall clock does not shorten a stage', async () => {
    const fab = await Fab.started(100);
    await fab.operate('', { image });
    await fab.untilPhase('observing');
    const enteredMs = fab.world.time.nowMs;
    fab.world.wallOffsetMs = 3_600_000;
    await fab.untilPhase('expanding');
    expect(fab.world.time.nowMs - enteredMs).toBeGreaterThanOrEqual(599_000);
  });
});
