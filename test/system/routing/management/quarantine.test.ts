import { describe, expect, test } from 'vitest';
import { mostSuspects, suspicionOf } from '../../../../system/routing/management/quarantine.ts';
import { initialState } from '../../../../system/routing/management/state.ts';
import { Fab, inventoryOf, strings } from '../fakes/fab.ts';

const tools = inventoryOf(20).map(({ tool }) => tool);
const reduce = (requestId: string, named: readonly string[]) => ({
  action: 'reduce_canary',
  tools: named,
  requestId,
});

async function fullCanary(): Promise<Fab> {
  const fab = new Fab(20);
  fab.startManagement();
  await fab.world.time.advance(100);
  await fab.routing('POST', 'update', { action: 'expand_canary', tools, requestId: 'all' });
  return fab;
}

async function canary(fab: Fab): Promise<number> {
  return strings((await fab.routing('GET', 'canary')).body['tools']).length;
}

describe('a reduction that takes most of the list out (F5, F6)', () => {
  test('is put aside, changes nothing, and outlives a restart', async () => {
    const fab = await fullCanary();
    const answer = await fab.routing('POST', 'update', reduce('r', tools.slice(0, 11)));
    expect(answer).toMatchObject({ status: 409, body: { error: 'quarantined', revision: 2 } });
    expect(await canary(fab)).toBe(20);
    fab.management.kill();
    fab.startManagement();
    await fab.world.time.advance(100);
    expect((await fab.routing('GET', 'quarantine')).body['suspects']).toMatchObject([
      { requestId: 'r', action: 'reduce_canary', revision: 2 },
    ]);
  });

  test('is made once a person releases it', async () => {
    const fab = await fullCanary();
    await fab.routing('POST', 'update', reduce('r', tools.slice(0, 11)));
    const released = await fab.routing('POST', 'quarantine', { requestId: 'r', decision: 'release' });
    expect(released).toMatchObject({ status: 200, body: { revision: 3, repeated: false } });
    expect(await canary(fab)).toBe(9);
    expect((await fab.routing('GET', 'quarantine')).body).toEqual({ suspects: [] });
  });

  test('can only be discarded when the list is another one by then', async () => {
    const fab = await fullCanary();
    await fab.routing('POST', 'update', reduce('r', tools.slice(0, 11)));
    await fab.routing('POST', 'update', { action: 'rollback', tools: ['T0001'], requestId: 'l2' });
    expect(await fab.routing('POST', 'quarantine', { requestId: 'r', decision: 'release' })).toMatchObject({
      status: 409,
      body: { error: 'wrong-revision' },
    });
    expect(await canary(fab)).toBe(19);
    expect(await fab.routing('POST', 'quarantine', { requestId: 'r', decision: 'discard' })).toMatchObject({
      status: 200,
      body: { discarded: 'r' },
    });
    expect((await fab.routing('POST', 'quarantine', { requestId: 'r', decision: 'discard' })).status).toBe(
      404,
    );
  });

  test('asked for again waits once; too many of them are refused', async () => {
    const fab = await fullCanary();
    await fab.routing('POST', 'update', reduce('r', tools));
    await fab.routing('POST', 'update', reduce('r', tools));
    expect((await fab.routing('GET', 'quarantine')).body['suspects']).toHaveLength(1);
    for (let index = 1; index < mostSuspects; index++) {
      await fab.routing('POST', 'update', reduce(`r${index}`, tools));
    }
    expect((await fab.routing('POST', 'update', reduce('late', tools))).body).toMatchObject({
      error: 'quarantine-full',
    });
  });

  test('a rollback to the same list is made at once', async () => {
    const fab = await fullCanary();
    await fab.routing('POST', 'update', { action: 'rollback', tools: tools.slice(0, 19), requestId: 'l2' });
    expect(await canary(fab)).toBe(1);
  });
});

test.each([
  [10, 5, false],
  [10, 6, true],
  [9, 9, false],
])('of %i tools %i: suspect %s', (listed, leaving, isSuspect) => {
  const snapshot = { ...initialState('blue', 0).snapshot, canaryTools: tools.slice(0, listed) };
  const change = {
    ...reduce('r', tools.slice(0, leaving)),
    action: 'reduce_canary',
    tools: tools.slice(0, leaving),
  } as const;
  expect(suspicionOf(snapshot, change, { share: 0.5, fromTools: 10 }) !== undefined).toBe(isSuspect);
});
