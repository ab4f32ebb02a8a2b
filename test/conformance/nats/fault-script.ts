import type { NatsProfile } from '../../../sim/nats/index.ts';
import { PortError } from '../../../system/ports/errors.ts';
import { band, type Measure } from './fault-measure.ts';
import type { Probe } from './fault-probe.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';

/** A sequence of `jetstream §3` whose moments differ from run to run: what it measures is judged by set or band. */
export interface FaultScript {
  readonly id: string;
  readonly title: string;
  /** Short enough for every test run on real servers. */
  readonly isShort: boolean;
  /** `name` is used by nobody else in this world. */
  run(rig: FaultRig, name: string, version: NatsProfile['version']): Promise<readonly Measure[]>;
}

/** Servers that came back just now are not offered as peers yet. */
const createTries = 60;
const createPauseMs = 1_000;
const settleMs = 2_000;

export async function persistently(rig: FaultRig, create: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await create();
      break;
    } catch (error) {
      if (!(error instanceof PortError) || attempt === createTries) throw error;
      await rig.sleep(createPauseMs);
    }
  }
  await rig.sleep(settleMs);
}

/** Where links were cut in a network, servers that say that they are settled may still wait for a retransmission. */
export async function removeStream(rig: FaultRig, admin: FaultConnection, stream: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await admin.management.deleteStream(stream);
      return;
    } catch (error) {
      if (!(error instanceof PortError) || attempt === createTries) throw error;
      // It was deleted, and the answer was lost.
      if (error.code === 'not-found') return;
      await rig.sleep(createPauseMs);
    }
  }
}

/** A stream of three replicas for `<name>.>`, and the server that leads it. */
export async function replicatedStream(
  rig: FaultRig,
  admin: FaultConnection,
  name: string,
  retention: 'limits' | 'workqueue' = 'limits',
): Promise<{ readonly stream: string; readonly leader: number }> {
  const stream = `F${name}`;
  await persistently(rig, () =>
    admin.management.createStream({ name: stream, subjects: [`${name}.>`], replicas: 3, retention }),
  );
  return { stream, leader: await ledBy(rig, stream) };
}

export async function ledBy(rig: FaultRig, stream: string): Promise<number> {
  for (let attempt = 0; attempt < createTries; attempt++) {
    const leader = await rig.leader(stream);
    if (leader !== undefined) return leader;
    await rig.sleep(createPauseMs);
  }
  throw new Error(`nobody leads ${stream}`);
}

/** Everything acknowledged is at its sequence in every replica that can be read, nothing is there twice. 2.9 may lose (jetstream R1). */
export async function audit(
  rig: FaultRig,
  stream: string,
  admin: FaultConnection,
  probes: readonly Probe[],
  version: NatsProfile['version'],
): Promise<readonly Measure[]> {
  const mayLose = version === '2.9.10';
  const replicas = await rig.replicas(stream, admin);
  let lost = 0;
  let twice = 0;
  for (const held of replicas) {
    const kept = new Set(held.map(({ sequence, messageId }) => `${sequence} ${messageId}`));
    for (const { messageId, sequence } of probes) {
      if (sequence > 0 && !kept.has(`${sequence} ${messageId}`)) lost++;
    }
    twice += held.length - new Set(held.map(({ messageId }) => messageId)).size;
  }
  return [
    band('replicas read', replicas.length, 1, rig.servers),
    band('acknowledged and not in a replica', lost, 0, mayLose ? probes.length : 0),
    band('stored twice', twice, 0, mayLose ? probes.length : 0),
    band(
      'different replicas',
      new Set(replicas.map((held) => JSON.stringify(held))).size,
      1,
      mayLose ? rig.servers : 1,
    ),
  ];
}
