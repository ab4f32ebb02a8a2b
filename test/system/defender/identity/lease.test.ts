import { expect, test } from 'vitest';
import { Lease } from '../../../../system/defender/identity/lease.ts';
import type { KeyValue } from '../../../../system/ports/key-value.ts';
import { FakeNats } from '../fakes/fake-nats.ts';
import { FakeProcess } from '../fakes/fake-process.ts';
import { VirtualTime } from '../fakes/virtual-time.ts';

const mine = new TextEncoder().encode('mine');
const theirs = new TextEncoder().encode('theirs');

async function held() {
  const time = new VirtualTime();
  const nats = new FakeNats(time);
  const process = new FakeProcess(time, 'pod', 1);
  const connecting = nats.connector(process).connect({ url: '', name: '', timeoutMs: 1 });
  await time.advance(10);
  const bucket: KeyValue = (await connecting).keyValue('ids');
  const creating = bucket.create('key', mine);
  await time.advance(10);
  const lease = new Lease(bucket, 'key', await creating, (value) => value[0] === mine[0]);
  const renew = async (othersMayWrite = false, waitMs = 20_000) => {
    const renewing = lease.renew(mine, othersMayWrite);
    await time.advance(waitMs);
    return renewing;
  };
  return { time, nats, process, lease, renew };
}

test('a renewal follows the revision', async () => {
  const { lease, renew } = await held();
  const before = lease.revision;
  expect(await renew()).toBe('renewed');
  expect(lease.revision).toBeGreaterThan(before);
});

test('another’s write means that the key is lost, at once', async () => {
  const { nats, renew } = await held();
  nats.write('ids', 'key', theirs, 'put');
  expect(await renew()).toBe('lost');
});

test('a write whose answer got lost is one’s own when it is met', async () => {
  const { nats, renew } = await held();
  nats.answersLost.add('ids');
  expect(await renew()).toBe('unknown');
  nats.answersLost.clear();
  expect(await renew()).toBe('renewed');
  expect(await renew()).toBe('renewed');
});

test('after a lost answer, another’s write is still a loss', async () => {
  const { nats, renew } = await held();
  nats.answersLost.add('ids');
  expect(await renew()).toBe('unknown');
  nats.answersLost.clear();
  nats.write('ids', 'key', theirs, 'put');
  expect(await renew()).toBe('lost');
});

test('of two renewals under way at once neither takes the other for a stranger', async () => {
  const { time, lease } = await held();
  const both = Promise.all([lease.renew(mine, false), lease.renew(mine, false)]);
  await time.advance(20);
  expect(await both).toEqual(['renewed', 'renewed']);
});

test('a reservation by another on one’s own claim is adopted where that is allowed', async () => {
  const { nats, renew } = await held();
  nats.write('ids', 'key', mine, 'put');
  expect(await renew(true)).toBe('renewed');
  nats.write('ids', 'key', mine, 'put');
  expect(await renew(false)).toBe('lost');
});

test('without an answer nothing is known', async () => {
  const { nats, process, renew } = await held();
  nats.cut(process);
  expect(await renew()).toBe('unknown');
});
