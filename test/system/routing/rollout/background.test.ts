import { describe, expect, test } from 'vitest';
import {
  counted,
  defaultBackgroundSettings,
  judgeAnalysis,
  measurementOf,
  noMeasurements,
} from '../../../../system/routing/rollout/background.ts';
import { defaultGateSettings, type GateEvidence } from '../../../../system/routing/rollout/gates.ts';
import { Fab } from '../fakes/fab.ts';

const image = 'tfdc:1.1';
const good: GateEvidence = {
  requests: 300,
  errorRate: 0.001,
  p95Ms: 100,
  contexts: 0,
  toolsWithoutContext: [],
  approval: 'unknown',
};

describe('a measurement (delivery 27, 38)', () => {
  test.each([
    ['successful', {}],
    ['inconclusive', { errorRate: 0.01 }],
    ['inconclusive', { p95Ms: 1000 }],
    ['failed', { errorRate: 0.06 }],
    ['failed', { p95Ms: 1001 }],
    ['too-few', { requests: 29, errorRate: 1 }],
    ['error', { requests: undefined }],
    ['error', { p95Ms: undefined }],
    ['inconclusive', { p95Ms: Number.NaN }],
  ] as const)('is %s: %o', (expected, change) => {
    expect(measurementOf({ ...good, ...change }, defaultGateSettings)).toBe(expected);
  });

  test('errors count in a row, the others for good; too few requests count neither way', () => {
    const counts = (
      ['error', 'error', 'failed', 'error', 'inconclusive', 'too-few', 'failed', 'error'] as const
    ).reduce(counted, noMeasurements);
    expect(counts).toEqual({ failed: 2, inconclusive: 1, consecutiveErrors: 1 });
  });

  test('limits are passed by one more than they say; failure comes first', () => {
    const judge = (failed: number, inconclusive: number, consecutiveErrors: number) =>
      judgeAnalysis({ failed, inconclusive, consecutiveErrors }, defaultBackgroundSettings)?.act;
    expect(judge(1, 2, 4)).toBeUndefined();
    expect(judge(2, 9, 9)).toBe('roll-back');
    expect(judge(1, 3, 0)).toBe('pause');
    expect(judge(1, 0, 5)).toBe('pause');
  });
});

describe('a release with a background analysis', () => {
  const settings = { background: defaultBackgroundSettings };

  async function inSecondStage(): Promise<Fab> {
    const fab = await Fab.started(1500, settings);
    await fab.operate('', { image });
    await fab.world.time.advanceUntil(
      () => fab.last('rollout.stage')?.stage === 1 && fab.last('rollout.stage')?.state === 'entered',
      3 * 3_600_000,
      500,
    );
    return fab;
  }

  test('that goes well passes as ever', async () => {
    const fab = await Fab.started(1500, settings);
    await fab.operate('', { image });
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
    expect(fab.world.of('analysis.measured').length).toBeGreaterThan(50);
    expect(fab.world.of('analysis.measured').every(({ failed }) => failed === 0)).toBe(true);
  });

  test('is paused in the warning band within minutes, not at the end of its stage', async () => {
    const fab = await inSecondStage();
    fab.world.metrics.errorRate = 0.03;
    const enteredMs = fab.world.time.nowMs;
    await fab.untilPhase('paused');
    expect(fab.world.time.nowMs - enteredMs).toBeLessThan(5 * 60_000);
    expect(fab.last('analysis.measured')).toMatchObject({ inconclusive: 3 });
  });

  test('is taken back out of a pause, though no gate looks at it', async () => {
    const fab = await inSecondStage();
    fab.world.metrics.errorRate = 0.03;
    await fab.untilPhase('paused');
    fab.world.metrics.errorRate = 0.2;
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'rolled-back' });
  });

  test('is taken back while gateways are waited for, when no gate looks', async () => {
    const fab = await inSecondStage();
    fab.gateways.get('gateway-2')?.kill();
    await fab.untilPhase('expanding');
    fab.world.metrics.errorRate = 0.2;
    await fab.untilPhase('rolling-back');
    expect(fab.last('rollback.started')?.reason).toBe('background analysis: 2 measurements failed');
  });

  test('goes on from its counts when the controller starts again (F41)', async () => {
    const fab = await inSecondStage();
    fab.world.metrics.errorRate = 0.03;
    await fab.world.time.advanceUntil(() => fab.last('analysis.measured')?.inconclusive === 2, 600_000, 500);
    fab.rollout.kill();
    fab.startRollout(settings);
    const measured = fab.world.of('analysis.measured').length;
    await fab.untilPhase('paused');
    expect(fab.world.of('analysis.measured').length).toBe(measured + 1);
  });

  test('is paused, not taken back, where the metrics store does not answer (F27)', async () => {
    const fab = await inSecondStage();
    fab.world.metrics.available = false;
    const silentMs = fab.world.time.nowMs;
    await fab.untilPhase('paused');
    expect(fab.world.time.nowMs - silentMs).toBeLessThan(4 * 60_000);
    expect(fab.world.of('rollback.started')).toEqual([]);
    expect(fab.last('analysis.measured')).toMatchObject({ measurement: 'error', consecutiveErrors: 5 });
  });
});
