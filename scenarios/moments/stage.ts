import type { PlannedFault } from '../../chaos/plan.ts';
import { minuteMs } from '../catalog/scenario.ts';

type Act = Omit<PlannedFault, 'id'>;

/** What is done so that a moment comes, and from when on it is waited for. */
export interface Stage {
  readonly name: string;
  /** Milliseconds since the start of the run; 0: the cold start counts. */
  readonly waitFromMs: number;
  /** How many times the scenario's own length, for what seldom happens by itself. */
  lengths(tools: number): number;
  acts(defenders: number): readonly Act[];
  /** Ids of the pool, where there are so few that it matters. */
  poolSize?(defenders: number): number;
}

const actMs = 3 * minuteMs;
/** By then the first map is followed by everyone. */
const calmMs = 2.5 * minuteMs;
const pool = { deployment: 'defender-blue' };
const someone = { component: 'defender', colour: 'blue' };

function stage(name: string, acts: Stage['acts'], waitFromMs = calmMs): Stage {
  return { name, acts, waitFromMs, lengths: () => 1 };
}

const coldStart = stage('cold start', () => [], 0);
const calm = stage('nothing else', () => []);
/** About 2 % of the contexts are abnormal: so many tools have one within ten minutes almost surely. */
const toolsWithAlarm = 600;
const longCalm: Stage = {
  ...stage('nothing else for long', () => []),
  lengths: (tools) => Math.ceil(toolsWithAlarm / tools),
};
const update = stage('rolling update', () => [
  { kind: 'operator.rolling-update', parameters: pool, startMs: actMs },
]);
const growth = stage('scaled up', (defenders) => [
  {
    kind: 'operator.scale',
    parameters: { ...pool, replicas: Math.ceil(defenders * 1.3) },
    startMs: actMs,
  },
]);
const reduction = stage('scaled down', (defenders) => [
  {
    kind: 'operator.scale',
    parameters: { ...pool, replicas: Math.max(1, Math.floor(defenders * 0.7)) },
    startMs: actMs,
  },
]);
const crash = stage('a Defender dies', () => [
  { kind: 'pod.kill', parameters: { ...someone, how: 'crash' }, startMs: actMs },
]);
const leaderCrash = stage('the leader dies', () => [
  {
    kind: 'pod.kill',
    parameters: { component: 'leader-defender', colour: 'blue', how: 'crash' },
    startMs: actMs,
  },
]);
const leaderEnd = stage('the leader is deleted', () => [
  {
    kind: 'pod.kill',
    parameters: { component: 'leader-defender', colour: 'blue', how: 'delete' },
    startMs: actMs,
  },
]);
const outage = stage('a Defender without NATS', () => [
  { kind: 'nats.client-cut', parameters: someone, startMs: actMs, endMs: actMs + 20_000 },
]);
const leaderOutage = stage('the leader without NATS', () => [
  {
    kind: 'nats.client-cut',
    parameters: { component: 'leader-defender', colour: 'blue' },
    startMs: actMs,
    endMs: actMs + 20_000,
  },
]);
/** As many ids as the settings need at least, and one pod more: it takes the claim of who is without NATS when that is stale. */
const smallPool = (defenders: number): number => Math.ceil(defenders * 1.25);
const theft: Stage = {
  ...stage('a Defender without NATS, and one pod more than ids', (defenders) => [
    { kind: 'nats.client-cut', parameters: someone, startMs: actMs, endMs: actMs + 90_000 },
    {
      kind: 'operator.scale',
      parameters: { ...pool, replicas: smallPool(defenders) + 1 },
      startMs: actMs + 10_000,
    },
    { kind: 'operator.scale', parameters: { ...pool, replicas: defenders }, startMs: actMs + 150_000 },
  ]),
  poolSize: smallPool,
};
const lostAcks = stage('acks are lost', () => [
  {
    kind: 'nats.impair-acks',
    parameters: { colour: 'blue', lossRate: 1 },
    startMs: actMs,
    endMs: actMs + 3 * minuteMs,
  },
]);
const busyDeath = stage('a Defender at work dies', () => [
  {
    kind: 'pod.kill',
    parameters: { how: 'crash' },
    startMs: actMs,
    at: { moment: 'completion.delivered', occurrence: 1, delayMs: 200, target: 'self' },
  },
]);
/** Whoever works is told to end; the store is slow, so that there is work left when it hears of it. */
const busyEnd = stage('a Defender at work is deleted', () => [
  {
    kind: 'link.delay',
    parameters: { path: 'defender-cassandra', colour: 'blue', delayMs: 200 },
    startMs: actMs,
    endMs: actMs + 3 * minuteMs,
  },
  {
    kind: 'pod.kill',
    parameters: { how: 'delete' },
    startMs: actMs,
    at: { moment: 'completion.delivered', occurrence: 1, delayMs: 200, target: 'self' },
  },
]);

const mapStages = [growth, coldStart, crash, reduction] as const;

/** Of each moment the stages on which it comes, the usual one first. */
const stagesOf: Readonly<Record<string, readonly [Stage, ...Stage[]]>> = {
  'id.claimed': [growth, coldStart],
  'standby.waiting': [update, growth],
  'hand-over.reserved': [update],
  'hand-over.taken': [update],
  'id.lost': [theft],
  'lock.won': [leaderCrash, coldStart, update, leaderOutage],
  'lock.lost': [leaderEnd, leaderOutage],
  'heartbeat.missed': [crash, outage],
  'member.declared-dead': [crash, outage],
  'window.opened': [growth, coldStart, reduction],
  'map.computed': mapStages,
  'map.published': mapStages,
  'map.first-applied': mapStages,
  'map.applied': [growth, update, crash, reduction],
  'durable.rebound': [growth, update, crash, coldStart],
  'completion.delivered': [calm],
  'completion.redelivered': [busyDeath, lostAcks],
  'result.stored': [calm],
  'alarm.raised': [longCalm],
  'drain.started': [update, reduction],
  'drain.in-flight': [busyEnd],
  // Who handed its id on and leads nothing is gone in the same act.
  'id.released': [reduction, leaderEnd],
  'degraded.entered': [outage, leaderOutage],
  'degraded.left': [outage, leaderOutage],
};

/** Stages on which the pod that passes the moment is the only one that may have led. */
const withoutLeader: Readonly<Record<string, Stage>> = { 'id.claimed': coldStart, 'lock.lost': leaderEnd };

/** The stages on which a moment comes, the usual one first; with a leader beside whom passes it where one is needed. */
export function stagesFor(moment: string, needsLeader: boolean): readonly Stage[] {
  const stages = stagesOf[moment] ?? [];
  return needsLeader ? stages.filter((each) => each !== withoutLeader[moment]) : stages;
}
