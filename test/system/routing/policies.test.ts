import { describe, expect, test } from 'vitest';
import { standardGatewayPolicies } from '../../../system/routing/gateway/settings.ts';
import { standardManagementPolicies } from '../../../system/routing/management/settings.ts';
import { standardRolloutPolicies } from '../../../system/routing/rollout/settings.ts';
import { Fab } from './fakes/fab.ts';

/** Each policy is where a planted bug goes in; here each is shown to change what the system does. */
describe('an injected policy takes effect', () => {
  test('a gate that passes whatever it sees promotes a release without evidence', async () => {
    const fab = await Fab.started(100, {
      policies: { ...standardRolloutPolicies, decideGate: () => ({ decision: 'pass', reason: 'planted' }) },
    });
    fab.world.metrics.requestsPerMinute = 1;
    await fab.operate('', { image: 'tfdc:1.1' });
    await fab.untilPhase('ended');
    expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
    expect(fab.world.of('gate.decided').every((event) => event.requests < 300)).toBe(true);
  });

  test('a controller that awaits no gateway calls a rollback complete that is not', async () => {
    const fab = await Fab.started(100, {
      policies: { ...standardRolloutPolicies, awaitedGateways: () => [] },
    });
    await fab.operate('', { image: 'tfdc:1.1' });
    await fab.untilPhase('observing');
    fab.world.cut('gateway-1', 'management');
    await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
    await fab.world.time.advance(5000);
    expect(fab.last('rollback.completed')).toMatchObject({ missingGateways: [] });
    expect(await fab.listOf('gateway-1')).not.toEqual([]);
  });

  test('an L3 that waits for no backlog scales the canary down over it', async () => {
    const fab = await Fab.started(100, { policies: { ...standardRolloutPolicies, isDrained: () => true } });
    fab.world.canaryTraffic = false;
    await fab.operate('', { image: 'tfdc:1.1' });
    await fab.untilPhase('observing');
    fab.world.backlog.green = 7;
    await fab.operate('/rollback', { level: 'L3', reason: 'drill' });
    await fab.untilPhase('ended', 300_000);
    expect(fab.world.kubernetes.get('defender-green').ready).toBe(0);
  });

  test('a Management without rules lets the last writer win over a rollback', async () => {
    const fab = new Fab(20);
    fab.startManagement({ policies: { ...standardManagementPolicies, refusalOf: () => undefined } });
    await fab.world.time.advance(100);
    const expand = { action: 'expand_canary', tools: ['T0001'], expectedRevision: 1 };
    await fab.routing('POST', 'update', { action: 'rollback', tools: [], requestId: 'a' });
    expect((await fab.routing('POST', 'update', { ...expand, requestId: 'b' })).status).toBe(200);
  });

  test('a gateway that empties its list when Management is silent leaves the canary', async () => {
    const fab = new Fab(20);
    fab.startManagement();
    await fab.world.time.advance(100);
    fab.startGateway('gateway-0', {
      policies: {
        ...standardGatewayPolicies,
        listWhenStale: (list) => ({ ...list, snapshot: { ...list.snapshot, canaryTools: [] } }),
      },
    });
    await fab.world.time.advance(1000);
    await fab.routing('POST', 'update', { action: 'expand_canary', tools: ['T0001'], requestId: 'a' });
    await fab.world.time.advance(1000);
    fab.management.kill();
    await fab.world.time.advance(70_000);
    expect(await fab.listOf('gateway-0')).toEqual([]);
  });
});
