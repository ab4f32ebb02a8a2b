import { describe, expect, test } from 'vitest';
import type { SystemEvent } from '../../../../system/ports/system-event.ts';
import {
  standardGatewayPolicies,
  type GatewayPolicies,
} from '../../../../system/routing/gateway/settings.ts';
import { Fab } from '../fakes/fab.ts';

const image = 'tfdc:1.1';
const gateways = ['gateway-0', 'gateway-1', 'gateway-2'];

type Prepare = (fab: Fab) => void | Promise<void>;

/** How to bring a release into each phase, and to hold it there. */
const phases: readonly (readonly [phase: string, hold: Prepare])[] = [
  ['preparing', (fab) => void (fab.world.backlog.green = 1)],
  ['deploying', (fab) => void fab.world.kubernetes.broken.add('defender-green')],
  ['verifying', (fab) => void (fab.world.metrics.leaders = 0)],
  ['expanding', (fab) => void fab.startGateway('gateway-silent', { policies: deaf })],
  ['observing', () => {}],
  ['paused', (fab) => void (fab.world.metrics.errorRate = 0.03)],
  ['promoting', async (fab) => await toPromotion(fab)],
  ['labelling', async (fab) => await failAtPromotion(fab)],
  ['retaining', () => {}],
];

/** A gateway that confirms resets only. */
const deaf: GatewayPolicies = {
  ...standardGatewayPolicies,
  accepts: (current, offered) => offered.action === 'reset' && offered.revision > (current?.revision ?? 0),
};

async function failAtPromotion(fab: Fab): Promise<void> {
  await fab.operate('', { image });
  await fab.world.time.advanceUntil(() => fab.last('rollout.stage')?.name === '100-percent', 3 * 3_600_000);
  fab.world.kubernetes.failing = true;
}

/** Promoting is one request long, so the test walks up to it by the millisecond. */
async function toPromotion(fab: Fab): Promise<void> {
  await fab.operate('', { image });
  await fab.world.time.advanceUntil(() => fab.last('rollout.stage')?.name === '100-percent', 3 * 3_600_000);
  await fab.world.time.advance(30 * 60_000 - 1500);
  await fab.world.time.advanceUntil(() => fab.storedPhase() === 'promoting', 5000, 1);
}

async function bringTo(phase: string, hold: Prepare): Promise<Fab> {
  const fab = await Fab.started(100);
  await hold(fab);
  if (fab.storedPhase() === 'idle') await fab.operate('', { image });
  await fab.untilPhase(phase);
  return fab;
}

async function assertOnBlue(fab: Fab): Promise<void> {
  for (const gateway of gateways) {
    const { body } = await fab.world.ask(`${gateway}:8080`, 'GET', '/internal/routing');
    expect(body).toMatchObject({ canaryTools: [], stableColour: 'blue', canaryColour: 'green' });
  }
}

/** Milliseconds from the order to the last gateway that routes by the emptied list. */
function appliedWithinMs(fab: Fab, orderedMs: number): number {
  const after = fab.world.events.filter(({ atMs }) => atMs >= orderedMs);
  const epoch = after
    .map(({ event }) => event)
    .find((event): event is Extract<SystemEvent, { kind: 'routing.changed' }> => {
      return event.kind === 'routing.changed' && event.action === 'rollback';
    })?.epoch;
  expect(epoch).toBeDefined();
  const times = gateways.map(
    (gateway) =>
      after.find(
        ({ event }) =>
          event.kind === 'routing.applied' && event.gateway === gateway && event.epoch >= (epoch ?? 0),
      )?.atMs,
  );
  return Math.max(...times.map((atMs) => (atMs ?? Number.POSITIVE_INFINITY) - orderedMs));
}

describe.each(phases)('from %s', (phase, hold) => {
  test('L1 brings every tool back within the bound and keeps the canary', async () => {
    const fab = await bringTo(phase, hold);
    const canaryReplicas = fab.world.kubernetes.get('collector-green').desired;
    const orderedMs = fab.world.time.nowMs;
    const answer = await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
    expect(answer.status).toBe(202);
    await fab.world.time.advance(5000);
    expect(appliedWithinMs(fab, orderedMs)).toBeLessThan(100);
    await assertOnBlue(fab);
    expect(fab.last('rollback.started')).toMatchObject({ level: 'L1', reason: 'drill' });
    expect(fab.world.kubernetes.get('collector-green').desired).toBe(canaryReplicas);

    // Nothing of the pre-empted release comes back later.
    fab.world.metrics.errorRate = 0;
    fab.world.metrics.leaders = 1;
    fab.world.kubernetes.failing = false;
    await fab.world.time.advance(3_600_000);
    await assertOnBlue(fab);
    if (phase !== 'expanding') {
      expect(fab.last('rollback.completed')).toMatchObject({ missingGateways: [] });
      expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'rolled-back' });
      expect(fab.world.kubernetes.get('collector-blue').labels).toMatchObject({ role: 'stable' });
    } else {
      expect(fab.last('rollback.completed')).toMatchObject({ missingGateways: ['gateway-silent'] });
    }
  });

  test('a controller killed in this phase and started again finishes it', async () => {
    const fab = await bringTo(phase, hold);
    fab.rollout.kill();
    await fab.world.time.advance(20_000);
    fab.startRollout();
    await fab.world.time.advance(1000);
    if (phase !== 'promoting') expect(fab.storedPhase()).toBe(phase);
    fab.world.backlog.green = 0;
    fab.world.kubernetes.broken.clear();
    fab.world.kubernetes.failing = false;
    fab.world.metrics.leaders = 1;
    fab.world.metrics.errorRate = 0;
    if (phase === 'deploying') await fab.world.kubernetes.scale('defender-green', 45);
    if (phase === 'paused') await fab.operate('/resume', {});
    if (phase === 'expanding') {
      fab.gateways.get('gateway-silent')?.kill();
      await fab.routing('DELETE', 'gateways?gateway=gateway-silent');
    }
    await fab.untilPhase('ended', 4 * 3_600_000);
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
    expect(fab.world.of('rollout.promoted')).toHaveLength(1);
    expect(fab.world.of('routing.changed').filter((event) => event.action === 'promote')).toHaveLength(1);
  });

  test('a controller killed right after the order to roll back: the next one finishes the rollback', async () => {
    const fab = await bringTo(phase, hold);
    await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
    fab.rollout.kill();
    await fab.world.time.advance(1000);
    fab.startRollout();
    await fab.world.time.advance(10_000);
    await assertOnBlue(fab);
    expect(fab.world.of('rollback.started')).toHaveLength(1);
  });

  test('Management killed under L1: the order is carried out when it is back', async () => {
    const fab = await bringTo(phase, hold);
    fab.management.kill();
    await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
    await fab.world.time.advance(30_000);
    fab.startManagement();
    await fab.world.time.advance(10_000);
    await assertOnBlue(fab);
  });
});

test('L1 is carried out while the store of the controller is down', async () => {
  const fab = await bringTo('observing', () => {});
  fab.rollout.disk.failing = true;
  await fab.operate('/rollback', { level: 'L1', reason: 'drill' }).catch(() => undefined);
  await assertOnBlue(fab);
});

test('a rollback at Management itself is followed by the controller (F45)', async () => {
  const fab = await bringTo('observing', () => {});
  await fab.routing('POST', 'update', { action: 'rollback', tools: [], requestId: 'by-hand' });
  await fab.untilPhase('ended', 60_000);
  expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'rolled-back' });
});

test('a gateway that is cut off is reported by name, and again when it has confirmed', async () => {
  const fab = await bringTo('observing', () => {});
  const heal = fab.world.cut('gateway-1', 'management');
  const held = await fab.listOf('gateway-1');
  expect(held.length).toBeGreaterThan(0);
  await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
  await fab.world.time.advance(70_000);
  expect(fab.last('rollback.completed')).toMatchObject({ missingGateways: ['gateway-1'] });
  expect(fab.storedPhase()).toBe('rolling-back');
  expect(await fab.listOf('gateway-1')).toEqual(held);
  expect(fab.last('routing.stale')).toMatchObject({ gateway: 'gateway-1' });
  heal();
  await fab.world.time.advance(5000);
  expect(fab.last('rollback.completed')).toMatchObject({ missingGateways: [] });
  expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'rolled-back' });
});

test('L2 takes its tools out; the release goes on without them and is not promoted until they are back', async () => {
  const fab = await bringTo('observing', () => {});
  const [first] = await fab.listOf('gateway-0');
  expect(first).toBeDefined();
  await fab.world.time.advanceUntil(() => fab.last('rollout.stage')?.stage === 2, 3_600_000);
  await fab.operate('/rollback', { level: 'L2', tools: [first], reason: 'odd charts' });
  await fab.world.time.advance(1000);
  expect(await fab.listOf('gateway-0')).not.toContain(first);
  expect(fab.last('rollback.completed')).toMatchObject({ level: 'L2', missingGateways: [] });

  await fab.untilPhase('paused');
  expect(fab.last('gate.decided')).toMatchObject({ decision: 'inconclusive', reason: `withdrawn: ${first}` });
  expect(await fab.listOf('gateway-0')).toHaveLength(99);
  await fab.operate('/resume', { restoreTools: [first] });
  await fab.untilPhase('ended');
  expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
});

test('L2 without tools, or outside of the stages, is refused', async () => {
  const fab = await bringTo('observing', () => {});
  expect((await fab.operate('/rollback', { level: 'L2', reason: 'x' })).status).toBe(409);
  const idle = await Fab.started(100);
  expect((await idle.operate('/rollback', { level: 'L2', tools: ['T0001'], reason: 'x' })).status).toBe(409);
  expect((await idle.operate('/rollback', { level: 'L3', reason: 'x' })).status).toBe(409);
});

test('L3 scales the canary down only after its backlog is 0 and no request is under way', async () => {
  const fab = await bringTo('observing', () => {});
  const canaryIsUp = (): void => expect(fab.world.kubernetes.get('defender-green').desired).toBe(45);
  fab.world.backlog.green = 4;
  fab.world.canaryTraffic = false;
  await fab.operate('/rollback', { level: 'L3', reason: 'bad version' });
  await fab.untilPhase('draining', 60_000);
  await fab.world.time.advance(300_000);
  canaryIsUp();
  fab.world.backlog.green = 0;
  fab.world.canaryTraffic = true;
  await fab.world.time.advance(300_000);
  canaryIsUp();
  fab.world.canaryTraffic = false;
  await fab.untilPhase('ended', 60_000);
  expect(fab.world.kubernetes.get('defender-green').ready).toBe(0);
  expect(fab.world.kubernetes.get('collector-green').ready).toBe(0);
  expect(fab.world.kubernetes.get('collector-blue').ready).toBe(10);
});

test('a controller killed while a rollback waits for a gateway goes on waiting', async () => {
  const fab = await bringTo('observing', () => {});
  const heal = fab.world.cut('gateway-1', 'management');
  await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
  await fab.world.time.advance(5000);
  fab.rollout.kill();
  fab.startRollout();
  await fab.world.time.advance(10_000);
  expect(fab.last('rollback.completed')).toMatchObject({ missingGateways: ['gateway-1'] });
  heal();
  await fab.untilPhase('ended', 10_000);
  expect(fab.world.of('rollback.completed')).toHaveLength(2);
});

test.each(['retiring', 'relabelling'])('a controller killed in %s ends the release', async (phase) => {
  const fab = await Fab.started(100);
  await fab.operate('', { image });
  await fab.untilPhase(phase === 'retiring' ? phase : 'observing', 3 * 3_600_000);
  if (phase === 'relabelling') {
    fab.world.kubernetes.failing = true;
    await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
    await fab.untilPhase(phase, 60_000);
  }
  fab.rollout.kill();
  fab.world.kubernetes.failing = false;
  fab.startRollout();
  await fab.untilPhase('ended', 60_000);
  expect(fab.last('rollout.ended')).toMatchObject({
    outcome: phase === 'retiring' ? 'promoted' : 'rolled-back',
  });
});

test.each(['draining', 'scaling-down'])('a controller killed in %s goes on', async (phase) => {
  const fab = await bringTo('observing', () => {});
  fab.world.canaryTraffic = false;
  await fab.operate('/rollback', { level: 'L3', reason: 'bad version' });
  await fab.untilPhase(phase, 300_000);
  fab.rollout.kill();
  fab.startRollout();
  await fab.untilPhase('ended', 300_000);
  expect(fab.world.kubernetes.get('defender-green').ready).toBe(0);
});

test('L3 after L1 goes on from there', async () => {
  const fab = await bringTo('observing', () => {});
  fab.world.canaryTraffic = false;
  await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
  await fab.untilPhase('ended', 60_000);
  expect(fab.world.kubernetes.get('defender-green').ready).toBe(45);
  await fab.operate('/rollback', { level: 'L3', reason: 'bad version' });
  await fab.world.time.advance(120_000);
  expect(fab.storedPhase()).toBe('ended');
  expect(fab.world.kubernetes.get('defender-green').ready).toBe(0);
  expect(fab.world.of('rollout.ended')).toHaveLength(1);
});

test('once the old colour is being scaled down there is no way back', async () => {
  const fab = await Fab.started(100);
  await fab.operate('', { image });
  await fab.untilPhase('retiring');
  expect((await fab.operate('/rollback', { level: 'L1', reason: 'late' })).status).toBe(409);
  await fab.untilPhase('ended', 60_000);
  const after = await fab.operate('/rollback', { level: 'L1', reason: 'late' });
  expect(after.status).toBe(202);
  await fab.world.time.advance(5000);
  expect(fab.last('routing.changed')).toMatchObject({ stableColour: 'green', canaryTools: [] });
});

test('a deployment that is under way when L3 is ordered goes no further', async () => {
  const fab = await Fab.started(100);
  fab.world.kubernetes.statusMs = 3000;
  await fab.operate('', { image });
  await fab.untilPhase('deploying');
  await fab.world.time.advance(1000);
  const orderedMs = fab.world.time.nowMs;
  await fab.operate('/rollback', { level: 'L3', reason: 'changed our minds' });
  await fab.world.time.advance(60_000);
  expect(fab.world.kubernetes.scaled.filter(({ atMs, desired }) => atMs > orderedMs && desired > 0)).toEqual(
    [],
  );
});

test('no transition is followed by anything before it is durable', async () => {
  const fab = await bringTo('observing', () => {});
  fab.rollout.disk.failing = true;
  const before = (await fab.routing('GET', 'canary')).body;
  await fab.world.time.advance(3_600_000);
  expect((await fab.routing('GET', 'canary')).body).toEqual(before);
  expect(fab.world.of('gate.decided')).toEqual([]);
  fab.rollout.disk.failing = false;
  await fab.world.time.advance(5000);
  expect(fab.last('gate.decided')).toMatchObject({ decision: 'pass' });
});

test('a list changed by another writer pauses the release', async () => {
  const fab = await bringTo('observing', () => {});
  const { body } = await fab.routing('GET', 'snapshot');
  await fab.routing('POST', 'update', {
    action: 'expand_canary',
    tools: ['T0095'],
    requestId: 'by-hand',
    expectedRevision: body['revision'],
  });
  await fab.world.time.advance(16_000);
  expect(fab.storedPhase()).toBe('paused');
});

test('an expansion that is under way when L1 is ordered cannot undo it', async () => {
  const fab = await Fab.started(100);
  await fab.operate('', { image });
  await fab.world.time.advanceUntil(
    () => fab.last('routing.changed')?.action === 'expand_canary',
    600_000,
    1,
  );
  await fab.operate('/rollback', { level: 'L1', reason: 'race' });
  await fab.world.time.advance(10_000);
  await assertOnBlue(fab);
});
