import type { CqlSession, CqlTable } from '../../../system/ports/cql.ts';
import type {
  WideCqlSession,
  WideOptions,
  WideOutcome,
  WideStatement,
} from '../../../system/ports/cql-wide.ts';
import { CassandraRing } from '../../../sim/cassandra/index.ts';
import type { CassandraOptions, Deviation } from '../../../sim/cassandra/index.ts';
import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { Network } from '../../../sim/network/index.ts';

export const cells: CqlTable = {
  name: 'cells',
  partitionKey: ['p'],
  clusteringKey: ['c', 'd'],
  columns: { p: 'text', c: 'int', d: 'int', a: 'text', b: 'int' },
  defaultTtlSeconds: 0,
};
/** The same key in another table, with a default TTL. */
export const others: CqlTable = { ...cells, name: 'others', defaultTtlSeconds: 100 };

export const quorumOptions: WideOptions = { consistency: 'QUORUM', timeoutMs: 15_000 };
export const key = { p: 'x', c: 1, d: 1 };

/** One ring and one client, driven step by step: every answer as the coordinator gave it. */
export class WideFixture {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly ring: CassandraRing;
  readonly clientHost: number;
  #session: WideCqlSession | undefined;
  readonly #process: SimProcess;

  constructor(seed: number, options: Partial<CassandraOptions> = {}, deviation?: Deviation) {
    this.kernel = new Kernel({ seed: BigInt(seed) });
    this.network = new Network(this.kernel);
    this.ring = new CassandraRing(this.kernel, this.network, {
      tables: [cells, others],
      nodeCount: 3,
      killLossUs: 0,
      ...options,
      ...(deviation === undefined ? {} : { deviations: new Set([deviation]) }),
    });
    this.clientHost = this.network.addHost('client');
    this.#process = new SimProcess(this.kernel, 'client', 'client', new HostClock(this.kernel));
  }

  async open(): Promise<this> {
    const connecting = this.ring.connectorFor(this.#process, this.clientHost).connectWide('test');
    await this.pass(100);
    this.#session = await connecting;
    return this;
  }

  /** The driver as the system uses it, in the same process. */
  async narrow(): Promise<{ readonly session: CqlSession; readonly process: SimProcess }> {
    const connecting = this.ring.connectorFor(this.#process, this.clientHost).connect('narrow');
    await this.pass(100);
    return { session: await connecting, process: this.#process };
  }

  async pass(milliseconds: number): Promise<void> {
    await this.kernel.run(this.kernel.nowUs + Math.round(milliseconds * 1000));
  }

  /** Executes and lets time pass until there is an outcome. */
  async run(statement: WideStatement, options: Partial<WideOptions> = {}): Promise<WideOutcome> {
    const call = this.start(statement, options);
    for (let step = 0; step < 2000 && call.outcome === undefined; step++) await this.pass(10);
    if (call.outcome === undefined) throw new Error('no outcome after 20 s');
    return call.outcome;
  }

  start(statement: WideStatement, options: Partial<WideOptions> = {}): { outcome: WideOutcome | undefined } {
    const call: { outcome: WideOutcome | undefined } = { outcome: undefined };
    if (this.#session === undefined) throw new Error('not open');
    void this.#session.execute(statement, { ...quorumOptions, ...options }).then((outcome) => {
      call.outcome = outcome;
    });
    return call;
  }

  /** Rows of the partition `x` as [c, d, a, b], read at a level. */
  async rows(options: Partial<WideOptions> = {}): Promise<unknown> {
    const outcome = await this.run({ kind: 'select', table: cells, values: { p: 'x' } }, options);
    if (outcome.kind !== 'rows') return outcome;
    return outcome.rows.map((row) => [row['c'], row['d'], row['a'], row['b']]);
  }

  /** Cuts the links between a node and all others, but not those to the client. */
  isolate(index: number): () => void {
    const { nodes } = this.ring;
    const lifts = nodes.filter((node) => node.index !== index).map((node) => this.cut(index, node.index));
    return () => {
      for (const lift of lifts) lift();
    };
  }

  /** Cuts one link between nodes, both ways. */
  cut(from: number, to: number): () => void {
    const hosts = [from, to].map((index) => this.ring.nodes[index]?.host ?? -1);
    const [first = -1, second = -1] = hosts;
    const conditions = [
      this.network.impose({ cut: true }, [first], [second]),
      this.network.impose({ cut: true }, [second], [first]),
    ];
    return () => {
      for (const condition of conditions) this.network.lift(condition);
    };
  }
}

export function failureOf(outcome: WideOutcome): unknown {
  return outcome.kind === 'failed' ? outcome.failure : outcome;
}
