import { describe, expect, test } from 'vitest';
import { GroupMembership, type RebalanceListener } from '../../../system/kafka-client/group-membership.ts';
import { BrokerPool } from '../../../system/kafka-client/broker-pool.ts';
import { defaultGroupConsumerSettings } from '../../../system/kafka-client/settings.ts';
import type { AssignorName } from '../../../system/kafka-client/assignors.ts';
import type { SimProcess } from '../../../sim/kernel/index.ts';
import { kafkaErrors } from '../../../system/ports/kafka-error.ts';
import { KafkaRig } from './rig.ts';

const topic = 'completions';
const partitions = 6;

/** A consumer that notes what happens to its partitions. */
class Watcher implements RebalanceListener {
  readonly membership: GroupMembership;
  readonly process: SimProcess;
  owned: readonly number[] = [];
  revocations = 0;
  losses = 0;

  constructor(rig: KafkaRig, name: string, assignor: AssignorName) {
    this.process = rig.process(name);
    const ports = rig.clientPorts(this.process);
    const settings = {
      ...defaultGroupConsumerSettings(rig.cluster.bootstrap, 'group', topic),
      assignor,
      sessionTimeoutMs: 10_000,
      maxPollIntervalMs: 30_000,
    };
    this.membership = new GroupMembership(ports, settings, new BrokerPool(ports, settings, name), this);
    this.membership.start();
    this.process.every(1_000, () => this.membership.polled());
  }

  revoked(gone: readonly number[]): Promise<void> {
    this.revocations += gone.length;
    this.owned = this.owned.filter((partition) => !gone.includes(partition));
    return Promise.resolve();
  }

  lost(): void {
    this.losses++;
    this.owned = [];
  }

  assigned(added: readonly number[]): Promise<void> {
    this.owned = [...this.owned, ...added].toSorted((left, right) => left - right);
    return Promise.resolve();
  }

  fenced(): void {
    throw new Error('nobody here is static');
  }
}

function all(watchers: readonly Watcher[]): readonly number[] {
  return watchers.flatMap(({ owned }) => owned).toSorted((left, right) => left - right);
}

const everything = Array.from({ length: partitions }, (_, partition) => partition);

async function makeTopic(rig: KafkaRig): Promise<void> {
  await (await rig.connect(1)).createTopic({ topic, partitions, replicas: 3, minInSync: 2 }, 3_000);
  await rig.sleep(500);
}

describe.each(['range', 'cooperative-sticky'] as const)('a group with %s', (assignor) => {
  test('shares the partitions, hands them over at a leave, and after a session at a crash', async () => {
    const rig = new KafkaRig();
    await rig.run(async () => {
      await makeTopic(rig);
      const watchers = ['a', 'b', 'c'].map((name) => new Watcher(rig, name, assignor));
      await rig.sleep(30_000);
      expect(watchers.map(({ owned }) => owned.length)).toEqual([2, 2, 2]);
      expect(all(watchers)).toEqual(everything);
      const [first, second, third] = watchers as [Watcher, Watcher, Watcher];
      await first.membership.close();
      await rig.sleep(20_000);
      expect(all([second, third])).toEqual(everything);
      second.process.kill();
      await rig.sleep(9_000);
      expect(third.owned.length).toBe(3);
      await rig.sleep(30_000);
      expect(all([third])).toEqual(everything);
    });
  });

  test('a pause beyond the session costs all partitions, and the member comes back by itself', async () => {
    const rig = new KafkaRig();
    await rig.run(async () => {
      await makeTopic(rig);
      const watchers = ['a', 'b'].map((name) => new Watcher(rig, name, assignor));
      const [first, second] = watchers as [Watcher, Watcher];
      await rig.sleep(30_000);
      first.process.freeze();
      await rig.sleep(20_000);
      expect(second.owned).toEqual(everything);
      first.process.resume();
      await rig.sleep(30_000);
      expect(first.losses).toBe(1);
      expect(all(watchers)).toEqual(everything);
      expect(second.owned.length).toBe(3);
    });
  });

  test('the coordinator dies: the members stay in their generation', async () => {
    const rig = new KafkaRig();
    await rig.run(async () => {
      await makeTopic(rig);
      const watchers = ['a', 'b'].map((name) => new Watcher(rig, name, assignor));
      await rig.sleep(30_000);
      const before = watchers.map(({ membership }) => membership.identity);
      const { nodeId } = await (await rig.connect(1)).findCoordinator('group', 3_000);
      rig.cluster.killBroker(nodeId);
      await rig.sleep(40_000);
      expect(watchers.map(({ membership }) => membership.identity)).toEqual(before);
      expect(all(watchers)).toEqual(everything);
      const offsets = [{ topic, partition: 0, offset: 3, metadata: '' }];
      expect(await watchers[0]?.membership.commit(offsets)).toBe(kafkaErrors.NONE);
    });
  });
});

test('a cooperative group moves only what has to move when one more comes', async () => {
  const rig = new KafkaRig();
  await rig.run(async () => {
    await makeTopic(rig);
    const watchers = ['a', 'b'].map((name) => new Watcher(rig, name, 'cooperative-sticky'));
    await rig.sleep(30_000);
    const before = watchers.map(({ revocations }) => revocations);
    watchers.push(new Watcher(rig, 'c', 'cooperative-sticky'));
    await rig.sleep(30_000);
    expect(all(watchers)).toEqual(everything);
    const given = watchers.reduce((sum, { revocations }) => sum + revocations, 0);
    expect(given - before.reduce((sum, each) => sum + each, 0)).toBe(2);
  });
});

test('a consumer that takes nothing any more leaves by itself', async () => {
  const rig = new KafkaRig();
  await rig.run(async () => {
    await makeTopic(rig);
    const watchers = ['a', 'b'].map((name) => new Watcher(rig, name, 'range'));
    const [stuck, other] = watchers as [Watcher, Watcher];
    await rig.sleep(30_000);
    stuck.membership.polled = () => undefined;
    await rig.sleep(60_000);
    expect(stuck.losses).toBe(1);
    expect(other.owned).toEqual(everything);
  });
});
