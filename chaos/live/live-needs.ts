import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { cassandraNeeds } from './cassandra/index.ts';
import type { LiveNeed } from './live-need.ts';
import { findServer, freePorts } from './nats/index.ts';

const run = promisify(execFile);

/** Servers that the tests of every run start. */
const testedServers = ['2.12.15', '2.9.10'] as const;
/** A cluster of three with its forwarders takes so many. */
const portsOfCluster = 12;
const goMinor = 26;
const installGo = `install Go 1.${goMinor} or later and put it on the PATH; only the first installation of nats-server 2.12.15 needs it`;

/** What real servers need here and whether it is there. Looks only: it downloads and starts nothing that stays. */
export async function liveNeeds(): Promise<readonly LiveNeed[]> {
  const servers = await Promise.all(testedServers.map(async (version) => serverNeed(version)));
  return [await goNeed(), ...servers, ...(await cassandraNeeds()), await portsNeed()];
}

async function goNeed(): Promise<LiveNeed> {
  const name = 'go';
  try {
    const { stdout } = await run('go', ['version'], { timeout: 30_000 });
    const detail = stdout.trim();
    const minor = Number(/go1\.(\d+)/.exec(detail)?.[1]);
    return minor >= goMinor
      ? { name, state: { kind: 'present', detail } }
      : { name, state: { kind: 'missing', detail, command: installGo } };
  } catch {
    return { name, state: { kind: 'missing', detail: 'not found', command: installGo } };
  }
}

async function serverNeed(version: (typeof testedServers)[number]): Promise<LiveNeed> {
  const name = `nats-server ${version}`;
  const binary = await findServer(version);
  return binary.kind === 'found'
    ? { name, state: { kind: 'present', detail: binary.path } }
    : { name, state: { kind: 'missing', detail: binary.problem, command: binary.command } };
}

async function portsNeed(): Promise<LiveNeed> {
  const name = 'ports on loopback';
  try {
    const ports = await freePorts(portsOfCluster);
    return { name, state: { kind: 'present', detail: `${ports.length} could be taken at once` } };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { name, state: { kind: 'missing', detail, command: 'ip addr show lo; ss -ltn' } };
  }
}
