import { expect, test } from 'vitest';
import { nats2910 } from '../../../sim/nats/index.ts';
import { collect, durable, Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

/** Moves the subject `work.p` from worker `a` to worker `b` while it has unread messages. Returns which were read. */
async function moved(byFilters: boolean): Promise<readonly string[]> {
  const fixture = new Fixture({ seed: 2n });
  return await fixture.run(async () => {
    const client = await fixture.client('a');
    const { jetStream } = client;
    await jetStream.ensureStream({ ...workQueue, retention: 'limits', maxMessages: -1 });
    const got: string[] = [];
    const work = (name: string) =>
      collect(fixture, client, name, (message) => {
        got.push(message.messageId);
        message.ack();
      }).consumption;
    const of = (name: string, ...filterSubjects: string[]) =>
      jetStream.ensureConsumer('work', durable(name, { filterSubjects }));
    if (byFilters) {
      await of('a', 'work.p', 'work.x');
      await of('b', 'work.y');
    } else {
      for (const unit of ['p', 'x', 'y']) await of(unit, `work.${unit}`);
    }
    const first = work(byFilters ? 'a' : 'p');
    work(byFilters ? 'b' : 'y');
    await publish(client, 'work.p', 'p1');
    await fixture.sleep(1_000);
    await first.stop();
    await publish(client, 'work.p', 'p2');
    await publish(client, 'work.y', 'y1');
    await fixture.sleep(1_000);
    if (byFilters) {
      await of('a', 'work.x');
      await of('b', 'work.y', 'work.p');
    } else {
      work('p');
    }
    await publish(client, 'work.p', 'p3');
    await fixture.sleep(5_000);
    return got.toSorted((left, right) => (left < right ? -1 : 1));
  });
}

test('a subject moved by editing filters loses what was unread; moved with its durable it loses nothing (jetstream §4.8)', async () => {
  expect(await moved(true)).toEqual(['p1', 'p3', 'y1']);
  expect(await moved(false)).toEqual(['p1', 'p2', 'p3', 'y1']);
});

test('a server of 2.9 answers reads before it has caught up (K3)', async () => {
  for (const [profile, word] of [
    [nats2910, 1],
    [undefined, 'no-responders'],
  ] as const) {
    const fixture = new Fixture({ seed: 1n, ...(profile === undefined ? {} : { profile }) });
    await fixture.run(async () => {
      const client = await fixture.client('a');
      await client.connection.createKeyValue({ bucket: 'b', replicas: 3 });
      await client.connection.keyValue('b').put('k', payload);
      await fixture.sleep(3_000);
      const follower = fixture.follower('KV_b');
      fixture.cluster.killNode(follower);
      const outside = await fixture.client('b', fixture.leader('KV_b'));
      await outside.connection.keyValue('b').put('k', payload);
      fixture.isolate([follower]);
      fixture.cluster.restartNode(follower);
      const inside = await fixture.client('c', follower);
      const read = await outcome(inside.connection.keyValue('b').get('k'));
      expect(typeof read === 'object' ? read.revision : read).toBe(word);
    });
  }
});
