import { setImmediate as nextTurn } from 'node:timers/promises';
import { CassandraRing } from '../../../sim/cassandra/index.ts';
import type { CassandraOptions, Deviation } from '../../../sim/cassandra/index.ts';
import { epochUs, HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { Network } from '../../../sim/network/index.ts';
import type { AppliedCondition } from '../../../sim/network/index.ts';
import type { CqlSession } from '../../../system/ports/cql.ts';
import type {
  WideCqlSession,
  WideOptions,
  WideOutcome,
  WideStatement,
} from '../../../system/ports/cql-wide.ts';
import { clientSkewsUs } from './observation.ts';
import { awaitService, type Rig } from './rig.ts';
import { conformanceTables, probe, tableOptions, type TableName } from './tables.ts';

const pollUs = 100_000;
const longestRunUs = 3_600_000_000;

/** Where no fault is: quick enough to end before the real server's answer, so that both see the same second. */
const quick: Partial<CassandraOptions> = {
  serviceTimes: {
    sigma: 0,
    byTable: {},
    others: { writeUs: 10, readUs: 10 },
    paxosStepUs: 10,
  },
};

export interface ModelRigOptions {
  readonly nodesByDataCentre: readonly number[];
  readonly seed: bigint;
  readonly deviations: readonly Deviation[];
  readonly options?: Partial<CassandraOptions>;
}

/** The modelled ring with the tables, levels of patience and commit log of the real one. */
export class ModelRig implements Rig {
  readonly nodeCount: number;
  readonly baseUs = epochUs;
  readonly ring: CassandraRing;
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #process: SimProcess;
  readonly #host: number;
  readonly #sessions: WideCqlSession[] = [];
  readonly #cuts = new Map<string, AppliedCondition>();
  readonly #delays = new Map<string, AppliedCondition>();

  constructor({ nodesByDataCentre, seed, deviations, options }: ModelRigOptions) {
    this.nodeCount = nodesByDataCentre.reduce((sum, count) => sum + count, 0);
    this.#kernel = new Kernel({ seed });
    this.#network = new Network(this.#kernel, { baseDelayUs: 20, jitterUs: 1 });
    const names = Object.keys(conformanceTables) as TableName[];
    this.ring = new CassandraRing(this.#kernel, this.#network, {
      ...quick,
      datacentres: nodesByDataCentre.map((count, centre) => ({
        name: `dc${centre + 1}`,
        nodeCount: count,
        replicationFactor: count,
        racks: 1,
      })),
      interDatacentreUs: 0,
      virtualNodes: 1,
      tables: names.map((name) => conformanceTables[name]),
      tableParameters: Object.fromEntries(
        names.map((name) => {
          const { gcGraceSeconds, readRepair } = tableOptions[name];
          return [name, { gcGraceSeconds, readRepair: readRepair === 'NONE' ? 'none' : 'blocking' }] as const;
        }),
      ),
      cold: {},
      commitLogSync: 'batch',
      killLossUs: 0,
      startupUs: 3_000_000,
      deviations: new Set(deviations),
      ...options,
    });
    this.#host = this.#network.addHost('client');
    this.#process = new SimProcess(this.#kernel, 'client', 'client', new HostClock(this.#kernel));
  }

  /** Runs what uses the rig, in virtual time, and resolves with its result. */
  async run<T>(body: (rig: Rig) => Promise<T>): Promise<T> {
    let done = false;
    const settled = this.#connect().then(() => body(this));
    const watched = settled.finally(() => {
      done = true;
      this.#kernel.stop();
    });
    // The rejection is the caller's, who awaits the same promise below.
    watched.catch(() => undefined);
    while (!done && this.#kernel.nowUs < longestRunUs) {
      await this.#kernel.run(this.#kernel.nowUs + 60_000_000);
      await nextTurn();
    }
    if (!done) throw new Error('the modelled run does not end');
    return watched;
  }

  nowUs(): number {
    return this.#kernel.nowUs;
  }

  async sleepUntil(timeUs: number): Promise<void> {
    const leftUs = timeUs - this.nowUs();
    if (leftUs > 0) await this.#process.sleep(leftUs / 1000);
  }

  execute(client: number, statement: WideStatement, options: WideOptions): Promise<WideOutcome> {
    const session = this.#sessions[client];
    if (session === undefined) throw new Error(`there is no client ${client}`);
    return session.execute(statement, options);
  }

  systemSession(): Promise<CqlSession> {
    return this.ring.connectorFor(this.#process, this.#host).connect('system');
  }

  kill(node: number): Promise<void> {
    this.ring.killNode(node);
    return Promise.resolve();
  }

  stop(node: number): Promise<void> {
    this.ring.stopNode(node);
    return Promise.resolve();
  }

  async restart(node: number): Promise<void> {
    this.ring.restartNode(node);
    await this.#until(() => this.ring.nodes[node]?.running === true);
    await awaitService(this, node, clientSkewsUs.length, probe);
  }

  pause(node: number): void {
    this.ring.pauseNode(node);
  }

  resume(node: number): void {
    this.ring.resumeNode(node);
  }

  cutOneWay(from: number, to: number): void {
    this.#impose(this.#nodeHost(from), this.#nodeHost(to));
  }

  delay(from: number, to: number, milliseconds: number): void {
    const name = `${from} ${to}`;
    const applied = this.#delays.get(name);
    if (applied !== undefined) this.#network.lift(applied);
    this.#delays.delete(name);
    if (milliseconds === 0) return;
    const condition = { extraDelayUs: milliseconds * 1000 };
    this.#delays.set(name, this.#network.impose(condition, [this.#nodeHost(from)], [this.#nodeHost(to)]));
  }

  cut(one: number, other: number): void {
    this.cutOneWay(one, other);
    this.cutOneWay(other, one);
  }

  heal(one: number, other: number): void {
    this.#lift(this.#nodeHost(one), this.#nodeHost(other));
    this.#lift(this.#nodeHost(other), this.#nodeHost(one));
  }

  cutClients(node: number): void {
    this.#impose(this.#host, this.#nodeHost(node));
    this.#impose(this.#nodeHost(node), this.#host);
  }

  healClients(node: number): void {
    this.#lift(this.#host, this.#nodeHost(node));
    this.#lift(this.#nodeHost(node), this.#host);
  }

  loseDisk(node: number): void {
    this.ring.loseDisk(node);
  }

  repair(): Promise<void> {
    this.ring.repairNow();
    return Promise.resolve();
  }

  compact(node: number): Promise<void> {
    this.ring.compact(node);
    return Promise.resolve();
  }

  async awaitView(observer: number, subject: number, view: 'up' | 'down'): Promise<void> {
    await this.#until(() => this.ring.core.detector.sees(observer, subject) === (view === 'up'));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #connect(): Promise<void> {
    const connector = this.ring.connectorFor(this.#process, this.#host);
    for (const index of clientSkewsUs.keys()) {
      this.#sessions.push(await connector.connectWide(`client${index}`));
    }
    await this.sleepUntil(this.nowUs() + pollUs);
  }

  async #until(condition: () => boolean): Promise<void> {
    const giveUpUs = this.nowUs() + 120_000_000;
    while (!condition()) {
      if (this.nowUs() > giveUpUs) throw new Error('what was waited for does not come');
      await this.sleepUntil(this.nowUs() + pollUs);
    }
  }

  #nodeHost(node: number): number {
    const host = this.ring.nodes[node]?.host;
    if (host === undefined) throw new Error(`there is no node ${node}`);
    return host;
  }

  #impose(from: number, to: number): void {
    this.#lift(from, to);
    this.#cuts.set(`${from} ${to}`, this.#network.impose({ cut: true }, [from], [to]));
  }

  #lift(from: number, to: number): void {
    const applied = this.#cuts.get(`${from} ${to}`);
    if (applied === undefined) return;
    this.#network.lift(applied);
    this.#network.resetBetween(from, to);
    this.#cuts.delete(`${from} ${to}`);
  }
}
