import { describe, expect, test } from 'vitest';
import { defaultExperimentSettings } from '../../../../system/routing/experiment/defaults.ts';
import {
  experimentComponents,
  experimentDeployment,
  experimentSides,
} from '../../../../system/routing/experiment/sides.ts';
import { Fab } from '../fakes/fab.ts';

const experiment = defaultExperimentSettings;
const deployments = experimentSides.flatMap((side) =>
  experimentComponents.map((component) => experimentDeployment(component, side)),
);

/** With a release of v2 whose experiment has begun. */
async function experimenting(image = 'v2'): Promise<Fab> {
  const fab = await Fab.started(1500, { experiment });
  for (const name of deployments) fab.world.kubernetes.add(name, 'v1', 0);
  await fab.operate('', { image });
  await fab.untilPhase('experimenting');
  return fab;
}

const replicas = (fab: Fab): readonly number[] =>
  deployments.map((name) => fab.world.kubernetes.get(name).desired);

describe('a release with an experiment', () => {
  test('runs both images side by side, and has its first tool only after the end', async () => {
    const fab = await experimenting();
    await fab.world.time.advance(60_000);
    expect(deployments.map((name) => fab.world.kubernetes.get(name).image)).toEqual(['v1', 'v1', 'v2', 'v2']);
    expect(replicas(fab)).toEqual([2, 2, 2, 2]);
    expect(await fab.listOf('gateway-0')).toEqual([]);
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')?.outcome).toBe('promoted');
    const ended = fab.world.events.findIndex(({ event }) => event.kind === 'experiment.ended');
    const entered = fab.world.events.findIndex(({ event }) => event.kind === 'rollout.stage');
    expect(ended).toBeGreaterThan(0);
    expect(entered).toBeGreaterThan(ended);
    expect(fab.last('experiment.ended')).toMatchObject({ outcome: 'Successful', image: 'v2', contexts: 200 });
    expect(replicas(fab)).toEqual([0, 0, 0, 0]);
  });

  test('is aborted when the candidate alone is bad, two looks later', async () => {
    const fab = await experimenting();
    await fab.world.time.advance(300_000);
    fab.world.metrics.errorRate = 0.2;
    const badMs = fab.world.time.nowMs;
    await fab.untilPhase('ended');
    expect(fab.world.time.nowMs - badMs).toBeLessThan(130_000);
    expect(fab.last('rollout.ended')).toMatchObject({
      outcome: 'aborted',
      reason: 'experiment: 2 measurements failed',
    });
    expect(replicas(fab)).toEqual([0, 0, 0, 0]);
    expect(fab.world.of('rollout.stage')).toEqual([]);
  });

  test('is paused where both sides are bad, and makes the experiment again when it goes on', async () => {
    const fab = await experimenting();
    fab.world.metrics.errorRate = 0.2;
    fab.world.metrics.baselineErrorRate = 0.2;
    await fab.untilPhase('paused');
    expect(fab.last('experiment.ended')?.outcome).toBe('Inconclusive');
    expect(replicas(fab)).toEqual([0, 0, 0, 0]);
    fab.world.metrics.errorRate = 0;
    fab.world.metrics.baselineErrorRate = 0;
    await fab.operate('/resume', {});
    await fab.untilPhase('experimenting');
    await fab.untilPhase('observing');
    expect(fab.world.of('experiment.started').length).toBe(2);
    const runs = new Set(deployments.map((name) => fab.world.kubernetes.get(name).labels['experiment']));
    expect([...runs]).toEqual(['release-1-2']);
  });

  test('fails by its deadline where pods do not come', async () => {
    const fab = await Fab.started(1500, { experiment });
    for (const name of deployments) fab.world.kubernetes.add(name, 'v1', 0);
    fab.world.kubernetes.broken.add('experiment-defender-candidate');
    await fab.operate('', { image: 'v2' });
    await fab.untilPhase('experimenting');
    const beganMs = fab.world.time.nowMs;
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({
      outcome: 'aborted',
      reason: 'experiment: experiment-defender-candidate: 0 of 2 ready',
    });
    expect(fab.world.time.nowMs - beganMs).toBeLessThan(experiment.progressDeadlineMs + 10_000);
  });

  test('rolled back in the middle: terminated, and no pod is left', async () => {
    const fab = await experimenting();
    await fab.world.time.advance(300_000);
    await fab.operate('/rollback', { level: 'L1', reason: 'enough' });
    await fab.untilPhase('ended');
    expect(fab.last('experiment.ended')).toMatchObject({ outcome: 'Terminated', requests: 0 });
    expect(fab.last('rollout.ended')?.outcome).toBe('rolled-back');
    expect(replicas(fab)).toEqual([0, 0, 0, 0]);
  });

  test('superseded in the middle: the next one has pods, names and evidence of its own', async () => {
    const fab = await experimenting();
    await fab.world.time.advance(19 * 60_000);
    await fab.operate('', { image: 'v3' });
    expect(fab.last('experiment.ended')).toMatchObject({ outcome: 'Terminated', image: 'v2' });
    await fab.untilPhase('experimenting');
    const beganMs = fab.world.time.nowMs;
    await fab.untilPhase('observing');
    expect(fab.world.time.nowMs - beganMs).toBeGreaterThan(experiment.durationMs);
    expect(fab.last('experiment.ended')).toMatchObject({ outcome: 'Successful', image: 'v3' });
    expect(fab.world.kubernetes.get('experiment-collector-candidate')).toMatchObject({
      image: 'v3',
      labels: { experiment: 'release-2-1', nats: 'green' },
    });
  });

  test('a controller that starts anew goes on where it was', async () => {
    const fab = await experimenting();
    await fab.world.time.advance(10 * 60_000);
    const scaled = fab.world.kubernetes.scaled.length;
    fab.rollout.kill();
    fab.startRollout({ experiment });
    await fab.untilPhase('observing');
    expect(fab.world.of('experiment.started').length).toBe(1);
    // Nothing was asked for again but that the pods go.
    expect(fab.world.kubernetes.scaled.slice(scaled).map(({ desired }) => desired)).toEqual([0, 0, 0, 0]);
  });

  test('a controller without the setting, in the middle of one, begins the first stage', async () => {
    const fab = await experimenting();
    fab.rollout.kill();
    fab.startRollout();
    await fab.untilPhase('observing', 600_000);
  });
});
