import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ingestMethods } from '../../../../system/ports/ingest.ts';
import type { RpcOutcome } from '../../../../system/ports/rpc.ts';
import { requestSecondsBounds } from '../../../../system/routing/gateway/meters.ts';
import { accepts, colourOf, routeListOf } from '../../../../system/routing/gateway/route-list.ts';
import { applyChange } from '../../../../system/routing/management/change.ts';
import { initialState } from '../../../../system/routing/management/state.ts';
import { parseSnapshot, type RoutingSnapshot } from '../../../../system/routing/snapshot.ts';
import { Fab } from '../fakes/fab.ts';
import type { FakeProcess } from '../fakes/process.ts';
import { seriesKey } from '../fakes/world.ts';

async function send(
  fab: Fab,
  gateway: FakeProcess,
  request: { readonly header?: string; readonly tool: string; readonly method?: string; deadlineMs?: number },
): Promise<RpcOutcome | undefined> {
  const method = request.method ?? ingestMethods.send;
  let outcome: RpcOutcome | undefined;
  gateway.rpcServers.get(9000)?.[method]?.(
    {
      method,
      metadata: request.header === undefined ? {} : { 'tool-id': request.header, attempt: '1' },
      request: { tool: request.tool },
      deadlineMs: request.deadlineMs ?? 1000,
    },
    (reply) => {
      outcome = reply;
    },
  );
  await fab.world.time.advance(10);
  return outcome;
}

async function withCanary(tools: readonly string[]): Promise<{ fab: Fab; gateway: FakeProcess }> {
  const fab = await Fab.started(20);
  await fab.routing('POST', 'update', { action: 'expand_canary', tools, requestId: 'a' });
  await fab.world.time.advance(20);
  const gateway = fab.gateways.get('gateway-0');
  if (gateway === undefined) throw new Error('no gateway');
  return { fab, gateway };
}

describe('requests', () => {
  test('go to the colour of the list with the epoch, and come back with trailers', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    const canary = await send(fab, gateway, { header: 'T0001', tool: 'T0001' });
    const stable = await send(fab, gateway, { header: 'T0002', tool: 'T0002' });
    expect(canary).toMatchObject({
      status: 'OK',
      metadata: { colour: 'green', gateway: 'gateway-0', 'routing-epoch': '2' },
    });
    expect(stable).toMatchObject({ metadata: { colour: 'blue' } });
    expect(fab.world.collected).toMatchObject([
      { target: 'collector-green:9000', metadata: { 'tool-id': 'T0001', attempt: '1', colour: 'green' } },
      { target: 'collector-blue:9000', metadata: { 'routing-epoch': '2', gateway: 'gateway-0' } },
    ]);
    expect(fab.world.of('request.routed')).toEqual([
      { kind: 'request.routed', gateway: 'gateway-0', tool: 'T0001', colour: 'green', epoch: 2 },
      { kind: 'request.routed', gateway: 'gateway-0', tool: 'T0002', colour: 'blue', epoch: 2 },
    ]);
  });

  test.each([
    ['no header', { tool: 'T0001' }],
    ['an empty header', { header: '', tool: 'T0001' }],
    ['another tool', { header: 'T0002', tool: 'T0001' }],
    ['two headers joined', { header: 'T0001, T0001', tool: 'T0001' }],
    ['another case', { header: 't0001', tool: 'T0001' }],
  ])('%s: INVALID_ARGUMENT, nothing forwarded (F13)', async (_, request) => {
    const { fab, gateway } = await withCanary(['T0001']);
    expect(await send(fab, gateway, request)).toMatchObject({
      status: 'INVALID_ARGUMENT',
      metadata: { sent: 'no' },
    });
    expect(fab.world.collected).toHaveLength(0);
  });

  test('no time left: DEADLINE_EXCEEDED without a call', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    const outcome = await send(fab, gateway, { header: 'T0001', tool: 'T0001', deadlineMs: 20 });
    expect(outcome?.status).toBe('DEADLINE_EXCEEDED');
    expect(fab.world.collected).toHaveLength(0);
  });

  test('a colour that fails is not replaced by the other one (F20)', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    fab.world.collectorOutcome = { status: 'UNAVAILABLE', message: 'no endpoint', metadata: { sent: 'no' } };
    const outcome = await send(fab, gateway, { header: 'T0001', tool: 'T0001' });
    expect(outcome).toMatchObject({ status: 'UNAVAILABLE', metadata: { colour: 'green', sent: 'no' } });
    expect(fab.world.collected.map(({ target }) => target)).toEqual(['collector-green:9000']);
  });

  test('are counted by colour, role and code; completions by tool in a small canary', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    const completions = seriesKey('tfdc_canary_tool_completions_total', { tool: 'T0001' });
    const requests = (code: string): string =>
      seriesKey('tfdc_gateway_requests_total', { colour: 'green', role: 'canary', code });
    expect(fab.world.counters.get(completions)).toBe(0);
    expect(fab.world.counters.get(requests('UNAVAILABLE'))).toBe(0);
    await send(fab, gateway, { header: 'T0001', tool: 'T0001' });
    await send(fab, gateway, { header: 'T0001', tool: 'T0001', method: ingestMethods.complete });
    fab.world.collectorOutcome = { status: 'UNAVAILABLE', message: '', metadata: {} };
    await send(fab, gateway, { header: 'T0001', tool: 'T0001', method: ingestMethods.complete });
    expect(fab.world.counters.get(completions)).toBe(1);
    expect(fab.world.counters.get(requests('OK'))).toBe(2);
    expect(fab.world.counters.get(requests('UNAVAILABLE'))).toBe(1);
  });

  test('the limits of the gates are bounds of the histogram, and not the last ones (F34)', () => {
    expect(requestSecondsBounds).toContain(0.5);
    expect(requestSecondsBounds).toContain(1);
    expect(requestSecondsBounds.at(-1)).toBeGreaterThan(1);
  });
});

describe('the list', () => {
  test('before the first one the gateway is not ready and routes nothing (F12)', async () => {
    const fab = new Fab(20);
    const gateway = fab.startGateway('gateway-0');
    await fab.world.time.advance(30_000);
    expect(gateway.ready).toBe(false);
    expect((await send(fab, gateway, { header: 'T0001', tool: 'T0001' }))?.status).toBe('UNAVAILABLE');
    fab.startManagement();
    await fab.world.time.advance(6000);
    expect(gateway.ready).toBe(true);
  });

  test('silence of Management freezes it: one alarm after 60 s, ready all the time (F2)', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    fab.management.kill();
    await fab.world.time.advance(59_000);
    expect(fab.world.of('routing.stale')).toHaveLength(0);
    await fab.world.time.advance(600_000);
    const stale = fab.world.of('routing.stale').filter((event) => event.gateway === 'gateway-0');
    expect(stale).toHaveLength(1);
    expect(stale[0]?.ageMs).toBeGreaterThanOrEqual(60_000);
    expect(gateway.ready).toBe(true);
    const outcome = await send(fab, gateway, { header: 'T0001', tool: 'T0001' });
    expect(outcome?.metadata['colour']).toBe('green');
  });

  test('survives a restart without Management (F12)', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    fab.management.kill();
    gateway.kill();
    const again = fab.startGateway('gateway-0');
    await fab.world.time.advance(2000);
    expect(again.ready).toBe(true);
    const outcome = await send(fab, again, { header: 'T0001', tool: 'T0001' });
    expect(outcome?.metadata).toMatchObject({ colour: 'green', 'routing-epoch': '2' });
  });

  test('does not go back where Management tells a gateway that starts an older one (F7)', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    const request = fab.world.request.bind(fab.world);
    const older = JSON.stringify({ ...snapshot, revision: 1 });
    let isStale = true;
    fab.world.request = async (...values) => {
      const answer = await request(...values);
      return isStale && values[2].path.includes('/snapshot') ? { status: 200, body: older } : answer;
    };
    gateway.kill();
    const again = fab.startGateway('gateway-0');
    await fab.world.time.advance(2000);
    expect(again.ready).toBe(true);
    const outcome = await send(fab, again, { header: 'T0001', tool: 'T0001' });
    expect(outcome?.metadata).toMatchObject({ colour: 'green', 'routing-epoch': '2' });
    isStale = false;
    await fab.routing('POST', 'update', { action: 'rollback', tools: [], requestId: 'b' });
    await fab.world.time.advance(20_000);
    expect(await fab.listOf('gateway-0')).toEqual([]);
  });

  test('is confirmed only when a restart would keep it', async () => {
    const { fab, gateway } = await withCanary(['T0001']);
    gateway.disk.failing = true;
    await fab.routing('POST', 'update', { action: 'rollback', tools: [], requestId: 'b' });
    await fab.world.time.advance(20_000);
    const revisionOf = async (): Promise<unknown> =>
      JSON.parse(JSON.stringify((await fab.routing('GET', 'gateways')).body))['gateways'][0].revision;
    expect(await fab.listOf('gateway-0')).toEqual([]);
    expect(await revisionOf()).toBe(2);
    gateway.disk.failing = false;
    await fab.world.time.advance(6000);
    expect(await revisionOf()).toBe(3);
  });

  test.each([
    ['HTML', '<html>'],
    ['tools: null', JSON.stringify({ revision: 9, canaryTools: null })],
    ['nothing', ''],
  ])('a push of %s is refused and the list kept (F4)', async (_, body) => {
    const { fab } = await withCanary(['T0001']);
    const answer = await fab.world.ask('gateway-0:8080', 'POST', '/internal/routing', body);
    expect(answer.status).toBe(400);
    expect(await fab.listOf('gateway-0')).toEqual(['T0001']);
  });

  test('polls are spread by ±10 % and do not overlap', async () => {
    const fab = await Fab.started(20);
    let polls = 0;
    const request = fab.world.request.bind(fab.world);
    fab.world.request = async (...values) => {
      if (values[2].path.includes('gateway=gateway-0')) polls += 1;
      return await request(...values);
    };
    await fab.world.time.advance(500_000);
    expect(polls).toBeGreaterThanOrEqual(95);
    expect(polls).toBeLessThanOrEqual(105);
  });
});

const snapshot = initialState('blue', 0).snapshot;

describe('accepts', () => {
  const listed = (revision: number, canaryTools: string[], change: Partial<RoutingSnapshot> = {}) => ({
    ...snapshot,
    revision,
    canaryTools,
    ...change,
  });

  test('never an equal or older revision (F7)', () => {
    expect(accepts(listed(5, []), listed(5, ['T1']))).toBe(false);
    expect(accepts(listed(5, []), listed(4, ['T1'], { shrinkRevision: 9 }))).toBe(false);
  });

  test('a shorter list only where it was shortened on purpose since (F5, F6)', () => {
    expect(accepts(listed(5, ['T1', 'T2']), listed(6, ['T1']))).toBe(false);
    expect(accepts(listed(5, ['T1', 'T2']), listed(6, [], { shrinkRevision: 5 }))).toBe(false);
    expect(accepts(listed(5, ['T1', 'T2']), listed(6, [], { shrinkRevision: 6 }))).toBe(true);
  });

  test('other roles only by a promotion or a rollback', () => {
    const swapped = { stableColour: 'green', canaryColour: 'blue' } as const;
    expect(accepts(listed(5, []), listed(6, [], swapped))).toBe(false);
    expect(accepts(listed(5, []), listed(6, [], { ...swapped, shrinkRevision: 6 }))).toBe(true);
  });

  test('whatever Management does, and whichever snapshots arrive: a gateway ends with the newest it was offered', () => {
    const tools = fc.uniqueArray(fc.constantFrom('T1', 'T2', 'T3', 'T4'), { minLength: 1 });
    const change = fc.oneof(
      fc.record({ action: fc.constantFrom('expand_canary', 'reduce_canary', 'rollback'), tools }),
      fc.record({ action: fc.constantFrom('reset', 'promote') }),
    );
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 30 }),
        fc.array(fc.nat({ max: 29 }), { minLength: 1, maxLength: 30 }),
        (changes, arrivals) => {
          let state = initialState('blue', 0);
          const history = [state.snapshot];
          for (const [index, made] of changes.entries()) {
            const requestId = `r${index}`;
            state = applyChange(state, { ...made, requestId }, state.snapshot.revision + 1, index);
            history.push(state.snapshot);
          }
          let current: RoutingSnapshot | undefined;
          let newest = 0;
          for (const arrival of arrivals) {
            const offered = history[arrival % history.length];
            if (offered === undefined) continue;
            newest = Math.max(newest, offered.revision);
            if (accepts(current, offered)) current = offered;
            expect(current?.revision).toBe(newest);
          }
        },
      ),
    );
  });
});

describe('parseSnapshot', () => {
  test('round trip', () => {
    expect(parseSnapshot(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  test.each([
    ['a tool twice', { canaryTools: ['T1', 'T1'] }],
    ['an empty name', { canaryTools: [''] }],
    ['both roles on one colour', { canaryColour: 'blue' }],
    ['revision 0', { revision: 0 }],
    ['a revision that is no whole number', { revision: 1.5 }],
    ['an unknown colour', { stableColour: 'red' }],
  ])('%s is no snapshot', (_, change) => {
    expect(parseSnapshot(JSON.stringify({ ...snapshot, ...change }))).toBeUndefined();
  });

  test('any truncation is no snapshot', () => {
    const text = JSON.stringify({ ...snapshot, canaryTools: ['T1', 'T2'] });
    fc.assert(
      fc.property(fc.nat({ max: text.length - 1 }), (length) => {
        expect(parseSnapshot(text.slice(0, length))).toBeUndefined();
      }),
    );
  });
});

test('roles, not colours: after a swap an unlisted tool goes to the new stable colour (F14)', () => {
  const swapped = routeListOf({
    ...snapshot,
    canaryTools: ['T1'],
    stableColour: 'green',
    canaryColour: 'blue',
  });
  expect(colourOf(swapped, 'T1')).toBe('blue');
  expect(colourOf(swapped, 'T2')).toBe('green');
});
