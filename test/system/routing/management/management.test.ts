import { describe, expect, test } from 'vitest';
import { Fab, inventoryOf, strings } from '../fakes/fab.ts';

const expand = (requestId: string, tools: readonly string[], expectedRevision?: number) => ({
  action: 'expand_canary',
  tools,
  requestId,
  ...(expectedRevision === undefined ? {} : { expectedRevision }),
});
const rollback = (requestId: string, tools: readonly string[] = []) => ({
  action: 'rollback',
  tools,
  requestId,
});

async function canary(fab: Fab): Promise<readonly string[]> {
  return strings((await fab.routing('GET', 'canary')).body['tools']);
}

describe('lists', () => {
  test('both lists are one snapshot and together the whole inventory', async () => {
    const fab = await Fab.started(20);
    await fab.routing('POST', 'update', expand('a', ['T0003', 'T0001']));
    const canaryList = await fab.routing('GET', 'canary');
    const stableList = await fab.routing('GET', 'stable');
    expect(canaryList.body).toMatchObject({ tools: ['T0003', 'T0001'], revision: 2 });
    expect(stableList.body).toMatchObject({ revision: 2, updated_at: canaryList.body['updated_at'] });
    const both = [...strings(canaryList.body['tools']), ...strings(stableList.body['tools'])];
    expect(new Set(both)).toEqual(new Set(inventoryOf(20).map(({ tool }) => tool)));
    expect(canaryList.body['updated_at']).toMatch(/^2026-01-05T\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test('updated_at never goes back, whatever the wall clock does (F7)', async () => {
    const fab = await Fab.started(20);
    const before = (await fab.routing('GET', 'canary')).body['updated_at'];
    fab.world.wallOffsetMs = -3_600_000;
    await fab.routing('POST', 'update', expand('a', ['T0001']));
    const after = (await fab.routing('GET', 'canary')).body['updated_at'];
    expect(String(after) > String(before)).toBe(true);
  });

  test('the proposal starts with uncritical tools of short cycles, and grows by supersets', async () => {
    const fab = await Fab.started(100);
    const five = await fab.routing('GET', 'proposal?count=5');
    const first = strings(five.body['tools']);
    const chosen = inventoryOf(100).filter(({ tool }) => first.includes(tool));
    const others = inventoryOf(100).filter(({ tool, critical }) => !first.includes(tool) && !critical);
    expect(chosen.every(({ critical }) => !critical)).toBe(true);
    const longest = Math.max(...chosen.map(({ typicalCycleMs }) => typicalCycleMs));
    expect(others.every(({ typicalCycleMs }) => typicalCycleMs >= longest)).toBe(true);
    const more = strings((await fab.routing('GET', 'proposal?count=50')).body['tools']);
    expect(more.slice(0, 5)).toEqual(first);
    expect((await fab.routing('GET', 'proposal?count=101')).status).toBe(400);
  });
});

describe('changes', () => {
  test('a repeated request has its first answer and no second effect, also after a restart (F9)', async () => {
    const fab = await Fab.started(20);
    const first = await fab.routing('POST', 'update', expand('a', ['T0001'], 1));
    await fab.routing('POST', 'update', { action: 'reduce_canary', tools: ['T0001'], requestId: 'b' });
    fab.management.kill();
    fab.startManagement();
    await fab.world.time.advance(10);
    const again = await fab.routing('POST', 'update', expand('a', ['T0001'], 1));
    expect(first.body).toEqual({ revision: 2, repeated: false });
    expect(again.body).toEqual({ revision: 2, repeated: true });
    expect(await canary(fab)).toEqual([]);
  });

  test('compare-and-set: of two writers one wins (F10)', async () => {
    const fab = await Fab.started(20);
    expect((await fab.routing('POST', 'update', expand('a', ['T0001'], 1))).status).toBe(200);
    const second = await fab.routing('POST', 'update', expand('b', ['T0002'], 1));
    expect(second).toMatchObject({ status: 409, body: { error: 'wrong-revision', revision: 2 } });
    expect(await canary(fab)).toEqual(['T0001']);
  });

  test('a rollback overtakes waiting expansions, and they do not undo it (F10)', async () => {
    const fab = await Fab.started(20);
    fab.management.disk.failing = true;
    const answers: Promise<{ readonly status: number }>[] = [];
    const post = (body: unknown) =>
      answers.push(
        fab.world.request(
          'operator',
          'management:8080',
          {
            method: 'POST',
            path: '/api/v1/routing/update',
            headers: {},
            body: JSON.stringify(body),
          },
          10_000,
        ),
      );
    post(expand('a', ['T0001']));
    post(expand('b', ['T0002']));
    await fab.world.time.advance(50);
    post(rollback('c'));
    await fab.world.time.advance(50);
    fab.management.disk.failing = false;
    await fab.world.time.advance(5000);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([503, 409, 200]);
    expect(await canary(fab)).toEqual([]);
    expect(fab.world.of('routing.changed').map((event) => event.action)).toEqual(['reset', 'rollback']);
  });

  test('after a rollback only a writer that has seen it may expand', async () => {
    const fab = await Fab.started(20);
    await fab.routing('POST', 'update', expand('a', ['T0001']));
    await fab.routing('POST', 'update', rollback('b'));
    expect(await fab.routing('POST', 'update', expand('c', ['T0001']))).toMatchObject({
      status: 409,
      body: { error: 'rolled-back' },
    });
    expect((await fab.routing('POST', 'update', expand('c', ['T0001'], 3))).status).toBe(200);
  });

  test('a rollback of some tools leaves the others; one of all always makes a new revision', async () => {
    const fab = await Fab.started(20);
    await fab.routing('POST', 'update', expand('a', ['T0001', 'T0002', 'T0003']));
    await fab.routing('POST', 'update', rollback('b', ['T0002']));
    expect(await canary(fab)).toEqual(['T0001', 'T0003']);
    await fab.routing('POST', 'update', rollback('c'));
    const repeated = await fab.routing('POST', 'update', rollback('d'));
    expect(repeated.body).toEqual({ revision: 5, repeated: false });
  });

  test.each([
    ['unknown tool', expand('a', ['T0001', 'T9999'])],
    ['no tool', expand('a', [])],
    ['tools: null', { action: 'expand_canary', tools: null, requestId: 'a' }],
    ['no request id', { action: 'expand_canary', tools: ['T0001'] }],
    ['unknown action', { action: 'flip', tools: ['T0001'], requestId: 'a' }],
    ['promote by update', { action: 'promote', requestId: 'a' }],
    ['no JSON', '<html>'],
    ['truncated JSON', '{"action":"rollback","tools":['],
  ])('%s is refused and changes nothing (F4, F6)', async (_, body) => {
    const fab = await Fab.started(20);
    expect((await fab.routing('POST', 'update', body)).status).toBe(400);
    expect((await fab.routing('GET', 'canary')).body).toMatchObject({ revision: 1, tools: [] });
  });

  test('names are trimmed and counted once (F6)', async () => {
    const fab = await Fab.started(20);
    await fab.routing('POST', 'update', expand('a', [' T0001', 'T0001 ', 'T0002']));
    expect(await canary(fab)).toEqual(['T0001', 'T0002']);
  });

  test('roles are swapped only when every tool is in the list', async () => {
    const fab = await Fab.started(20);
    expect((await fab.routing('POST', 'promote', { requestId: 'p' })).status).toBe(409);
    const all = inventoryOf(20).map(({ tool }) => tool);
    await fab.routing('POST', 'update', expand('a', all));
    expect((await fab.routing('POST', 'promote', { requestId: 'p', expectedRevision: 2 })).status).toBe(200);
    const { body } = await fab.routing('GET', 'snapshot');
    expect(body).toMatchObject({ stableColour: 'green', canaryColour: 'blue', canaryTools: [], revision: 3 });
  });

  test('nothing is answered that is not durable', async () => {
    const fab = await Fab.started(20);
    fab.management.disk.failing = true;
    expect((await fab.routing('POST', 'update', expand('a', ['T0001']))).status).toBe(503);
    expect(await canary(fab)).toEqual([]);
    fab.management.disk.failing = false;
    // The revision of the failed write is burnt: it may have landed after all.
    const { body } = await fab.routing('POST', 'update', expand('b', ['T0002']));
    expect(body).toEqual({ revision: 3, repeated: false });
  });
});

describe('approvals', () => {
  test('are by stage, durable, and end with the release', async () => {
    const fab = await Fab.started(20);
    const stage = async () => (await fab.routing('GET', 'approval?stage=initial')).body['decision'];
    expect(await stage()).toBe('approved');
    await fab.routing('POST', 'approval', { stage: 'initial', decision: 'rejected' });
    fab.management.kill();
    fab.startManagement();
    await fab.world.time.advance(10);
    expect(await stage()).toBe('rejected');
    expect((await fab.routing('GET', 'approval?stage=100-percent')).body['decision']).toBe('approved');
    await fab.routing('POST', 'update', { action: 'reset', requestId: 'r' });
    expect(await stage()).toBe('approved');
    expect((await fab.routing('POST', 'approval', { stage: 'initial', decision: 'maybe' })).status).toBe(400);
  });
});

describe('gateways', () => {
  test('a change is pushed and confirmed within milliseconds', async () => {
    const fab = await Fab.started(20);
    await fab.routing('POST', 'update', expand('a', ['T0001']));
    await fab.world.time.advance(20);
    expect((await fab.routing('GET', 'gateways')).body['gateways']).toMatchObject([
      { gateway: 'gateway-0', revision: 2 },
      { gateway: 'gateway-1', revision: 2 },
      { gateway: 'gateway-2', revision: 2 },
    ]);
  });

  test('who is not reached stays unconfirmed, is tried again, and is never forgotten by a restart', async () => {
    const fab = await Fab.started(20);
    const heal = fab.world.cut('gateway-1', 'management');
    await fab.routing('POST', 'update', rollback('a'));
    await fab.world.time.advance(4000);
    fab.management.kill();
    fab.startManagement();
    await fab.world.time.advance(10_000);
    const revisions = async () =>
      Object.fromEntries((await reports(fab)).map(({ gateway, revision }) => [gateway, revision]));
    expect(await revisions()).toEqual({ 'gateway-0': 2, 'gateway-1': 0, 'gateway-2': 2 });
    heal();
    await fab.world.time.advance(2100);
    expect(await revisions()).toEqual({ 'gateway-0': 2, 'gateway-1': 2, 'gateway-2': 2 });
    await fab.routing('DELETE', 'gateways?gateway=gateway-2');
    expect(Object.keys(await revisions())).toEqual(['gateway-0', 'gateway-1']);
  });

  test('a snapshot that the asker has is not sent again', async () => {
    const fab = await Fab.started(20);
    expect((await fab.routing('GET', 'snapshot?revision=1')).status).toBe(304);
    expect((await fab.routing('GET', 'snapshot?revision=0')).status).toBe(200);
    expect((await fab.routing('GET', 'snapshot?revision=one')).status).toBe(400);
  });
});

async function reports(fab: Fab): Promise<readonly { gateway: string; revision: number }[]> {
  const { body } = await fab.routing('GET', 'gateways');
  const list: { readonly gateways: readonly { gateway: string; revision: number }[] } = JSON.parse(
    JSON.stringify(body),
  );
  return list.gateways;
}

test('SIGTERM: unready, then gone', async () => {
  const fab = await Fab.started(20);
  fab.management.terminate();
  await fab.world.time.advance(10);
  expect(fab.management).toMatchObject({ exitCode: 0, ready: false });
});

test('unknown paths and methods', async () => {
  const fab = await Fab.started(20);
  expect((await fab.routing('GET', 'nothing')).status).toBe(404);
  expect((await fab.routing('POST', 'canary', {})).status).toBe(405);
  expect((await fab.routing('GET', 'approval')).status).toBe(400);
});
