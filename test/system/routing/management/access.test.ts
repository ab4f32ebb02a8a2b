import { describe, expect, test } from 'vitest';
import { AccessControl, type ManagementToken } from '../../../../system/routing/management/access.ts';
import { Fab } from '../fakes/fab.ts';

const tokens: readonly ManagementToken[] = [
  { token: 'see', name: 'dashboard', role: 'viewer' },
  { token: 'route', name: 'gateway', role: 'gateway' },
  { token: 'sign', name: 'quality', role: 'approver' },
  { token: 'ship', name: 'rollout', role: 'release' },
  { token: 'rule', name: 'ann', role: 'operator' },
];

const expand = { action: 'expand_canary', tools: ['T0001'], requestId: 'a' };
const rollback = { action: 'rollback', tools: [], requestId: 'b' };
const approval = { stage: 'initial', decision: 'approved' };
const asks = {
  read: ['GET', 'canary', undefined],
  register: ['GET', 'snapshot?gateway=g&authority=g:1', undefined],
  approve: ['POST', 'approval', approval],
  change: ['POST', 'update', expand],
  promote: ['POST', 'promote', { requestId: 'p' }],
  rollback: ['POST', 'update', rollback],
  forget: ['DELETE', 'gateways?gateway=g', undefined],
  settle: ['POST', 'quarantine', { requestId: 'x', decision: 'discard' }],
} as const;

async function guardedFab(): Promise<Fab> {
  const fab = new Fab(20);
  fab.startManagement({ tokens });
  await fab.world.time.advance(100);
  return fab;
}

describe('with tokens', () => {
  test.each([
    ['see', ['read']],
    ['route', ['read', 'register']],
    ['sign', ['read', 'approve', 'rollback']],
    ['ship', ['read', 'change', 'promote', 'rollback']],
    ['rule', Object.keys(asks)],
  ])('the bearer of %s may do exactly %j', async (token, allowed) => {
    for (const [name, [method, path, body]] of Object.entries(asks)) {
      const fab = await guardedFab();
      const { status, body: answer } = await fab.routing(method, path, body, token);
      if (allowed.includes(name)) expect(status, name).not.toBe(403);
      else expect({ status, error: answer['error'] }, name).toEqual({ status: 403, error: 'forbidden' });
    }
  });

  test.each([undefined, '', 'se', 'seee', 'SEE', 'see '])('token %j is nobody: 401', async (token) => {
    const fab = await guardedFab();
    expect(await fab.routing('GET', 'canary', undefined, token)).toMatchObject({
      status: 401,
      body: { error: 'unauthenticated' },
    });
  });

  test('gateways and the controller work with theirs, and not without', async () => {
    const fab = await guardedFab();
    const gateway = fab.startGateway('gateway-0', { managementToken: 'route' });
    const stranger = fab.startGateway('gateway-1');
    fab.startRollout({ managementToken: 'ship' });
    await fab.world.time.advance(10_000);
    expect(gateway.ready).toBe(true);
    expect(stranger.ready).toBe(false);
    await fab.operate('', { image: 'tfdc:1.1' });
    await fab.world.time.advance(10_000);
    expect(fab.storedPhase()).not.toBe('idle');
  });
});

test('without tokens everybody may do everything', async () => {
  const fab = new Fab(20);
  fab.startManagement();
  await fab.world.time.advance(100);
  for (const [method, path, body] of Object.values(asks)) {
    expect([401, 403]).not.toContain((await fab.routing(method, path, body)).status);
  }
});

test.each([
  ['an empty token', [{ token: '', name: 'a', role: 'viewer' }]],
  [
    'one token for two',
    [
      { token: 'x', name: 'a', role: 'viewer' },
      { token: 'x', name: 'b', role: 'operator' },
    ],
  ],
] as const)('%s is refused at the start', (_, bad) => {
  expect(() => new AccessControl(bad)).toThrow(/token/);
});
