import type { Strike } from './strike.ts';

const blue = { colour: 'blue' };

/** How many Defenders an operator asks for in the middle of something else. */
function scaledUp(defenders: number): number {
  return Math.ceil(defenders * 1.5);
}

/**
 * All that is pinned to each moment (issue 6 §2; defender §7): deaths and pauses of who passes it and of the leader, NATS
 * lost to one, to some and to all, a server of it that dies, stands still, lies or forgets, the store, and what operators do. `defenders`: replicas of a
 * colour.
 */
export function strikes(defenders: number): readonly Strike[] {
  return [
    { name: 'pod.kill', kind: 'pod.kill', parameters: { how: 'crash' }, target: 'self' },
    { name: 'pod.kill leader', kind: 'pod.kill', parameters: { how: 'crash' }, target: 'leader' },
    { name: 'pod.kill delete', kind: 'pod.kill', parameters: { how: 'delete' }, target: 'self' },
    { name: 'pod.freeze', kind: 'pod.freeze', parameters: {}, target: 'self', durationMs: 15_000 },
    { name: 'pod.freeze leader', kind: 'pod.freeze', parameters: {}, target: 'leader', durationMs: 15_000 },
    { name: 'pod.clock-step', kind: 'pod.clock-step', parameters: { stepMs: 120_000 }, target: 'self' },
    { name: 'node.loss', kind: 'node.loss', parameters: {}, target: 'self', durationMs: 120_000 },
    cut('nats.client-cut', 'both', 'self'),
    cut('nats.client-cut one-way', 'outbound', 'self'),
    cut('nats.client-cut leader', 'both', 'leader'),
    partition('minority', 'minority', 'both', 30_000),
    partition('leader', 'leader-of-stream', 'both', 30_000),
    partition('leader one-way', 'leader-of-stream', 'outbound', 30_000),
    partition('majority', 'majority', 'both', 20_000),
    server('nats.kill-node', 30_000),
    server('nats.power-loss', 30_000),
    server('nats.pause-node', 15_000),
    server('nats.shut-down-node', 20_000),
    {
      name: 'nats.step-down',
      kind: 'nats.step-down',
      parameters: { ...blue, group: 'stream' },
      target: 'drawn',
    },
    {
      name: 'nats.impair-acks',
      kind: 'nats.impair-acks',
      parameters: { ...blue, lossRate: 0.5, delayMs: 3000 },
      target: 'drawn',
      durationMs: 120_000,
    },
    {
      name: 'jetstream.stick-replica',
      kind: 'jetstream.stick-replica',
      parameters: { ...blue, stream: 'KV_parti-assignments' },
      target: 'drawn',
      durationMs: 30_000,
    },
    {
      name: 'jetstream.clock-step',
      kind: 'jetstream.clock-step',
      parameters: { ...blue, node: 'stream-leader', stepMs: 60_000 },
      target: 'drawn',
      durationMs: 60_000,
    },
    link('link.delay', { delayMs: 500 }),
    link('link.loss', { lossRate: 0.3 }),
    link('link.one-way-cut', {}),
    store('cassandra.slow-node', { factor: 20 }, 120_000),
    store('cassandra.overload', { share: 0.5 }, 120_000),
    store('cassandra.kill-node', { how: 'kill' }, 60_000),
    store('cassandra.cut-node', { from: 'all' }, 60_000),
    store('cassandra.pause-node', {}, 15_000),
    {
      name: 'operator.scale',
      kind: 'operator.scale',
      parameters: { deployment: 'defender-blue', replicas: scaledUp(defenders) },
      target: 'drawn',
    },
    {
      name: 'operator.rolling-update',
      kind: 'operator.rolling-update',
      parameters: { deployment: 'defender-blue' },
      target: 'drawn',
    },
  ];
}

/** Kinds of faults, or whole areas of them, that are no column, and why: no act of a Defender depends on them. */
export const kindsLeftOut: Readonly<Record<string, string>> = {
  'cassandra.clock-step':
    'timestamps of Defenders are their own; the schedules of Cassandra step coordinators',
  'cassandra.lose-disk':
    'to a Defender the same as cassandra.kill-node; what is lost is judged in the storms',
  'gateway.': 'a gateway has no part in the protocol of the Defenders',
  'routing.': 'a gateway has no part in the protocol of the Defenders',
  'management.': 'Defenders ask nothing of Management',
  'prometheus.': 'Defenders ask no metrics',
  'metrics.': 'Defenders ask no metrics',
  'operator.start-rollout': 'moves tools between colours, which no Defender sees; explore covers it',
  'operator.rollback': 'moves tools between colours, which no Defender sees; explore covers it',
  'jetstream.forget-interest': 'a defect of 2.9 alone; the differential tests of NATS hold the model to it',
  'jetstream.damage-files': 'loses what was acknowledged, which no protocol makes up for',
  'jetstream.move-member': 'takes a cluster that is larger than its streams',
  'jetstream.limit-reconnects': 'does nothing without a long outage beside it',
  'kafka.': 'only where V1 runs',
  'kubelet.': 'readiness is no part of the protocol; defender-readiness-flap holds it to that',
  'operator.drain-node': 'to a Defender the same as pod.kill delete; defender-drain shows the drains',
};

function cut(name: string, direction: string, target: 'self' | 'leader'): Strike {
  return { name, kind: 'nats.client-cut', parameters: { direction }, target, durationMs: 20_000 };
}

function partition(name: string, scope: string, direction: string, durationMs: number): Strike {
  const parameters = { ...blue, scope, direction };
  return { name: `nats.partition ${name}`, kind: 'nats.partition', parameters, target: 'drawn', durationMs };
}

/** The server that leads the stream of completions: the one that is missed most. */
function server(kind: string, durationMs: number): Strike {
  return { name: kind, kind, parameters: { ...blue, node: 'stream-leader' }, target: 'drawn', durationMs };
}

function link(kind: string, strength: Readonly<Record<string, number>>): Strike {
  const parameters = { ...blue, path: 'defender-nats', ...strength };
  return { name: kind, kind, parameters, target: 'drawn', durationMs: 30_000 };
}

function store(
  kind: string,
  strength: Readonly<Record<string, string | number>>,
  durationMs: number,
): Strike {
  return { name: kind, kind, parameters: { ...strength }, target: 'drawn', durationMs };
}
