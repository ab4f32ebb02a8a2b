import { describe, expect, test } from 'vitest';
import { kafkaErrors } from '../../../system/ports/kafka-error.ts';
import type { KafkaConnection, RequiredAcks } from '../../../system/ports/kafka.ts';
import { KafkaRig } from './rig.ts';

const topic = 'completions';
const spec = { topic, partitions: 1, replicas: 3, minInSync: 2 };
const timeoutMs = 3_000;

function send(connection: KafkaConnection, key: string, acks: RequiredAcks = -1): Promise<number> {
  const records = [{ key, value: new Uint8Array(1), timestampMs: 0 }];
  return connection
    .produce({ topic, partition: 0, acks, replicationTimeoutMs: 1_000, records }, timeoutMs)
    .then(({ errorCode }) => errorCode);
}

async function keys(connection: KafkaConnection): Promise<readonly string[]> {
  const [found] = await connection.fetch(
    { maxWaitMs: 100, partitions: [{ topic, partition: 0, offset: 0 }] },
    timeoutMs,
  );
  return found?.records.map(({ key }) => key) ?? [];
}

async function leaderOf(connection: KafkaConnection): Promise<number> {
  const { partitions } = await connection.metadata([topic], timeoutMs);
  return partitions[0]?.leader ?? -1;
}

describe('producer acknowledgements', () => {
  test('what all in-sync replicas have survives the leader', async () => {
    const rig = new KafkaRig();
    await rig.run(async () => {
      await (await rig.connect(1)).createTopic(spec, timeoutMs);
      await rig.sleep(500);
      expect(await send(await rig.connect(1), 'kept')).toBe(kafkaErrors.NONE);
      rig.cluster.killBroker(1);
      await rig.sleep(12_000);
      const second = await rig.connect(2);
      expect(await leaderOf(second)).toBe(2);
      expect(await keys(second)).toEqual(['kept']);
    });
  });

  test('what only the leader had is gone with it, and cut off when it comes back', async () => {
    const rig = new KafkaRig();
    await rig.run(async () => {
      const first = await rig.connect(1);
      await first.createTopic(spec, timeoutMs);
      await rig.sleep(500);
      const others = [rig.cluster.broker(2).host, rig.cluster.broker(3).host];
      const cut = rig.network.impose({ cut: true }, [rig.cluster.broker(1).host], others);
      expect(await send(first, 'lost', 1)).toBe(kafkaErrors.NONE);
      expect(await send(first, 'unsure')).toBe(kafkaErrors.REQUEST_TIMED_OUT);
      rig.cluster.killBroker(1);
      rig.network.lift(cut);
      await rig.sleep(12_000);
      expect(await send(await rig.connect(2), 'later')).toBe(kafkaErrors.NONE);
      rig.cluster.startBroker(1);
      await rig.sleep(10_000);
      expect(await keys(await rig.connect(2))).toEqual(['later']);
      const log = rig.cluster.partition(topic, 0)?.replicaOn(1)?.log ?? [];
      expect(log.map(({ payload }) => ('key' in payload ? payload.key : ''))).toEqual(['later']);
    });
  });

  test('too few replicas in sync: refused, not stored', async () => {
    const rig = new KafkaRig();
    await rig.run(async () => {
      const first = await rig.connect(1);
      await first.createTopic(spec, timeoutMs);
      await rig.sleep(500);
      rig.cluster.pauseBroker(2);
      rig.cluster.killBroker(3);
      // With two of three gone the controller is gone too, and the sets stay as they were: nothing is acknowledged.
      expect(await send(first, 'never')).toBe(kafkaErrors.REQUEST_TIMED_OUT);
      rig.cluster.resumeBroker(2);
      await rig.sleep(15_000);
      expect(await send(first, 'two suffice')).toBe(kafkaErrors.NONE);
      await first.createTopic({ ...spec, topic: 'strict', minInSync: 3 }, timeoutMs);
      await rig.sleep(500);
      const { leader } = (await first.metadata(['strict'], timeoutMs)).partitions[0] ?? { leader: 0 };
      const records = [{ key: 'refused', value: new Uint8Array(1), timestampMs: 0 }];
      const request = {
        topic: 'strict',
        partition: 0,
        acks: -1,
        replicationTimeoutMs: 1_000,
        records,
      } as const;
      const answer = await (await rig.connect(leader)).produce(request, timeoutMs);
      expect(answer).toEqual({ errorCode: kafkaErrors.NOT_ENOUGH_REPLICAS, baseOffset: -1 });
    });
  });

  test('a paused leader answers nobody, is replaced, and learns it when it goes on', async () => {
    const rig = new KafkaRig();
    await rig.run(async () => {
      const first = await rig.connect(1);
      await first.createTopic(spec, timeoutMs);
      await rig.sleep(500);
      rig.cluster.pauseBroker(1);
      await expect(send(first, 'unheard')).rejects.toMatchObject({ code: 'timeout' });
      await rig.sleep(12_000);
      expect(await send(await rig.connect(2), 'next')).toBe(kafkaErrors.NONE);
      rig.cluster.resumeBroker(1);
      await rig.sleep(5_000);
      expect(await send(await rig.connect(1), 'refused')).toBe(kafkaErrors.NOT_LEADER_OR_FOLLOWER);
      expect(await keys(await rig.connect(2))).toEqual(['next']);
    });
  });
});

test('a broker that is shut down hands over what it leads before it goes', async () => {
  const rig = new KafkaRig();
  await rig.run(async () => {
    await (await rig.connect(1)).createTopic(spec, timeoutMs);
    await rig.sleep(500);
    rig.cluster.shutDownBroker(1);
    await rig.sleep(1_000);
    expect(await send(await rig.connect(2), 'at once')).toBe(kafkaErrors.NONE);
  });
});

describe('the coordinator of a group', () => {
  test('moves with its partition, and finds members and offsets there', async () => {
    const rig = new KafkaRig({ groupMinSessionTimeoutMs: 100, groupInitialRebalanceDelayMs: 0 });
    await rig.run(async () => {
      const any = await rig.connect(2);
      await any.createTopic(spec, timeoutMs);
      await rig.sleep(500);
      const former = await any.findCoordinator('group', timeoutMs);
      const connection = await rig.connect(former.nodeId);
      const join = (memberId: string): ReturnType<KafkaConnection['joinGroup']> =>
        connection.joinGroup(
          {
            groupId: 'group',
            sessionTimeoutMs: 60_000,
            rebalanceTimeoutMs: 60_000,
            memberId,
            protocols: [
              { name: 'range', subscription: { topics: [topic], owned: [], ownedGenerationId: -1 } },
            ],
          },
          timeoutMs,
        );
      const { memberId } = await join('');
      expect((await join(memberId)).generationId).toBe(1);
      const identity = { groupId: 'group', memberId, generationId: 1 };
      const partitions = [{ topic, partition: 0 }];
      const assignments = [{ memberId, partitions }];
      expect(await connection.syncGroup({ ...identity, assignments }, timeoutMs)).toEqual({
        errorCode: kafkaErrors.NONE,
        partitions,
      });
      const offsets = [{ topic, partition: 0, offset: 7, metadata: '' }];
      await connection.commitOffsets({ ...identity, offsets }, timeoutMs);
      rig.cluster.killBroker(former.nodeId);
      await rig.sleep(12_000);
      const other = await rig.connect((former.nodeId % 3) + 1);
      const latter = await other.findCoordinator('group', timeoutMs);
      expect(latter.nodeId).not.toBe(former.nodeId);
      const moved = await rig.connect(latter.nodeId);
      expect(await moved.heartbeat(identity, timeoutMs)).toBe(kafkaErrors.NONE);
      const fetched = await moved.fetchOffsets('group', partitions, timeoutMs);
      expect(fetched.offsets[0]?.offset).toBe(7);
      const bystander = await rig.connect(
        [1, 2, 3].find((id) => id !== former.nodeId && id !== latter.nodeId) ?? 0,
      );
      expect(await bystander.heartbeat(identity, timeoutMs)).toBe(kafkaErrors.NOT_COORDINATOR);
    });
  });
});
