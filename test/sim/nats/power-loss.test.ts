import { describe, expect, test } from 'vitest';
import { Fixture, outcome, payload, publish, workQueue } from './fixture.ts';

describe('power loss', () => {
  test('of one server loses nothing that was acknowledged', async () => {
    for (const seed of [1n, 2n, 3n]) {
      const fixture = new Fixture({ seed });
      await fixture.run(async () => {
        const client = await fixture.client('c');
        await client.jetStream.ensureStream(workQueue);
        const acknowledged: string[] = [];
        for (let turn = 0; turn < 300; turn++) {
          if (turn === 150) fixture.cluster.powerLoss(fixture.leader());
          if (turn === 250) [0, 1, 2].forEach((index) => fixture.cluster.restartNode(index));
          const word = await publish(client, 'work.x', `m${turn}`, 1_000);
          if (typeof word !== 'string') acknowledged.push(`m${turn}`);
          await fixture.sleep(300);
        }
        await fixture.sleep(60_000);
        const stored = fixture.stored();
        expect(acknowledged.length).toBeGreaterThan(150);
        for (const id of acknowledged) expect(stored).toContain(id);
        // The returned server has it all as well.
        for (const replica of fixture.cluster.stream('work')?.group?.replicas ?? []) {
          replica.group.settle();
          expect(replica.applied).toBe(replica.group.leader()?.applied);
        }
      });
    }
  });

  test('of all servers loses what was acknowledged since the last sync, and nothing older (T30, jetstream E44)', async () => {
    const fixture = new Fixture();
    const stored = await fixture.run(async () => {
      const client = await fixture.client('c');
      await client.jetStream.ensureStream(workQueue);
      await publish(client, 'work.x', 'early');
      // Syncs come every 2 min, the first within 1 to 2 min.
      await fixture.sleep(250_000);
      await publish(client, 'work.x', 'late');
      await fixture.sleep(100);
      for (const index of [0, 1, 2]) fixture.cluster.powerLoss(index);
      await fixture.sleep(5_000);
      for (const index of [0, 1, 2]) fixture.cluster.restartNode(index);
      await fixture.sleep(30_000);
      return fixture.stored();
    });
    expect(stored).toEqual(['early']);
    expect(fixture.cluster.lostEntries).toBe(3);
  });

  test('of a majority makes the survivor give up what it alone still has', async () => {
    const fixture = new Fixture({ seed: 2n });
    await fixture.run(async () => {
      const client = await fixture.client('c');
      await client.jetStream.ensureStream(workQueue);
      await client.connection.createKeyValue({ bucket: 'b', replicas: 3 });
      await publish(client, 'work.x', 'early');
      await fixture.sleep(250_000);
      await publish(client, 'work.x', 'late');
      await fixture.sleep(100);
      const survivor = fixture.follower();
      fixture.cluster.killNode(survivor);
      const others = [0, 1, 2].filter((index) => index !== survivor);
      for (const index of others) fixture.cluster.powerLoss(index);
      await fixture.sleep(5_000);
      for (const index of others) fixture.cluster.restartNode(index);
      await fixture.sleep(20_000);
      const later = await fixture.client('later');
      expect(await publish(later, 'work.x', 'after')).toMatchObject({ sequence: 2 });
      fixture.cluster.restartNode(survivor);
      await fixture.sleep(30_000);
      expect(await publish(later, 'work.x', 'last')).toMatchObject({ sequence: 3 });
      await fixture.sleep(5_000);
      const replicas = fixture.cluster.stream('work')?.group?.replicas ?? [];
      for (const replica of replicas) {
        replica.group.settle();
        expect(replica.log.lastIndex).toBe(replica.group.leader()?.log.lastIndex);
        expect(replica.applied).toBe(replica.group.leader()?.applied);
      }
    });
    expect(fixture.stored()).toEqual(['early', 'after', 'last']);
  });

  test('a killed process loses nothing; ids of removed messages are forgotten over a restart (jetstream D31)', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('c');
      await client.jetStream.ensureStream(workQueue);
      await publish(client, 'work.x', 'kept');
      await publish(client, 'work.x', 'gone');
      const all = [0, 1, 2];
      for (const index of all) fixture.cluster.killNode(index);
      for (const index of all) fixture.cluster.restartNode(index);
      await fixture.sleep(20_000);
      expect(fixture.stored()).toEqual(['kept', 'gone']);
      expect(await publish(client, 'work.x', 'gone')).toMatchObject({ sequence: 2, duplicate: true });
      await client.jetStream.purgeStream('work');
      for (const index of all) fixture.cluster.killNode(index);
      for (const index of all) fixture.cluster.restartNode(index);
      await fixture.sleep(20_000);
      expect(await publish(client, 'work.x', 'gone')).toMatchObject({ sequence: 3, duplicate: false });
    });
  });

  test('a server that was away for long catches up by a snapshot, and its watches go on', async () => {
    const fixture = new Fixture();
    await fixture.run(async () => {
      const client = await fixture.client('c');
      await client.connection.createKeyValue({ bucket: 'b', replicas: 3 });
      const kv = client.connection.keyValue('b');
      const away = fixture.follower('KV_b');
      await kv.put('k', payload);
      fixture.cluster.powerLoss(away);
      const own = fixture.serverOf(client.process);
      const writer = own === away ? await fixture.client('w') : client;
      // Enough for the log of the others to be compacted behind what the lost server has.
      for (let turn = 0; turn < 12_000; turn++) {
        void outcome(writer.connection.keyValue('b').put(`k${turn % 10}`, payload));
        await fixture.sleep(40);
      }
      const group = fixture.cluster.stream('KV_b')?.group;
      expect(group?.baseIndex).toBeGreaterThan(4_000);
      fixture.cluster.restartNode(away);
      await fixture.sleep(30_000);
      const replica = group?.replicas[away];
      group?.settle();
      expect(replica?.applied).toBe(group?.leader()?.applied);
      expect(replica?.log.baseIndex).toBeGreaterThan(4_000);
      expect(replica?.reader).toBe(true);
    });
  });
});
