import { PortError } from '../../../system/ports/errors.ts';
import type { FaultPhase, FaultPlan } from './fault-plan.ts';
import type { FaultRig } from './fault-rig.ts';
import type { RigConnection } from './rig.ts';

/** What a run under faults saw, as sets: moments differ from run to run, these do not (jetstream §3, T15–T21, T28). */
export interface FaultOutcome {
  /** Publishes tried, faults, and hand-overs. */
  readonly operations: number;
  readonly acked: number;
  /** No answer came, or none that says what became of it: stored or not, both is right. */
  readonly ambiguous: number;
  /** Acknowledged and in no replica's contents, or not in all of them. */
  readonly missing: readonly string[];
  /** Message ids stored more than once, and ids acknowledged with a sequence that holds another one. */
  readonly wrong: readonly string[];
  /** Replicas hold the same. */
  readonly isEqual: boolean;
  /** Replicas that could be read. */
  readonly replicasRead: number;
  /** After the last fault a publish was acknowledged. */
  readonly recovered: boolean;
}

const publishTimeoutMs = 3_000;
const pauseMs = 15;
const recoveryMs = 60_000;
const settleMs = 3_000;
const payload = new Uint8Array(20);

/** A stream of three replicas under writers, each with a connection of its own. */
export async function runFaults(rig: FaultRig, plan: FaultPlan, name: string): Promise<FaultOutcome> {
  const stream = `F${name}`;
  const connection = await rig.connect(`${name}-admin`);
  const settings = { name: stream, subjects: [`${name}.>`], replicas: 3 };
  // Servers that came back just now are not offered as peers yet.
  await untilTrue(rig, () =>
    connection.management.createStream(settings).then(
      () => true,
      () => false,
    ),
  );
  await rig.sleep(settleMs);
  const acked = new Map<string, number>();
  let ambiguous = 0;
  let operations = plan.phases.length;
  let isOver = false;
  const publish = async (from: RigConnection, messageId: string): Promise<boolean> => {
    operations++;
    try {
      const options = { timeoutMs: publishTimeoutMs, messageId };
      acked.set(messageId, (await from.publisher.publish(`${name}.w`, payload, options)).sequence);
      return true;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      ambiguous++;
      return false;
    }
  };
  const writers = Array.from({ length: plan.writers }, async (_, writer) => {
    const own = await rig.connect(`${name}-${writer}`);
    for (let count = 0; !isOver; count++) {
      await publish(own, `${writer}-${count}`);
      await rig.sleep(pauseMs);
    }
    await own.close();
  });
  for (const phase of plan.phases) await endure(rig, connection, stream, phase);
  isOver = true;
  await Promise.all(writers);
  const recovered = await untilTrue(rig, (attempt) => publish(connection, `last-${attempt}`));
  await rig.sleep(settleMs);
  const replicas = await rig.replicas(stream, connection);
  await connection.management.deleteStream(stream).catch(() => undefined);
  await connection.close();
  return { operations, acked: acked.size, ambiguous, recovered, ...judge(acked, replicas) };
}

async function endure(
  rig: FaultRig,
  connection: RigConnection,
  stream: string,
  { fault, victim, lastsMs, calmMs }: FaultPhase,
): Promise<void> {
  const leader = (await rig.leader(stream)) ?? 0;
  if (fault === 'step-down') {
    await connection.management.stepDownStream(stream).catch(() => undefined);
    await rig.sleep(calmMs);
    return;
  }
  const end = rig.strike(fault, victim === 'leader' ? leader : (leader + 1) % rig.servers);
  await rig.sleep(lastsMs);
  end();
  await rig.sleep(calmMs);
}

async function untilTrue(rig: FaultRig, attempt: (count: number) => Promise<boolean>): Promise<boolean> {
  const deadlineMs = rig.nowMs() + recoveryMs;
  for (let count = 0; rig.nowMs() < deadlineMs; count++) {
    if (await attempt(count)) return true;
    await rig.sleep(250);
  }
  return false;
}

function judge(
  acked: ReadonlyMap<string, number>,
  replicas: readonly string[],
): Pick<FaultOutcome, 'missing' | 'wrong' | 'isEqual' | 'replicasRead'> {
  const missing = new Set<string>();
  const wrong = new Set<string>();
  for (const held of replicas) {
    const places = new Map<string, string>();
    for (const line of held === '' ? [] : held.split('; ')) {
      const [sequence = '', messageId = ''] = line.split(' ');
      if (places.has(messageId)) wrong.add(messageId);
      places.set(messageId, sequence);
    }
    for (const [messageId, sequence] of acked) {
      const place = places.get(messageId);
      if (place === undefined) missing.add(messageId);
      else if (place !== String(sequence)) wrong.add(messageId);
    }
  }
  return {
    missing: [...missing],
    wrong: [...wrong],
    isEqual: new Set(replicas).size <= 1,
    replicasRead: replicas.length,
  };
}
