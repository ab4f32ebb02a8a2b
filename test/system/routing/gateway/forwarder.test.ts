import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ingestMethods } from '../../../../system/ports/ingest.ts';
import type { RpcOutcome } from '../../../../system/ports/rpc.ts';
import type { GatewaySettings } from '../../../../system/routing/gateway/settings.ts';
import { ToolLimiter } from '../../../../system/routing/gateway/tool-limiter.ts';
import { Fab } from '../fakes/fab.ts';
import type { FakeProcess } from '../fakes/process.ts';
import { seriesKey } from '../fakes/world.ts';

async function fabWith(
  settings: Partial<GatewaySettings>,
  canaryTools: readonly string[] = ['T0001'],
): Promise<{ fab: Fab; gateway: FakeProcess }> {
  const fab = new Fab(20);
  fab.startManagement();
  await fab.world.time.advance(100);
  const gateway = fab.startGateway('gateway-0', settings);
  await fab.world.time.advance(1000);
  await fab.routing('POST', 'update', { action: 'expand_canary', tools: canaryTools, requestId: 'a' });
  await fab.world.time.advance(20);
  return { fab, gateway };
}

/** Sends a request; the outcome is in the box once it is there. */
function send(gateway: FakeProcess, tool: string, deadlineMs = 5000): { outcome?: RpcOutcome } {
  const box: { outcome?: RpcOutcome } = {};
  const method = ingestMethods.send;
  gateway.rpcServers
    .get(9000)
    ?.[method]?.({ method, metadata: { 'tool-id': tool }, request: { tool }, deadlineMs }, (reply) => {
      box.outcome = reply;
    });
  return box;
}

const targets = (fab: Fab): readonly string[] => fab.world.collected.map(({ target }) => target);
const neverLeft: RpcOutcome = { status: 'UNAVAILABLE', message: 'no endpoint', metadata: { sent: 'no' } };

describe('retries', () => {
  const retry = { attempts: 3, pauseMs: 50, attemptTimeoutMs: 1000 };

  test('what never left is tried again at the same colour, as often as is said', async () => {
    const { fab, gateway } = await fabWith({ retry });
    fab.world.collectorOutcome = neverLeft;
    const box = send(gateway, 'T0001');
    await fab.world.time.advance(500);
    expect(targets(fab)).toEqual(Array.from({ length: 3 }, () => 'collector-green:9000'));
    expect(box.outcome?.status).toBe('UNAVAILABLE');
    expect(fab.world.counters.get(seriesKey('tfdc_gateway_retries_total', {}))).toBe(2);
  });

  test('by the list in force: after L1 the next attempt goes to stable', async () => {
    const { fab, gateway } = await fabWith({ retry: { ...retry, pauseMs: 200 } });
    fab.world.collectorOutcome = neverLeft;
    send(gateway, 'T0001');
    await fab.world.time.advance(50);
    await fab.routing('POST', 'update', { action: 'rollback', requestId: 'b' });
    await fab.world.time.advance(1000);
    expect(targets(fab).slice(0, 2)).toEqual(['collector-green:9000', 'collector-blue:9000']);
  });

  test.each([
    ['may have happened', { status: 'UNAVAILABLE', message: '', metadata: {} }, 5000],
    ['is an answer', { status: 'RESOURCE_EXHAUSTED', message: '', metadata: { sent: 'no' } }, 5000],
    ['has no time left', neverLeft, 60],
  ] as const)('what %s is not tried again', async (_, outcome, deadlineMs) => {
    const { fab, gateway } = await fabWith({ retry });
    fab.world.collectorOutcome = outcome;
    send(gateway, 'T0001', deadlineMs);
    await fab.world.time.advance(500);
    expect(fab.world.collected).toHaveLength(1);
  });
});

describe('limits (F24)', () => {
  const toolLimit = { requestsPerSecond: 1, burst: 3, trackedTools: 100 };

  test('are by tool: one that sends too much is refused, its neighbour is not', async () => {
    const { fab, gateway } = await fabWith({ toolLimit });
    const boxes = Array.from({ length: 5 }, () => send(gateway, 'T0001'));
    const other = send(gateway, 'T0002');
    await fab.world.time.advance(20);
    expect(boxes.map(({ outcome }) => outcome?.status)).toEqual([
      'OK',
      'OK',
      'OK',
      'RESOURCE_EXHAUSTED',
      'RESOURCE_EXHAUSTED',
    ]);
    expect(other.outcome?.status).toBe('OK');
    const limited = seriesKey('tfdc_gateway_rejected_total', { reason: 'limit' });
    expect(fab.world.counters.get(limited)).toBe(2);
  });

  test('never let more through than rate × time + burst, and never less than the rate', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 60 }), (pausesMs) => {
        const limiter = new ToolLimiter(toolLimit);
        let nowMs = 0;
        let admitted = 0;
        for (const pauseMs of pausesMs) {
          nowMs += pauseMs;
          if (limiter.admit('T1', nowMs)) admitted += 1;
          expect(admitted).toBeLessThanOrEqual(nowMs / 1000 + toolLimit.burst);
        }
        const steady = new ToolLimiter(toolLimit);
        for (let second = 0; second < 20; second++) expect(steady.admit('T1', second * 1000)).toBe(true);
      }),
    );
  });

  test('forget the tool that was silent longest', () => {
    const limiter = new ToolLimiter({ ...toolLimit, burst: 1, trackedTools: 2 });
    expect(['T1', 'T2', 'T1'].map((tool) => limiter.admit(tool, 0))).toEqual([true, true, false]);
    limiter.admit('T3', 0);
    expect(limiter.admit('T1', 0)).toBe(false);
    expect(limiter.admit('T2', 0)).toBe(true);
  });
});

describe('calls under way when their tool changes colour (F23)', () => {
  test('are cut after the drain, and the tool is told to repeat', async () => {
    const { fab, gateway } = await fabWith({ drainMs: 500 });
    fab.world.collectorMs = 4000;
    const leaving = send(gateway, 'T0001');
    const staying = send(gateway, 'T0002');
    await fab.routing('POST', 'update', { action: 'rollback', requestId: 'b' });
    await fab.world.time.advance(400);
    expect(leaving.outcome).toBeUndefined();
    await fab.world.time.advance(200);
    expect(leaving.outcome).toMatchObject({ status: 'UNAVAILABLE', metadata: { colour: 'green' } });
    expect(leaving.outcome?.metadata['sent']).toBeUndefined();
    await fab.world.time.advance(5000);
    expect(staying.outcome?.status).toBe('OK');
    expect(fab.world.counters.get(seriesKey('tfdc_gateway_drained_total', {}))).toBe(1);
  });

  test('without a drain have all of their deadline', async () => {
    const { fab, gateway } = await fabWith({});
    fab.world.collectorMs = 4000;
    const leaving = send(gateway, 'T0001');
    await fab.routing('POST', 'update', { action: 'rollback', requestId: 'b' });
    await fab.world.time.advance(6000);
    expect(leaving.outcome?.status).toBe('OK');
  });
});

describe('a collector that knows of a rollback which the gateway has not heard of', () => {
  const floor = (scope: string, revision = '9'): RpcOutcome => ({
    status: 'ABORTED',
    message: '',
    metadata: { 'routing-floor': revision, 'routing-floor-colour': 'blue', 'routing-floor-scope': scope },
  });

  /** The canary refuses, stable takes. */
  function refuseAtGreen(fab: Fab, refusal: RpcOutcome): void {
    const collect = fab.world.collect.bind(fab.world);
    fab.world.collect = (target, ...values) => {
      const outcome = collect(target, ...values);
      return target.startsWith('collector-green') ? refusal : outcome;
    };
  }

  test('sends this request and all later ones of every tool to stable, by the epoch of the rollback', async () => {
    const { fab, gateway } = await fabWith({}, ['T0001', 'T0002']);
    refuseAtGreen(fab, floor('every-tool'));
    const box = send(gateway, 'T0001');
    await fab.world.time.advance(50);
    expect(box.outcome).toMatchObject({ status: 'OK', metadata: { colour: 'blue', 'routing-epoch': '9' } });
    send(gateway, 'T0002');
    await fab.world.time.advance(50);
    expect(targets(fab)).toEqual(['collector-green:9000', 'collector-blue:9000', 'collector-blue:9000']);
  });

  test('of one tool (L2) moves that tool only', async () => {
    const { fab, gateway } = await fabWith({}, ['T0001', 'T0002']);
    refuseAtGreen(fab, floor('tool'));
    send(gateway, 'T0001');
    await fab.world.time.advance(50);
    send(gateway, 'T0001');
    await fab.world.time.advance(50);
    expect(targets(fab)).toEqual(['collector-green:9000', 'collector-blue:9000', 'collector-blue:9000']);
    send(gateway, 'T0002');
    await fab.world.time.advance(5);
    expect(targets(fab)[3]).toBe('collector-green:9000');
  });

  test('holds until a list of that revision comes, also over a restart', async () => {
    const { fab, gateway } = await fabWith({ keepsFloors: true });
    refuseAtGreen(fab, floor('every-tool'));
    send(gateway, 'T0001');
    await fab.world.time.advance(50);
    fab.management.kill();
    gateway.kill();
    const again = fab.startGateway('gateway-0', { keepsFloors: true });
    await fab.world.time.advance(3000);
    send(again, 'T0001');
    await fab.world.time.advance(50);
    expect(targets(fab).at(-1)).toBe('collector-blue:9000');
    expect(targets(fab)).toHaveLength(3);
    const list = await fab.world.ask('gateway-0:8080', 'GET', '/internal/routing');
    const pushed = { ...list.body, revision: 10 };
    await fab.world.ask('gateway-0:8080', 'POST', '/internal/routing', pushed);
    send(again, 'T0001');
    await fab.world.time.advance(5);
    expect(targets(fab)[3]).toBe('collector-green:9000');
  });

  test.each(['2', '0', 'x', '1.5'])(
    'that names revision %s says nothing: the tool gets the refusal',
    async (revision) => {
      const { fab, gateway } = await fabWith({});
      refuseAtGreen(fab, floor('every-tool', revision));
      const box = send(gateway, 'T0001');
      await fab.world.time.advance(50);
      expect(box.outcome?.status).toBe('ABORTED');
      expect(fab.world.collected).toHaveLength(1);
    },
  );
});

describe('lists that are not taken over (F5–F7)', () => {
  test('are kept for people to look at, with the reason', async () => {
    const { fab } = await fabWith({}, ['T0001', 'T0002']);
    const refused = async () =>
      (await fab.world.ask('gateway-0:8080', 'GET', '/internal/routing/refused')).body;
    expect(await refused()).toEqual({ refused: null });
    const { body } = await fab.world.ask('gateway-0:8080', 'GET', '/internal/routing');
    await fab.world.ask('gateway-0:8080', 'POST', '/internal/routing', {
      ...body,
      revision: 5,
      canaryTools: [],
    });
    expect(await refused()).toMatchObject({
      refused: { reason: 'unexplained-change', snapshot: { revision: 5 } },
    });
    await fab.world.ask('gateway-0:8080', 'POST', '/internal/routing', { ...body, revision: 1 });
    expect(await refused()).toMatchObject({
      refused: { reason: 'older-revision', snapshot: { revision: 1 } },
    });
    expect(await fab.listOf('gateway-0')).toEqual(['T0001', 'T0002']);
  });

  test.each([
    [400, 'canaryTools[2]: T0001 is listed twice', { canaryTools: ['T0001', 'T0002', 'T0001'] }],
    [400, 'canaryTools[1]: ', { canaryTools: ['T0001', 7] }],
    [400, 'canaryColour: ', { canaryColour: 'blue' }],
    [413, undefined, { canaryTools: Array.from({ length: 1_000_000 }, (_, index) => `X${index}`) }],
  ])('%i %s', async (status, place, change) => {
    const { fab } = await fabWith({});
    const { body } = await fab.world.ask('gateway-0:8080', 'GET', '/internal/routing');
    const answer = await fab.world.ask('gateway-0:8080', 'POST', '/internal/routing', {
      ...body,
      revision: 9,
      ...change,
    });
    expect(answer.status).toBe(status);
    if (place !== undefined) expect(answer.body['detail']).toContain(place);
    expect(await fab.listOf('gateway-0')).toEqual(['T0001']);
  });
});
