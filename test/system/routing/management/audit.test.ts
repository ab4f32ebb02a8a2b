import { expect, test } from 'vitest';
import { AuditLog, rememberedEntries, type AuditEntry } from '../../../../system/routing/management/audit.ts';
import { Fab } from '../fakes/fab.ts';

const tokens = [
  { token: 'ship', name: 'rollout', role: 'release' },
  { token: 'rule', name: 'ann', role: 'operator' },
  { token: 'see', name: 'dashboard', role: 'viewer' },
] as const;

async function guardedFab(): Promise<Fab> {
  const fab = new Fab(20);
  fab.startManagement({ tokens });
  await fab.world.time.advance(100);
  return fab;
}

async function entries(fab: Fab, after = 0): Promise<readonly AuditEntry[]> {
  const { body } = await fab.routing('GET', `audit?after=${after}`, undefined, 'see');
  const answer: { readonly entries: readonly AuditEntry[] } = JSON.parse(JSON.stringify(body));
  return answer.entries;
}

test('says who did what, what came of it, and of which list', async () => {
  const fab = await guardedFab();
  const expand = { action: 'expand_canary', tools: ['T0001', 'T0002'], requestId: 'a' };
  await fab.routing('POST', 'update', expand, 'ship');
  await fab.routing('POST', 'update', expand, 'ship');
  await fab.routing('POST', 'update', { ...expand, requestId: 'b', expectedRevision: 1 }, 'ship');
  await fab.routing('POST', 'update', expand, 'see');
  await fab.routing('POST', 'approval', { stage: 'initial', decision: 'rejected' }, 'rule');
  await fab.routing('POST', 'update', { action: 'rollback', requestId: 'c' }, 'rule');
  expect(
    (await entries(fab)).map(({ sequence, who, action, outcome, revision, toolCount }) => [
      sequence,
      who,
      action,
      outcome,
      revision,
      toolCount,
    ]),
  ).toEqual([
    [1, 'rollout', 'expand_canary', 'done', 2, 2],
    [2, 'rollout', 'expand_canary', 'repeated', 2, 2],
    [3, 'rollout', 'expand_canary', 'refused', 2, 2],
    [4, 'dashboard', 'POST /api/v1/routing/update', 'denied', 2, 0],
    [5, 'ann', 'approval', 'done', 2, 0],
    [6, 'ann', 'rollback', 'done', 3, 0],
  ]);
  expect((await entries(fab, 4)).map(({ sequence }) => sequence)).toEqual([5, 6]);
});

test('what changed the list survives a restart with it, refusals only with the next change', async () => {
  const fab = await guardedFab();
  const expand = { action: 'expand_canary', tools: ['T0001'], requestId: 'a' };
  await fab.routing('POST', 'update', { ...expand, expectedRevision: 9 }, 'ship');
  await fab.routing('POST', 'update', expand, 'ship');
  await fab.routing('POST', 'update', { ...expand, requestId: 'b', expectedRevision: 9 }, 'ship');
  fab.management.kill();
  fab.startManagement({ tokens });
  await fab.world.time.advance(100);
  expect((await entries(fab)).map(({ outcome }) => outcome)).toEqual(['refused', 'done']);
  await fab.routing('POST', 'update', { action: 'rollback', requestId: 'c' }, 'rule');
  expect((await entries(fab)).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
});

test('a change that the store did not confirm is told as such', async () => {
  const fab = await guardedFab();
  fab.management.disk.failing = true;
  const expand = { action: 'expand_canary', tools: ['T0001'], requestId: 'a' };
  expect((await fab.routing('POST', 'update', expand, 'ship')).status).toBe(503);
  expect(await entries(fab)).toMatchObject([
    { action: 'expand_canary', outcome: 'not-durable', revision: 1 },
  ]);
});

test('is bounded, in what it keeps and in what an entry names', () => {
  const log = new AuditLog([]);
  const act = {
    at: '2026-01-05T00:00:00.000Z',
    who: 'ann',
    action: 'rollback',
    requestId: 'a',
    tools: Array.from({ length: 1500 }, (_, index) => `T${index}`),
    outcome: 'refused',
    detail: '',
    revision: 1,
  } as const;
  for (let count = 0; count < rememberedEntries + 10; count++) log.note(act);
  const kept = log.merged([]);
  expect(kept).toHaveLength(rememberedEntries);
  expect(kept[0]).toMatchObject({ sequence: 11, toolCount: 1500 });
  expect(kept[0]?.tools).toHaveLength(20);
});
