import { PortError } from '../../../system/ports/errors.ts';
import { words } from './fault-measure.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';
import { ledBy, persistently, type FaultScript, removeStream } from './fault-script.ts';

const reads = 30;

async function bucketOf(rig: FaultRig, admin: FaultConnection, name: string): Promise<number> {
  await persistently(rig, () => admin.createBucket({ bucket: name, replicas: 3 }));
  return await ledBy(rig, `KV_${name}`);
}

async function worded(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'ok';
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return error.code;
  }
}

/** Which revisions a client reads, asked many times. */
async function revisions(client: FaultConnection, bucket: string): Promise<readonly string[]> {
  return await Promise.all(
    Array.from({ length: reads }, async () => {
      try {
        return `revision ${(await client.bucket(bucket).get('k'))?.revision ?? 0}`;
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        return error.code;
      }
    }),
  );
}

const isolatedFollower: FaultScript = {
  id: 'T26',
  title: 'a follower of a bucket is cut off: reads and writes from both sides',
  isShort: true,
  async run(rig, name) {
    const admin = await rig.connect(`${name}-admin`);
    const leader = await bucketOf(rig, admin, name);
    const isolated = (leader + 1) % rig.servers;
    const [inside, outside] = await Promise.all([
      rig.connectAt(isolated, `${name}-inside`),
      rig.connectAt(leader, `${name}-outside`),
    ]);
    await admin.bucket(name).put('k', new Uint8Array(1));
    // Followers answer direct reads from a tick of 2 s on (jetstream H65).
    await rig.sleep(4_000);
    const heal = rig.strike('isolate', isolated);
    const written = await worded(outside.bucket(name).put('k', new Uint8Array(2)));
    await rig.sleep(200);
    const [fresh, old, refused] = await Promise.all([
      revisions(outside, name),
      revisions(inside, name),
      worded(inside.bucket(name).put('k', new Uint8Array(3))),
    ]);
    heal();
    await rig.untilSettled();
    const measures = [
      words('a put of the majority', [written], ['ok'], ['ok']),
      words('reads of the majority', fresh, ['revision 2', 'timeout'], ['revision 2']),
      words('reads of the isolated side', old, ['revision 1', 'timeout'], ['revision 1']),
      words('a put of the isolated side', [refused], ['timeout'], ['timeout']),
    ];
    for (const connection of [inside, outside]) await connection.close();
    await removeStream(rig, admin, `KV_${name}`);
    await admin.close();
    return measures;
  },
};

const twoWriters: FaultScript = {
  id: 'T27',
  title: 'a compare-and-set at the isolated leader, another one at the majority',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const leader = await bucketOf(rig, admin, name);
    const [first, second] = await Promise.all([
      rig.connectAt(leader, `${name}-first`),
      rig.connectAt((leader + 1) % rig.servers, `${name}-second`),
    ]);
    const revision = await admin.bucket(name).put('k', new Uint8Array(1));
    await rig.sleep(1_000);
    const heal = rig.strike('isolate', leader);
    const ambiguous = await worded(first.bucket(name).update('k', new Uint8Array(2), revision));
    await rig.sleep(15_000);
    const stands = await worded(second.bucket(name).update('k', new Uint8Array(3), revision));
    heal();
    await rig.untilSettled();
    await rig.sleep(3_000);
    const finals = await Promise.all(
      [admin, first, second].map(async (each) => (await each.bucket(name).get('k'))?.value.length ?? 0),
    );
    // Its replicas may differ for good (jetstream R1).
    const mayLose = version === '2.9.10';
    const measures = [
      words('the first', [ambiguous], ['timeout'], ['timeout']),
      words('the second', [stands], ['ok'], ['ok']),
      words(
        'the final value is of writer',
        finals.map((bytes) => String(bytes - 1)),
        mayLose ? ['1', '2'] : ['2'],
        mayLose ? [] : ['2'],
      ),
    ];
    for (const connection of [first, second]) await connection.close();
    await removeStream(rig, admin, `KV_${name}`);
    await admin.close();
    return measures;
  },
};

export const bucketScripts: readonly FaultScript[] = [isolatedFollower, twoWriters];
