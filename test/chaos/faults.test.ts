import { describe, expect, test } from 'vitest';
import { faultKinds, findFaultKind } from '../../chaos/catalogue.ts';
import type { ActiveFault, FaultKind } from '../../chaos/fault.ts';
import { withDefaults } from '../../chaos/parameter.ts';
import { epochUs } from '../../sim/kernel/index.ts';
import { Connection } from '../../sim/network/index.ts';
import { FakeWorld } from './fake-world.ts';

function kindNamed(name: string): FaultKind {
  const kind = findFaultKind(name);
  if (kind === undefined) throw new Error(`no kind ${name}`);
  return kind;
}

function begin(world: FakeWorld, name: string, given: Record<string, unknown> = {}): ActiveFault {
  const kind = kindNamed(name);
  return kind.begin(world, withDefaults(kind.parameters, given), world.kernel.stream('fault', 'f1'));
}

/** Sends one message over a connection of its own, so that a condition on the link has something to touch. */
function send(world: FakeWorld, from: number, to: number): void {
  const anyone = world.kubernetes.all[0];
  if (anyone === undefined) throw new Error('the fake world has no pods');
  const ends = { process: anyone.process };
  new Connection(world.network, { ...ends, host: from }, { ...ends, host: to }).send(0, 100, () => 0, 0, 0);
}

function hostOf(world: FakeWorld, pod: string): number {
  const found = world.kubernetes.all.find((candidate) => candidate.name === pod);
  if (found === undefined) throw new Error(`no pod ${pod}`);
  return found.host;
}

describe('the catalogue', () => {
  test('names each kind once and describes it in full', () => {
    const names = faultKinds.map((kind) => kind.kind);
    expect(new Set(names).size).toBe(names.length);
    for (const kind of faultKinds) {
      expect(kind.kind).toMatch(/^[a-z]+\.[a-z-]+$/);
      for (const text of [kind.summary, kind.effect, kind.live]) expect(text.length).toBeGreaterThan(5);
      expect(kind.rulesUsuallyHit.length).toBeGreaterThan(0);
      const [shortestMs, longestMs] = kind.typicalDurationMs;
      expect(shortestMs).toBeLessThanOrEqual(longestMs);
      expect(shortestMs > 0).toBe(!kind.instant);
      const parameters = kind.parameters.map((parameter) => parameter.name);
      expect(new Set(parameters).size).toBe(parameters.length);
    }
  });

  test.each(faultKinds.filter((kind) => !kind.instant).map((kind) => [kind.kind]))(
    '%s leaves nothing broken behind',
    (name) => {
      const world = new FakeWorld();
      const active = begin(world, name);
      expect(active.targets.length).toBeGreaterThan(0);
      active.end();
      expect(world.network.calm).toBe(true);
      expect(world.outage).toBe(false);
      expect(world.metricsClockMs).toBe(0);
      expect(world.scrapes.every(({ impairment }) => impairment.lifted)).toBe(true);
      const request = { method: 'POST', path: '/internal/routing', headers: {}, body: '' } as const;
      for (const server of ['management-0', 'gateway-0']) {
        expect(world.http.arrive(server, request)).toEqual({ request });
        const response = { status: 200, body: '' };
        expect(world.http.leave(server, request, response)).toEqual({ response, delayMs: 0 });
      }
      expect(
        world.kubernetes.all.every((pod) => pod.process.hostClock.wallUs() === epochUs + world.kernel.nowUs),
      ).toBe(true);
      expect(
        [world.nats.blue, world.nats.green, world.cassandra, world.kafka].flatMap(
          (servers) => servers.states,
        ),
      ).toEqual(Array.from({ length: 15 }, () => 'up'));
      expect(world.kubernetes.all.every((pod) => pod.process.state === 'running')).toBe(true);
      expect(world.kubernetes.acts.filter((act) => act.startsWith('fail')).length).toBe(
        world.kubernetes.acts.filter((act) => act.startsWith('restore')).length,
      );
      expect(world.kubernetes.failingReadiness.size).toBe(0);
      expect(world.operatorActs.filter((act) => act.startsWith('drain')).length).toBe(
        world.operatorActs.filter((act) => act.startsWith('uncordon')).length,
      );
      expect(world.cassandra.emptied).toEqual([]);
      expect(world.cassandra.overloaded.every(({ impairment }) => impairment.lifted)).toBe(true);
      expect(world.cassandra.slowed.every(({ impairment }) => impairment.lifted)).toBe(true);
      expect(world.nats.blue.impairments.every(({ impairment }) => impairment.lifted)).toBe(true);
    },
  );
});

describe('faults of Kafka', () => {
  test('the coordinator is the one that dies when it is asked for, and starts again at the end', () => {
    const world = new FakeWorld();
    const active = begin(world, 'kafka.kill-broker', { broker: 'coordinator' });
    expect(active.targets).toEqual(['kafka-1']);
    expect(world.kafka.states).toEqual(['up', 'killed', 'up']);
    active.end();
    expect(world.kafka.states).toEqual(['up', 'up', 'up']);
  });

  test('a broker stands still until the end', () => {
    const world = new FakeWorld();
    const active = begin(world, 'kafka.pause-broker');
    expect(world.kafka.states.toSorted((a, b) => a.localeCompare(b))).toEqual(['paused', 'up', 'up']);
    active.end();
    expect(world.kafka.states).toEqual(['up', 'up', 'up']);
  });
});

describe('faults of NATS', () => {
  test('a leader partition isolates the leader of the stream, one way if asked', () => {
    const world = new FakeWorld();
    world.nats.green.leader = 2;
    const values = { colour: 'green', scope: 'leader-of-stream' };
    const both = begin(world, 'nats.partition', values);
    expect(both.targets).toEqual(['nats-green-2']);
    expect(world.cutLinks().toSorted((a, b) => a.localeCompare(b))).toEqual([
      'nats-green-0 > nats-green-2',
      'nats-green-1 > nats-green-2',
      'nats-green-2 > nats-green-0',
      'nats-green-2 > nats-green-1',
    ]);
    both.end();
    begin(world, 'nats.partition', { ...values, direction: 'outbound' });
    expect(world.cutLinks()).toEqual(['nats-green-2 > nats-green-0', 'nats-green-2 > nats-green-1']);
  });

  test('a majority partition leaves no two servers of a quorum together', () => {
    const world = new FakeWorld();
    expect(begin(world, 'nats.partition', { scope: 'majority' }).targets).toHaveLength(2);
    expect(world.cutLinks()).toHaveLength(6);
  });

  test('a partition counts the messages that it swallowed', () => {
    const world = new FakeWorld();
    const [first, second] = world.nats.blue.hosts;
    if (first === undefined || second === undefined) throw new Error('the cluster is too small');
    const partition = begin(world, 'nats.partition', { scope: 'majority' });
    expect(partition.hits()).toBe(0);
    send(world, first, second);
    expect(partition.hits()).toBeGreaterThan(0);
    const before = partition.hits();
    partition.end();
    send(world, first, second);
    expect(partition.hits()).toBe(before);
  });

  test('without a leader there is nothing to isolate', () => {
    const world = new FakeWorld();
    world.nats.blue.leader = undefined;
    expect(begin(world, 'nats.partition', { scope: 'leader-of-stream' }).targets).toEqual([]);
    expect(world.network.calm).toBe(true);
  });

  test.each([
    ['nats.kill-node', 'killed'],
    ['nats.power-loss', 'without power'],
    ['nats.shut-down-node', 'killed'],
    ['jetstream.damage-files', 'killed'],
    ['nats.pause-node', 'paused'],
  ])('%s hits the server that was asked for', (name, state) => {
    const world = new FakeWorld();
    const active = begin(world, name, { node: 'stream-leader' });
    expect(world.nats.blue.states).toEqual(['up', state, 'up']);
    expect(active.hits()).toBe(1);
    active.end();
    begin(world, name, { node: 'follower' });
    expect(world.nats.blue.states[1]).toBe('up');
    expect(world.nats.blue.states).toContain(state);
    expect(world.nats.green.states).toEqual(['up', 'up', 'up']);
  });

  test('a server that is down already is not killed again', () => {
    const world = new FakeWorld();
    world.nats.blue.killNode(1);
    const active = begin(world, 'nats.kill-node', { node: 'stream-leader' });
    expect([active.targets, active.hits()]).toEqual([[], 0]);
  });

  test('acks are impaired as told, and their count is the hit count', () => {
    const world = new FakeWorld();
    const active = begin(world, 'nats.impair-acks', { colour: 'green', lossRate: 0.25, delayMs: 300 });
    const [impaired] = world.nats.green.impairments;
    expect(impaired?.condition).toEqual({ lossRate: 0.25, delayMs: 300 });
    if (impaired !== undefined) impaired.impairment.hits = 7;
    expect(active.hits()).toBe(7);
  });

  test('leaders step down, clocks are set and set right, interest is forgotten and learnt, replicas stick', () => {
    const world = new FakeWorld();
    begin(world, 'nats.step-down', { group: 'consumers' });
    begin(world, 'jetstream.clock-step', { node: 'stream-leader', stepMs: -5_000 }).end();
    begin(world, 'jetstream.forget-interest', {}).end();
    begin(world, 'jetstream.stick-replica', {}).end();
    const { acts } = world.nats.blue;
    expect(acts.slice(0, 3)).toEqual([
      'step down consumers of dc-notifications',
      'clock 1 by -5000000',
      'clock 1 by 5000000',
    ]);
    expect(acts[3]).toMatch(/^[02] forgets 1$/);
    expect(acts[4]).toBe(acts[3]?.replace('forgets', 'learns'));
    expect(acts[5]).toMatch(/^stick [02]$/);
    expect(world.nats.blue.states).toEqual(['up', 'up', 'up']);
  });

  test('members of streams are moved, and clients told when to give up', () => {
    const world = new FakeWorld();
    const moved = begin(world, 'jetstream.move-member', { node: 'stream-leader' });
    expect(moved.targets).toEqual(['nats-blue-1, replaced by nats-blue-3']);
    const limited = begin(world, 'jetstream.limit-reconnects', {});
    expect([limited.targets, limited.hits()]).toEqual([['clients of nats-blue'], 0]);
    limited.end();
    expect(world.nats.blue.acts).toEqual(['dc-notifications leaves 1', 'give up after 10']);
  });

  test('clients are cut off from their own cluster only', () => {
    const world = new FakeWorld();
    const active = begin(world, 'nats.client-cut', { component: 'leader-defender', direction: 'inbound' });
    expect(active.targets).toEqual(['defender-blue-2']);
    expect(world.cutLinks()).toEqual([0, 1, 2].map((index) => `nats-blue-${index} > defender-blue-2`));
  });
});

describe('faults of pods and nodes', () => {
  test('the leader Defenders are those that lead when the fault begins', () => {
    const world = new FakeWorld();
    world.leaders.blue = undefined;
    const active = begin(world, 'pod.kill', { component: 'leader-defender', count: 5 });
    expect(active.targets).toEqual(['defender-green-4']);
    expect(world.kubernetes.acts).toEqual(['kill defender-green-4']);
  });

  test('a graceful death is a deletion', () => {
    const world = new FakeWorld();
    begin(world, 'pod.kill', { component: 'gateway', count: 2, how: 'delete' });
    expect(world.kubernetes.acts).toHaveLength(2);
    expect(world.kubernetes.acts.every((act) => act.startsWith('delete gateway-'))).toBe(true);
  });

  test('dead pods are not chosen', () => {
    const world = new FakeWorld();
    world.kubernetes.killPod('management-0');
    expect(begin(world, 'pod.kill', { component: 'management' }).targets).toEqual([]);
  });

  test('frozen pods stand still until the end', () => {
    const world = new FakeWorld();
    const active = begin(world, 'pod.freeze', { component: 'collector', colour: 'green', count: 2 });
    const frozen = world.kubernetes.all.filter((pod) => pod.process.state === 'frozen');
    expect(frozen.map((pod) => pod.name)).toEqual(expect.arrayContaining(Array.from(active.targets)));
    expect(frozen.every((pod) => pod.deployment === 'collector-green')).toBe(true);
    expect(frozen).toHaveLength(2);
  });

  test('a clock step moves the wall clock of the target alone; a step of 0 is none', () => {
    const world = new FakeWorld();
    const values = { component: 'rollout', stepMs: -30_000 };
    const before = world.kubernetes.all.map((pod) => pod.process.hostClock.wallUs());
    expect(begin(world, 'pod.clock-step', values).targets).toEqual(['rollout-0']);
    const moved = world.kubernetes.all.map(
      (pod, index) => pod.process.hostClock.wallUs() - (before[index] ?? 0),
    );
    expect(moved.filter((deltaUs) => deltaUs !== 0)).toEqual([-30_000_000]);
    expect(begin(world, 'pod.clock-step', { ...values, stepMs: 0 }).targets).toEqual([]);
  });

  test('node loss takes the machine of such a pod, and counts the pods on it', () => {
    const world = new FakeWorld();
    const active = begin(world, 'node.loss', { component: 'management' });
    expect(active.targets).toEqual(['worker-0']);
    expect(active.hits()).toBe(world.kubernetes.all.filter((pod) => pod.nodeName === 'worker-0').length);
    active.end();
    expect(world.kubernetes.acts).toEqual(['fail worker-0', 'restore worker-0']);
  });
});

describe('faults of Cassandra, Management and Prometheus', () => {
  test('a slow node is slowed by the factor', () => {
    const world = new FakeWorld();
    const active = begin(world, 'cassandra.slow-node', { count: 2, factor: 7 });
    expect(world.cassandra.slowed.map(({ factor }) => factor)).toEqual([7, 7]);
    for (const { impairment } of world.cassandra.slowed) impairment.hits = 3;
    expect(active.hits()).toBe(6);
  });

  test('coordinators are overloaded by the share', () => {
    const world = new FakeWorld();
    const active = begin(world, 'cassandra.overload', { count: 2, share: 0.3 });
    expect(world.cassandra.overloaded.map(({ share }) => share)).toEqual([0.3, 0.3]);
    for (const { impairment } of world.cassandra.overloaded) impairment.hits = 4;
    expect(active.hits()).toBe(8);
  });

  test('clocks step, disks are lost, nodes stand still', () => {
    const world = new FakeWorld();
    expect(begin(world, 'cassandra.clock-step', { stepMs: -700 }).targets).toHaveLength(1);
    expect(world.cassandra.clockSteps.map(({ stepMs }) => stepMs)).toEqual([-700]);
    begin(world, 'cassandra.lose-disk');
    expect(world.cassandra.emptied).toHaveLength(1);
    begin(world, 'cassandra.pause-node', { count: 2 });
    expect(world.cassandra.states.filter((state) => state === 'paused')).toHaveLength(2);
  });

  test.each([
    ['kill', 'killed'],
    ['power-loss', 'without power'],
  ])('a node goes down by %s', (how, state) => {
    const world = new FakeWorld();
    begin(world, 'cassandra.kill-node', { how, count: 2 });
    expect(world.cassandra.states.filter((other) => other === state)).toHaveLength(2);
  });

  test.each([
    ['peers', 'cassandra-'],
    ['clients', 'tool-|gateway-|management-|rollout-|collector-|defender-'],
  ])('a node that is cut off from its %s keeps the others', (from, others) => {
    const world = new FakeWorld();
    const [target] = begin(world, 'cassandra.cut-node', { from, direction: 'outbound' }).targets;
    const cut = world.cutLinks();
    expect(cut.length).toBeGreaterThan(4);
    for (const link of cut) expect(link).toMatch(new RegExp(`^${target} > (?:${others})`));
  });

  test('a gateway stays cut off when Management, or itself, starts anew', () => {
    const world = new FakeWorld();
    const active = begin(world, 'gateway.cut-management', { direction: 'outbound' });
    const [gateway] = active.targets;
    if (gateway === undefined) throw new Error('no gateway was cut off');
    expect(world.cutLinks()).toEqual([`${gateway} > management-0`]);
    const second = world.kubernetes.start('management', 1);
    active.podStarted?.(second.name);
    expect(world.cutLinks()).toEqual([`${gateway} > management-0`, `${gateway} > management-1`]);
    const bystander = world.kubernetes.start('gateway', 9);
    active.podStarted?.(bystander.name);
    expect(world.network.reachable(bystander.host, second.host)).toBe(true);
    active.end();
    expect(world.network.calm).toBe(true);
  });

  test('an outage of the metrics store is switched on and off', () => {
    const world = new FakeWorld();
    const active = begin(world, 'prometheus.outage');
    expect(world.outage).toBe(true);
    active.end();
    expect(world.outage).toBe(false);
  });
});

describe('faults of links', () => {
  test('a one-way cut takes one direction of one path', () => {
    const world = new FakeWorld();
    begin(world, 'link.one-way-cut', { path: 'gateway-collector', colour: 'blue' });
    const cut = world.cutLinks();
    expect(cut).toHaveLength(9);
    for (const link of cut) expect(link).toMatch(/^gateway-\d > collector-blue-\d$/);
  });

  test.each([['link.delay'], ['link.loss']])('%s disturbs, counts, and lets everything through', (name) => {
    const world = new FakeWorld();
    const active = begin(world, name, { path: 'tools-gateway', direction: 'both' });
    const [tool] = world.tools;
    if (tool === undefined) throw new Error('the fake world has no tools');
    expect(world.network.healthy(tool.host, hostOf(world, 'gateway-1'))).toBe(false);
    expect(world.cutLinks()).toEqual([]);
    send(world, tool.host, hostOf(world, 'gateway-1'));
    send(world, hostOf(world, 'gateway-1'), tool.host);
    send(world, tool.host, hostOf(world, 'management-0'));
    expect(active.hits()).toBe(2);
  });

  test('a share of the first group is hit, at least one machine', () => {
    const world = new FakeWorld();
    expect(begin(world, 'link.loss', { path: 'tools-gateway', share: 0.5 }).targets).toHaveLength(2);
    expect(begin(world, 'link.loss', { path: 'tools-gateway', share: 0 }).targets).toHaveLength(1);
  });
});

test.each([
  ['operator.start-rollout', { image: 'v9' }, 'start v9'],
  ['operator.rollback', { level: 'L1', tools: 9 }, 'rollback L1 all'],
  ['operator.rollback', { level: 'L2', tools: 9 }, 'rollback L2 9'],
  ['operator.rollback', { level: 'L3' }, 'rollback L3 all'],
  ['operator.scale', { deployment: 'defender-green', replicas: 30 }, 'scale defender-green 30'],
  ['operator.rolling-update', { deployment: 'gateway' }, 'update gateway'],
])('%s with %j is told to the operator', (name, parameters, act) => {
  const world = new FakeWorld();
  expect(begin(world, name, parameters).hits()).toBe(1);
  expect(world.operatorActs).toEqual([act]);
});

describe('faults of Management and of the metrics store', () => {
  const list = { revision: 7, canaryTools: ['T1', 'T2'] };
  const listed = { status: 200, body: JSON.stringify(list) };
  const refresh = {
    method: 'GET',
    path: '/api/v1/routing/snapshot?gateway=gateway-0&revision=6',
    headers: {},
    body: '',
  } as const;

  test.each([
    ['truncated', { status: 200, body: listed.body.slice(0, listed.body.length / 2) }],
    ['html', { status: 200, body: '<html><body>It works!</body></html>' }],
    ['no-content', { status: 204, body: '' }],
    ['null-tools', { status: 200, body: JSON.stringify({ ...list, canaryTools: null }) }],
    ['wrong-type', { status: 200, body: JSON.stringify({ ...list, canaryTools: 'T1,T2' }) }],
    ['doubled', { status: 200, body: JSON.stringify({ ...list, canaryTools: ['T1', 'T2', 'x', 'x'] }) }],
  ])('management.bad-list %s', (how, told) => {
    const world = new FakeWorld();
    const active = begin(world, 'management.bad-list', { how });
    expect(world.http.leave('management-0', refresh, listed)).toEqual({ response: told, delayMs: 0 });
    expect(world.http.leave('rollout-0', refresh, listed)).toEqual({ response: listed, delayMs: 0 });
    expect(active.hits()).toBe(1);
  });

  test('management.bad-list stale: the first list that was seen, for ever', () => {
    const world = new FakeWorld();
    const active = begin(world, 'management.bad-list', { how: 'stale' });
    const newer = { status: 200, body: JSON.stringify({ ...list, revision: 8 }) };
    expect(world.http.leave('management-0', refresh, listed)?.response).toBe(listed);
    expect(world.http.leave('management-0', refresh, newer)?.response).toBe(listed);
    expect(world.http.leave('management-0', refresh, { status: 304, body: '' })?.response).toBe(listed);
    expect(active.hits()).toBe(2);
  });

  test('a share of zero hits nothing', () => {
    const world = new FakeWorld();
    const active = begin(world, 'management.errors', { share: 0 });
    expect(world.http.arrive('management-0', refresh)).toEqual({ request: refresh });
    expect(active.hits()).toBe(0);
  });

  test('metrics.scrape-gap hinders the pods that it names', () => {
    const world = new FakeWorld();
    const active = begin(world, 'metrics.scrape-gap', { component: 'gateway', share: 0.5 });
    expect(active.targets).toHaveLength(2);
    expect([...(world.scrapes[0]?.hosts ?? [])]).toEqual(active.targets.map((pod) => hostOf(world, pod)));
  });

  test('routing.gateway-restart empties the disk of the gateway that it kills, if it is asked to', () => {
    const world = new FakeWorld();
    const { targets } = begin(world, 'routing.gateway-restart', { disk: 'lost' });
    expect(world.lostVolumes).toEqual(targets);
    begin(world, 'routing.gateway-restart', { disk: 'kept' });
    expect(world.lostVolumes).toHaveLength(1);
    expect(world.kubernetes.acts.filter((act) => act.startsWith('kill gateway-'))).toHaveLength(2);
  });
});
