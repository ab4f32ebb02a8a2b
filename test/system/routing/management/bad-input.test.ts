import { describe, expect, test } from 'vitest';
import { Fab, strings } from '../fakes/fab.ts';

async function started(): Promise<Fab> {
  const fab = new Fab(20);
  fab.startManagement();
  await fab.world.time.advance(100);
  return fab;
}

const expand = { action: 'expand_canary', requestId: 'a' };

describe('one clear error with its place, and never a part of a change', () => {
  test.each([
    ['tools[2]: ', { ...expand, tools: ['T0001', 'T0002', 7] }],
    ['tools: ', { ...expand, tools: null }],
    ['tools: ', { ...expand, tools: 'T0001' }],
    ['requestId: ', { ...expand, requestId: '', tools: ['T0001'] }],
    ['expectedRevision: ', { ...expand, tools: ['T0001'], expectedRevision: '1' }],
    ['action: ', { ...expand, action: 'flip', tools: ['T0001'] }],
    ['action: ', { action: 'promote', requestId: 'p' }],
    ['the whole text: ', '[]'],
    ['not JSON: ', '<html>'],
    ['not JSON: ', ''],
    ['position 54', '{"action":"expand_canary","requestId":"a","tools":["T0'],
  ])('%s', async (place, body) => {
    const fab = await started();
    const { status, body: answer } = await fab.routing('POST', 'update', body);
    expect(status).toBe(400);
    expect(answer['detail']).toContain(place);
    expect((await fab.routing('GET', 'canary')).body).toMatchObject({ revision: 1, tools: [] });
  });

  test('10⁶ ids are refused unread, or by their number', async () => {
    const fab = await started();
    const million = Array.from({ length: 1_000_000 }, (_, index) => `X${index}`);
    expect(await fab.routing('POST', 'update', { ...expand, tools: million })).toMatchObject({
      status: 413,
      body: { error: 'too-large' },
    });
    const many = million.slice(0, 100_000);
    expect(await fab.routing('POST', 'update', { ...expand, tools: many })).toMatchObject({
      status: 400,
      body: { error: 'too-many-tools', detail: '100000 tools are named, the inventory has 20' },
    });
    const rollback = { action: 'rollback', tools: many, requestId: 'r' };
    expect((await fab.routing('POST', 'update', rollback)).status).toBe(400);
  });

  test('one unknown tool among many: none is added', async () => {
    const fab = await started();
    const answer = await fab.routing('POST', 'update', { ...expand, tools: ['T0001', 'T0002', 'nobody'] });
    expect(answer).toMatchObject({ status: 400, body: { error: 'unknown-tools' } });
    expect((await fab.routing('GET', 'canary')).body).toMatchObject({ tools: [] });
  });

  test('names of another case or with blanks are the tools they mean; unknown ones that leave are told', async () => {
    const fab = await started();
    await fab.routing('POST', 'update', { ...expand, tools: [' t0001 ', 'T0001', 'T0002'] });
    expect((await fab.routing('GET', 'canary')).body).toMatchObject({ tools: ['T0001', 'T0002'] });
    const left = await fab.routing('POST', 'update', {
      action: 'rollback',
      tools: ['t0002', 'nobody'],
      requestId: 'b',
    });
    expect(left).toMatchObject({ status: 200, body: { revision: 3, unknownTools: ['nobody'] } });
    expect((await fab.routing('GET', 'canary')).body).toMatchObject({ tools: ['T0001'] });
  });
});

test('a clock that goes back an hour: revisions and updated_at go on, gateways follow (F7)', async () => {
  const fab = await Fab.started(20);
  await fab.routing('POST', 'update', { ...expand, tools: ['T0001'] });
  const first = (await fab.routing('GET', 'canary')).body['updated_at'];
  fab.world.wallOffsetMs = -3_600_000;
  await fab.routing('POST', 'update', { ...expand, tools: ['T0002'], requestId: 'b' });
  const { body } = await fab.routing('GET', 'canary');
  expect(String(body['updated_at']) > String(first)).toBe(true);
  await fab.world.time.advance(50);
  expect(await fab.listOf('gateway-1')).toEqual(['T0001', 'T0002']);
});

test('many writers at once: every answer of 200 is in the list, and nothing else is', async () => {
  const fab = await started();
  const answers: Promise<{ readonly status: number; readonly body: string }>[] = [];
  for (let writer = 0; writer < 12; writer++) {
    // Half of them write by compare-and-set on the same revision: at most one of those may win.
    const expected = writer % 2 === 0 ? { expectedRevision: 1 } : {};
    const body = {
      ...expand,
      ...expected,
      tools: [`T${String(writer).padStart(4, '0')}`],
      requestId: `w${writer}`,
    };
    const request = {
      method: 'POST',
      path: '/api/v1/routing/update',
      headers: {},
      body: JSON.stringify(body),
    } as const;
    answers.push(fab.world.request('operator', 'management:8080', request, 5000));
  }
  await fab.world.time.advance(2000);
  const statuses = (await Promise.all(answers)).map(({ status }) => status);
  expect(statuses.filter((_, writer) => writer % 2 === 0).filter((status) => status === 200)).toHaveLength(1);
  expect(statuses.filter((_, writer) => writer % 2 === 1)).toEqual([200, 200, 200, 200, 200, 200]);
  const list = strings((await fab.routing('GET', 'canary')).body['tools']);
  expect(new Set(list)).toEqual(
    new Set(
      statuses.flatMap((status, writer) => (status === 200 ? [`T${String(writer).padStart(4, '0')}`] : [])),
    ),
  );
});
