import { PortError } from '../../../system/ports/errors.ts';
import { ActorRun, seenEntry } from './fault-actor.ts';
import { faultConsumers, type FaultPhase, type FaultPlan } from './fault-plan.ts';
import { FaultRecord } from './fault-record.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';
import { lastRevisions, lastSeen, violations, type Ending, type Violation } from './fault-rules.ts';
import { persistently } from './fault-script.ts';

/** How a run under faults ended: what clients were answered, and what did not hold. */
export interface FaultOutcome {
  readonly operations: number;
  /** Answers that say what became of it, and those that do not: stored or not, both is right. */
  readonly clear: number;
  readonly ambiguous: number;
  readonly deliveries: number;
  readonly redeliveries: number;
  readonly writes: number;
  /** Each kind of command with each answer, and how often. */
  readonly words: ReadonlyMap<string, number>;
  /** Replicas that could be read, of the stream and of the bucket. */
  readonly replicasRead: readonly [number, number];
  readonly violations: readonly Violation[];
}

const publishTimeoutMs = 3_000;
const ackWaitMs = 3_000;
const recoveryMs = 60_000;
const drainMs = 90_000;
const watchMs = 100_000;
const payload = new Uint8Array(0);

interface Assets {
  readonly name: string;
  readonly stream: string;
  readonly bucket: string;
}

/** A stream with two consumers and a bucket, each of three replicas, under actors and faults. */
export async function runFaults(rig: FaultRig, plan: FaultPlan, name: string): Promise<FaultOutcome> {
  const assets = { name, stream: `F${name}`, bucket: `B${name}` };
  const record = new FaultRecord();
  const admin = await rig.connect(`${name}-admin`);
  await create(rig, admin, assets);
  const watches = await watch(rig, plan, assets, record);
  const actors: ActorRun[] = [];
  for (const [number, actor] of plan.actors.entries())
    actors.push(await ActorRun.start(rig, actor, { ...assets, number }, record));
  for (const phase of plan.phases) await endure(rig, admin, assets, phase, record);
  for (const actor of actors) await actor.stop();
  const recovered = await recover(rig, admin, assets, record);
  await rig.untilSettled();
  const left = await drain(rig, admin, assets, record);
  const bucketReplicas = await rig.replicas(`KV_${assets.bucket}`, admin);
  await untilWatched(rig, record, lastRevisions(bucketReplicas[0] ?? []));
  const ending: Ending = {
    recovered,
    replicas: await rig.replicas(assets.stream, admin),
    bucketReplicas,
    left,
  };
  for (const end of watches) await end();
  for (const stream of [assets.stream, `KV_${assets.bucket}`])
    await admin.management.deleteStream(stream).catch(() => undefined);
  await admin.close();
  return {
    operations: record.operations,
    clear: record.clear,
    ambiguous: record.ambiguous,
    deliveries: record.deliveries.length,
    redeliveries: record.deliveries.filter(({ count }) => count > 1).length,
    writes: record.writes.length,
    words: record.words,
    replicasRead: [ending.replicas.length, ending.bucketReplicas.length],
    violations: violations(record, ending),
  };
}

async function create(
  rig: FaultRig,
  admin: FaultConnection,
  { name, stream, bucket }: Assets,
): Promise<void> {
  await persistently(rig, async () => {
    await admin.management.createStream({ name: stream, subjects: [`${name}.>`], replicas: 3 });
    await admin.createBucket({ bucket, replicas: 3, history: 64 });
    for (const [number, tail] of faultConsumers.entries()) {
      const settings = {
        name: `c${number}`,
        durable: true,
        ack: 'explicit',
        ackWaitMs,
        filterSubjects: [`${name}.${tail}`],
      } as const;
      await admin.management.createConsumer(stream, settings);
    }
  });
}

async function watch(
  rig: FaultRig,
  plan: FaultPlan,
  { name, bucket }: Assets,
  record: FaultRecord,
): Promise<readonly (() => Promise<void>)[]> {
  const ends: (() => Promise<void>)[] = [];
  for (let number = 0; number < plan.watches; number++) {
    const connection = await rig.connect(`${name}-watch-${number}`);
    const entries: FaultRecord['watched'][number] = [];
    record.watched.push(entries);
    const open = connection.bucket(bucket).watch({}, { entry: (entry) => entries.push(seenEntry(entry)) });
    ends.push(async () => {
      open.stop();
      await connection.close();
    });
  }
  return ends;
}

async function endure(
  rig: FaultRig,
  admin: FaultConnection,
  { stream, bucket }: Assets,
  { fault, victim, lastsMs, calmMs }: FaultPhase,
  record: FaultRecord,
): Promise<void> {
  record.operations++;
  const kv = `KV_${bucket}`;
  if (fault === 'step-down') {
    const { management } = admin;
    const stepDowns = {
      stream: () => management.stepDownStream(stream),
      bucket: () => management.stepDownStream(kv),
      consumer: () => management.stepDownConsumer(stream, 'c0'),
    };
    await stepDowns[victim.of]().catch(ignorePortError);
  } else {
    const leaders = {
      stream: () => rig.leader(stream),
      bucket: () => rig.leader(kv),
      consumer: () => rig.consumerLeader(stream, 'c0', admin),
    };
    const leader = (await leaders[victim.of]().catch(ignorePortError)) ?? 0;
    const end = rig.strike(fault, victim.role === 'leader' ? leader : (leader + 1) % rig.servers);
    await rig.sleep(lastsMs);
    end();
  }
  await rig.sleep(calmMs);
}

/** A publish is acknowledged, and a put. */
async function recover(
  rig: FaultRig,
  admin: FaultConnection,
  { name, bucket }: Assets,
  record: FaultRecord,
): Promise<boolean> {
  const deadlineMs = rig.nowMs() + recoveryMs;
  for (let attempt = 0; rig.nowMs() < deadlineMs; attempt++) {
    const messageId = `last-${attempt}`;
    try {
      const options = { timeoutMs: publishTimeoutMs, messageId };
      const { sequence } = await admin.publisher.publish(
        `${name}.s0`,
        new TextEncoder().encode(messageId),
        options,
      );
      record.acknowledge(messageId, sequence);
      await admin.bucket(bucket).put('last', payload);
      return true;
    } catch (error) {
      ignorePortError(error);
    }
    await rig.sleep(250);
  }
  return false;
}

/** Pulls and acknowledges until nothing is left, and what was delivered elsewhere has come back. */
async function drain(
  rig: FaultRig,
  admin: FaultConnection,
  { stream }: Assets,
  record: FaultRecord,
): Promise<Ending['left']> {
  const left = faultConsumers.map(() => ({ pending: NaN, unacked: NaN }));
  const deadlineMs = rig.nowMs() + drainMs;
  const isLeft = (): boolean => left.some(({ pending, unacked }) => pending !== 0 || unacked !== 0);
  while (isLeft() && rig.nowMs() < deadlineMs) {
    await Promise.all(faultConsumers.map((_, consumer) => drainOnce(rig, admin, stream, consumer, record)));
    for (const consumer of faultConsumers.keys()) {
      try {
        const { pending, ackPending } = await admin.management.consumer(stream, `c${consumer}`);
        left[consumer] = { pending, unacked: ackPending };
      } catch (error) {
        ignorePortError(error);
      }
    }
  }
  return left;
}

async function drainOnce(
  rig: FaultRig,
  admin: FaultConnection,
  stream: string,
  consumer: number,
  record: FaultRecord,
): Promise<void> {
  let ended = false;
  const request = { batch: 200, expiresMs: 1_000 };
  const pull = admin.puller.pull(stream, `c${consumer}`, request, {
    message: (message) => {
      record.deliveries.push({
        consumer,
        sequence: message.sequence,
        messageId: message.headers['Nats-Msg-Id'] ?? '',
        count: message.deliveryCount,
        atMs: rig.nowMs(),
      });
      message.acknowledge({ kind: 'ack' });
    },
    status: ({ status }) => {
      if (status !== 100) ended = true;
    },
  });
  const deadlineMs = rig.nowMs() + request.expiresMs + 300;
  while (!ended && rig.nowMs() < deadlineMs) await rig.sleep(20);
  pull.stop();
}

async function untilWatched(
  rig: FaultRig,
  record: FaultRecord,
  last: ReadonlyMap<string, number>,
): Promise<void> {
  const deadlineMs = rig.nowMs() + watchMs;
  const isBehind = (): boolean =>
    record.watched.some((entries) => {
      const seen = lastSeen(entries);
      return [...last].some(([key, revision]) => seen.get(key) !== revision);
    });
  while (isBehind() && rig.nowMs() < deadlineMs) await rig.sleep(200);
}

function ignorePortError(error: unknown): undefined {
  if (!(error instanceof PortError)) throw error;
  return undefined;
}
