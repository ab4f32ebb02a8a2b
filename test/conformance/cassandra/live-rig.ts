import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'cassandra-driver';
import { LiveRing, nativePort } from '../../../chaos/live/cassandra/index.ts';
import {
  CassandraConnector,
  createKeyspaceText,
  createTableText,
  defaultStorage,
  WideConnector,
  type CassandraSession,
  type CassandraSettings,
  type WideSession,
} from '../../../system/adapters/cassandra/index.ts';
import type { CqlSession } from '../../../system/ports/cql.ts';
import type { WideOptions, WideOutcome, WideStatement } from '../../../system/ports/cql-wide.ts';
import { clientSkewsUs } from './observation.ts';
import { awaitService, type Rig } from './rig.ts';
import { conformanceKeyspace, conformanceTables, probe, tableOptions, type TableName } from './tables.ts';

/** Real nodes, and one driver a client. */
export class LiveRig implements Rig {
  readonly ring: LiveRing;
  readonly nodeCount: number;
  readonly baseUs: number;
  readonly #startedMs: number;
  /** By client, then by data centre: a driver speaks to the nodes of its own one only. */
  readonly #clients: readonly (readonly WideSession[])[];
  readonly #settings: CassandraSettings;
  #system: CassandraSession | undefined;

  private constructor(
    ring: LiveRing,
    clients: readonly (readonly WideSession[])[],
    settings: CassandraSettings,
  ) {
    this.ring = ring;
    this.nodeCount = ring.nodes.length;
    this.#clients = clients;
    this.#settings = settings;
    this.baseUs = Math.floor(Date.now() / 1000) * 1_000_000;
    this.#startedMs = performance.timeOrigin;
  }

  /** Starts the nodes and makes the tables. Throws `LiveProblem` where the machine cannot. */
  static async start(
    nodesByDataCentre: readonly number[],
    settings: Readonly<Record<string, unknown>> = {},
  ): Promise<LiveRig> {
    const ring = await LiveRing.start({ nodesByDataCentre, settings });
    try {
      if (ring.nodes.length > 1) await ring.settled();
      await createTables(ring, nodesByDataCentre);
      const nodes = ring.nodes.map((_, index) => `${ring.clientAddress(index)}:${nativePort}`);
      const proxies = new Map(
        ring.nodes.map((_, index) => [`${ring.nodeAddress(index)}:${nativePort}`, nodes[index] ?? '']),
      );
      const common: CassandraSettings = {
        contactPoints: nodes,
        localDataCentre: 'dc1',
        keyspace: conformanceKeyspace,
        translate: (address, port) => proxies.get(`${address}:${port}`) ?? `${address}:${port}`,
        reconnectMs: { first: 200, longest: 1_000 },
      };
      const connectors = nodesByDataCentre.map(
        (_, centre) => new WideConnector({ ...common, nodes, localDataCentre: `dc${centre + 1}` }),
      );
      const clients = await Promise.all(
        clientSkewsUs.map((_, client) =>
          Promise.all(connectors.map((connector) => connector.connectWide(`client${client}`))),
        ),
      );
      return new LiveRig(ring, clients, common);
    } catch (error) {
      await ring.close();
      throw error;
    }
  }

  nowUs(): number {
    return Math.round((this.#startedMs + performance.now()) * 1000) - this.baseUs;
  }

  async sleepUntil(timeUs: number): Promise<void> {
    for (let leftUs = timeUs - this.nowUs(); leftUs > 0; leftUs = timeUs - this.nowUs()) {
      await sleep(Math.max(1, leftUs / 1000));
    }
  }

  execute(client: number, statement: WideStatement, options: WideOptions): Promise<WideOutcome> {
    const centre = this.ring.dataCentres[options.coordinator ?? 0] ?? 'dc1';
    const session = this.#clients[client]?.[Number(centre.slice(2)) - 1];
    if (session === undefined) throw new Error(`there is no client ${client}`);
    return session.execute(statement, options);
  }

  async systemSession(): Promise<CqlSession> {
    this.#system ??= await new CassandraConnector(this.#settings).connect('system');
    return this.#system;
  }

  async kill(node: number): Promise<void> {
    await this.ring.nodes[node]?.kill();
  }

  async stop(node: number): Promise<void> {
    await this.ring.nodes[node]?.stop();
  }

  async restart(node: number): Promise<void> {
    await this.ring.restart(node);
    await awaitService(this, node, clientSkewsUs.length, probe);
  }

  pause(node: number): void {
    this.ring.nodes[node]?.pause();
  }

  resume(node: number): void {
    this.ring.nodes[node]?.resume();
  }

  cutOneWay(from: number, to: number): void {
    this.ring.cutOneWay(from, to);
  }

  delay(from: number, to: number, milliseconds: number): void {
    this.ring.delay(from, to, milliseconds);
  }

  cut(one: number, other: number): void {
    this.ring.cut(one, other);
  }

  heal(one: number, other: number): void {
    this.ring.heal(one, other);
  }

  cutClients(node: number): void {
    this.ring.cutClients(node);
  }

  healClients(node: number): void {
    this.ring.healClients(node);
  }

  loseDisk(node: number): void {
    this.ring.nodes[node]?.loseDisk();
  }

  async repair(): Promise<void> {
    await this.ring.nodes[0]?.nodetool('repair', '-full', conformanceKeyspace);
  }

  async compact(node: number): Promise<void> {
    await this.ring.nodes[node]?.nodetool('flush', conformanceKeyspace);
    await this.ring.nodes[node]?.nodetool('compact', conformanceKeyspace);
  }

  async awaitView(observer: number, subject: number, view: 'up' | 'down'): Promise<void> {
    const address = this.ring.internodeAddress(subject).replaceAll('.', String.raw`\.`);
    const sought = new RegExp(`^${view === 'up' ? 'UN' : 'DN'} +${address} `, 'm');
    for (let attempt = 0; attempt < 120; attempt++) {
      const status = (await this.ring.nodes[observer]?.nodetool('status')) ?? '';
      if (sought.test(status)) return;
      await sleep(300);
    }
    throw new Error(`node ${observer} does not see node ${subject} ${view}`);
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.flat().map((client) => client.close()));
    await this.#system?.close();
    await this.ring.close();
  }
}

async function createTables(ring: LiveRing, nodesByDataCentre: readonly number[]): Promise<void> {
  const client = new Client({
    contactPoints: [`${ring.nodeAddress(0)}:${nativePort}`],
    localDataCenter: 'dc1',
    socketOptions: { readTimeout: 60_000 },
  });
  try {
    await client.connect();
    await client.execute(
      createKeyspaceText({
        name: conformanceKeyspace,
        replicas: Object.fromEntries(nodesByDataCentre.map((count, centre) => [`dc${centre + 1}`, count])),
        durableWrites: true,
      }),
    );
    for (const name of Object.keys(conformanceTables) as TableName[]) {
      const { gcGraceSeconds, readRepair } = tableOptions[name];
      await client.execute(
        createTableText(conformanceKeyspace, conformanceTables[name], {
          ...defaultStorage,
          gcGraceSeconds,
          readRepair,
        }),
      );
    }
  } finally {
    await client.shutdown();
  }
}
