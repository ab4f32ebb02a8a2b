import type { NatsProfile } from '../../../sim/nats/index.ts';
import { PortError } from '../../../system/ports/errors.ts';
import { band, words } from './fault-measure.ts';
import { failed, firstSeconds, outageSeconds, ProbeLoad, type Probe } from './fault-probe.ts';
import type { FaultConnection, FaultRig } from './fault-rig.ts';
import { audit, ledBy, replicatedStream, type FaultScript, removeStream } from './fault-script.ts';

const everyMs = 100;
const timeoutMs = 1_000;
/** Before the fault. */
const calmMs = 2_000;
const mostAttempts = 60;
/**
 * A heal is noticed with the next retransmission, 51 s after the first byte that was not confirmed where the cut was half
 * a minute long (jetstream C22), a tenth later on a busy machine, and a second or two until a route is dialled again.
 */
const noticedMs = 30_000;
/** An election of 4 to 9 s, from the last heartbeat, and one more where votes were split (jetstream B6). */
const electionBand = [2.8, 19] as const;

const stepDown: FaultScript = {
  id: 'T15',
  title: 'a stream leader hands over under load',
  isShort: true,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream } = await replicatedStream(rig, admin, name);
    const load = new ProbeLoad(rig, admin, { subject: `${name}.x`, everyMs, timeoutMs });
    await rig.sleep(calmMs);
    const sinceMs = rig.nowMs();
    await admin.management.stepDownStream(stream);
    await rig.sleep(5_000);
    const probes = await load.stop();
    const measures = [
      band('seconds without acknowledgements', outageSeconds(probes, sinceMs), 0, 1),
      words(
        'what failed',
        failed(probes).map(({ word }) => word),
        ['no-responders', 'timeout', 'unavailable'],
      ),
      ...(await audit(rig, stream, admin, probes, version)),
    ];
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

const kill: FaultScript = {
  id: 'T16',
  title: 'kill -9 of the stream leader, the client elsewhere',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream, leader } = await replicatedStream(rig, admin, name);
    const client = await rig.connectAt((leader + 1) % rig.servers, `${name}-client`);
    const load = new ProbeLoad(rig, client, { subject: `${name}.x`, everyMs, timeoutMs });
    await rig.sleep(calmMs);
    const sinceMs = rig.nowMs();
    const restart = rig.strike('kill', leader);
    await rig.sleep(22_000);
    const probes = await load.stop();
    restart();
    await rig.untilSettled();
    const lost = failed(probes);
    const timeouts = lost.filter(({ word }) => word === 'timeout').length;
    const measures = [
      band('seconds without acknowledgements', outageSeconds(probes, sinceMs), ...electionBand),
      words(
        'what failed',
        lost.map(({ word }) => word),
        ['no-responders', 'timeout'],
        ['no-responders'],
      ),
      // What was on its way when the leader died, and when the next one began.
      band('time-outs', timeouts, 0, (2 * timeoutMs) / everyMs),
      ...(await audit(rig, stream, admin, probes, version)),
    ];
    await client.close();
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

/**
 * How long nobody can lead when one comes back that has raised its term. In 2.9.10 whoever is asked for its vote waits
 * anew, so that one that cannot win holds up those that can: up to four rounds (five in 19 s were seen).
 */
function mostElectionSeconds(version: NatsProfile['version']): number {
  return version === '2.9.10' ? 4 * 9 : electionBand[1];
}

const blackholeElsewhere: FaultScript = {
  id: 'T17',
  title: 'the leader is cut off, the client on a follower',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream, leader } = await replicatedStream(rig, admin, name);
    const client = await rig.connectAt((leader + 1) % rig.servers, `${name}-client`);
    const load = new ProbeLoad(rig, client, { subject: `${name}.x`, everyMs, timeoutMs });
    await rig.sleep(calmMs);
    const sinceMs = rig.nowMs();
    const heal = rig.strike('isolate', leader);
    await rig.sleep(22_000);
    const probes = await load.stop();
    heal();
    await rig.untilSettled();
    const measures = [
      band('seconds without acknowledgements', outageSeconds(probes, sinceMs), ...electionBand),
      words(
        'what failed',
        failed(probes).map(({ word }) => word),
        ['timeout'],
        ['timeout'],
      ),
      ...(await audit(rig, stream, admin, probes, version)),
    ];
    await client.close();
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

const blackholeBeside: FaultScript = {
  id: 'T18',
  title: 'the leader is cut off, the client at the leader',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream, leader } = await replicatedStream(rig, admin, name);
    const client = await rig.connectAt(leader, `${name}-client`);
    const load = new ProbeLoad(rig, client, { subject: `${name}.x`, everyMs, timeoutMs });
    await rig.sleep(calmMs);
    const sinceMs = rig.nowMs();
    const heal = rig.strike('isolate', leader);
    await rig.sleep(32_000);
    const healedMs = rig.nowMs();
    heal();
    const lateMs = noticedMs + mostElectionSeconds(version) * 1000;
    await rig.sleep(lateMs);
    const probes = await load.stop();
    await rig.untilSettled();
    const during = probes.filter(({ sentMs }) => sentMs > sinceMs && sentMs < healedMs - timeoutMs);
    const firstRefusal = during.find(({ word }) => word !== 'timeout');
    const refused = during.filter(({ sentMs }) => sentMs >= (firstRefusal?.sentMs ?? Infinity));
    const measures = [
      // Until its first tick of 10 s at which it has heard nobody for 10 s (jetstream B13).
      band('seconds of time-outs', ((firstRefusal?.sentMs ?? Infinity) - sinceMs) / 1000, 9, 20.5),
      words(
        'then, until the heal',
        refused.map(({ word }) => word),
        ['no-responders'],
        ['no-responders'],
      ),
      // On 2.12 messages have another connection than raft groups, which may come back first (jetstream C22).
      band('seconds from the heal to the first', firstSeconds(probes, healedMs), 0, lateMs / 1000),
      // An election, since its term is the higher one, after the connections have come back (jetstream B12, C22).
      band('seconds from the heal to all', outageSeconds(probes, healedMs), 0, lateMs / 1000),
      ...(await audit(rig, stream, admin, probes, version)),
    ];
    await client.close();
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

const sentAgain: FaultScript = {
  id: 'T19',
  title: 'the leader is cut off, then every message without an answer is sent again',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream, leader } = await replicatedStream(rig, admin, name);
    const subject = `${name}.x`;
    const client = await rig.connectAt(leader, `${name}-client`);
    const load = new ProbeLoad(rig, client, { subject, everyMs, timeoutMs });
    await rig.sleep(calmMs);
    const heal = rig.strike('isolate', leader);
    await rig.sleep(20_000);
    const probes = await load.stop();
    heal();
    const again: Probe[] = [];
    for (const probe of failed(probes)) again.push(await sendUntilAnswered(rig, admin, subject, probe));
    await rig.untilSettled();
    const answered = probes.filter(({ word }) => word === 'ok');
    const measures = [
      band('sent again', again.length, 150, 250),
      ...(await audit(rig, stream, admin, [...answered, ...again], version)),
    ];
    await client.close();
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

async function sendUntilAnswered(
  rig: FaultRig,
  { publisher }: FaultConnection,
  subject: string,
  probe: Probe,
): Promise<Probe> {
  const { messageId } = probe;
  for (let attempt = 1; ; attempt++) {
    try {
      const { sequence } = await publisher.publish(subject, new Uint8Array(20), { messageId, timeoutMs });
      return { ...probe, word: 'ok', sequence };
    } catch (error) {
      if (!(error instanceof PortError) || attempt === mostAttempts) throw error;
      await rig.sleep(timeoutMs);
    }
  }
}

/** 0: nothing failed. */
function noticedSeconds(brokenMs: number, healedMs: number): number {
  return brokenMs === Infinity ? 0 : (brokenMs - healedMs) / 1000;
}

const isolatedFollower: FaultScript = {
  id: 'T20',
  title: 'a follower is cut off for long and comes back',
  isShort: false,
  async run(rig, name, version) {
    const mostSeconds = mostElectionSeconds(version);
    const admin = await rig.connect(`${name}-admin`);
    const { stream, leader } = await replicatedStream(rig, admin, name);
    const client = await rig.connectAt(leader, `${name}-client`);
    const load = new ProbeLoad(rig, client, { subject: `${name}.x`, everyMs, timeoutMs });
    await rig.sleep(calmMs);
    const sinceMs = rig.nowMs();
    const heal = rig.strike('isolate', (leader + 1) % rig.servers);
    await rig.sleep(30_000);
    const healedMs = rig.nowMs();
    heal();
    let elections = 0;
    let last = leader;
    while (rig.nowMs() < healedMs + noticedMs + mostSeconds * 1000) {
      const now = await rig.leader(stream);
      if (now !== undefined && now !== last) {
        elections++;
        last = now;
      }
      await rig.sleep(200);
    }
    const probes = await load.stop();
    await rig.untilSettled();
    // The heal is noticed late where it is a network's: what counts is how long nobody could lead then.
    const brokenMs = failed(probes).find(({ sentMs }) => sentMs >= healedMs)?.sentMs ?? Infinity;
    const measures = [
      band(
        'failed while it is away',
        failed(probes).filter(({ sentMs }) => sentMs > sinceMs && sentMs < healedMs - timeoutMs).length,
        0,
        2,
      ),
      band('other leaders after the heal', elections, 0, version === '2.9.10' ? 2 : 1),
      band(
        'seconds from the heal until it is noticed',
        noticedSeconds(brokenMs, healedMs),
        0,
        noticedMs / 1000,
      ),
      band('seconds without acknowledgements', outageSeconds(probes, brokenMs), 0, mostSeconds),
      ...(await audit(rig, stream, admin, probes, version)),
    ];
    await client.close();
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

const pause: FaultScript = {
  id: 'T21',
  title: 'the leader stands still for 2 s, then for 15 s',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream, leader } = await replicatedStream(rig, admin, name);
    const client = await rig.connectAt((leader + 1) % rig.servers, `${name}-client`);
    const patient = new ProbeLoad(rig, client, { subject: `${name}.x`, everyMs, timeoutMs: 5_000 });
    await rig.sleep(calmMs);
    const resumeSoon = rig.strike('pause', leader);
    await rig.sleep(2_000);
    resumeSoon();
    await rig.sleep(3_000);
    const afterShort = await patient.stop();
    const still = await rig.leader(stream);
    const load = new ProbeLoad(rig, client, { subject: `${name}.y`, everyMs, timeoutMs });
    await rig.sleep(calmMs);
    const sinceMs = rig.nowMs();
    const resume = rig.strike('pause', leader);
    await rig.sleep(20_000);
    resume();
    await rig.sleep(10_000);
    const afterLong = await load.stop();
    await rig.untilSettled();
    const led = await ledBy(rig, stream);
    const measures = [
      words(
        'what failed in 2 s',
        failed(afterShort).map(({ word }) => word),
        [],
      ),
      band('other leaders after 2 s', still === leader ? 0 : 1, 0, 0),
      band(
        'seconds without acknowledgements',
        outageSeconds(afterLong, sinceMs, sinceMs + 18_000),
        ...electionBand,
      ),
      words(
        'what failed in 20 s',
        failed(afterLong).map(({ word }) => word),
        ['timeout', 'no-responders'],
        ['timeout'],
      ),
      band('other leaders after 20 s', led === leader ? 0 : 1, 0, 1),
      ...(await audit(rig, stream, admin, [...afterShort, ...afterLong], version)),
    ];
    await client.close();
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

const rolling: FaultScript = {
  id: 'T28',
  title: 'SIGTERM of each server in turn under load',
  isShort: false,
  async run(rig, name, version) {
    const admin = await rig.connect(`${name}-admin`);
    const { stream } = await replicatedStream(rig, admin, name);
    const measures = [];
    const all = [];
    for (let victim = 0; victim < rig.servers; victim++) {
      const clients = await Promise.all(
        [1, 2].map((step) => rig.connectAt((victim + step) % rig.servers, `${name}-${victim}-${step}`)),
      );
      const loads = clients.map(
        (client, place) =>
          new ProbeLoad(rig, client, { subject: `${name}.${victim}.${place}`, everyMs, timeoutMs }),
      );
      await rig.sleep(calmMs);
      const sinceMs = rig.nowMs();
      const restart = rig.strike('shut-down', victim);
      await rig.sleep(3_000);
      restart();
      await rig.untilSettled();
      for (const load of loads) {
        const probes = await load.stop();
        measures.push(
          band(`seconds without acknowledgements, server ${victim}`, outageSeconds(probes, sinceMs), 0, 1),
        );
        all.push(...probes);
      }
      for (const client of clients) await client.close();
    }
    measures.push(...(await audit(rig, stream, admin, all, version)));
    await removeStream(rig, admin, stream);
    await admin.close();
    return measures;
  },
};

export const publishingScripts: readonly FaultScript[] = [
  stepDown,
  kill,
  blackholeElsewhere,
  blackholeBeside,
  sentAgain,
  isolatedFollower,
  pause,
  rolling,
];
