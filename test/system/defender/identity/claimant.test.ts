import { expect, test } from 'vitest';
import { FakeCluster } from '../fakes/fake-cluster.ts';

// Between two renewals, so that the last look at some claim came after its last renewal.
test.each([5, 5.5, 6, 6.5])(
  'a claim that nobody could renew or look at from %d s on is not stale',
  async (cutS) => {
    const cluster = new FakeCluster(40);
    await cluster.startStable(4);
    const holders = [...cluster.pods];
    const joiner = cluster.start();
    await cluster.advance(cutS);
    for (const pod of cluster.pods) cluster.nats.cut(pod);
    await cluster.advance(45);
    cluster.nats.heal(joiner);
    await cluster.advance(8);
    for (const pod of holders) cluster.nats.heal(pod);
    await cluster.advance(60);
    expect(cluster.telemetry.of('identity.released')).toEqual([]);
    expect(cluster.idOf(joiner)).toBe('defender-4');
  },
);

test('one that was looked at for 30 s without a change is taken over', async () => {
  const cluster = new FakeCluster(40, { poolSize: 5 });
  await cluster.startStable(4);
  const victim = cluster.follower();
  const id = cluster.idOf(victim);
  cluster.nats.cut(victim);
  await cluster.advance(1);
  const joiners = [cluster.start(), cluster.start()];
  await cluster.advance(29);
  expect(joiners.map((pod) => cluster.idOf(pod)).toSorted()).toEqual(['', 'defender-4']);
  await cluster.advance(30);
  expect(joiners.map((pod) => cluster.idOf(pod)).toSorted()).toEqual([id, 'defender-4'].toSorted());
});
