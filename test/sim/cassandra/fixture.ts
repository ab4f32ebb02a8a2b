import type {
  CqlOptions,
  CqlResult,
  CqlRow,
  CqlSession,
  CqlStatement,
  CqlTable,
} from '../../../system/ports/cql.ts';
import { PortError } from '../../../system/ports/errors.ts';
import { CassandraRing } from '../../../sim/cassandra/index.ts';
import type { CassandraOptions } from '../../../sim/cassandra/index.ts';
import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { Network } from '../../../sim/network/index.ts';

export const notes: CqlTable = {
  name: 'notes',
  partitionKey: ['book'],
  clusteringKey: ['page', 'line'],
  columns: { book: 'text', page: 'int', line: 'int', text: 'text', mark: 'double', blob: 'blob' },
  defaultTtlSeconds: 0,
};

export const insertNote: CqlStatement = { kind: 'insert', table: notes };
export const claimNote: CqlStatement = { kind: 'insert-if-not-exists', table: notes };
export const selectNotes: CqlStatement = { kind: 'select', table: notes };
export const deleteNotes: CqlStatement = { kind: 'delete', table: notes };

export const quorum: CqlOptions = { consistency: 'QUORUM', idempotent: true, timeoutMs: 12_000 };
export const once: CqlOptions = { ...quorum, idempotent: false };

export interface Client {
  readonly process: SimProcess;
  readonly host: number;
  readonly session: CqlSession;
}

/** One ring and its clients, driven step by step. */
export class Fixture {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly ring: CassandraRing;

  constructor(seed: number, options: Partial<CassandraOptions> = {}) {
    this.kernel = new Kernel({ seed: BigInt(seed) });
    this.network = new Network(this.kernel);
    this.ring = new CassandraRing(this.kernel, this.network, {
      tables: [notes],
      nodeCount: 3,
      killLossUs: 0,
      ...options,
    });
  }

  async client(name: string, offsetUs = 0): Promise<Client> {
    const host = this.network.addHost(name);
    const process = new SimProcess(this.kernel, name, name, new HostClock(this.kernel, offsetUs));
    const connecting = this.ring.connectorFor(process, host).connect('test');
    await this.pass(20);
    return { process, host, session: await connecting };
  }

  /** Lets virtual time pass. */
  async pass(milliseconds: number): Promise<void> {
    await this.kernel.run(this.kernel.nowUs + Math.round(milliseconds * 1000));
  }

  /** Executes and lets time pass until there is an outcome: the result, or the code of the error. */
  async run(
    client: Client,
    statement: CqlStatement,
    values: CqlRow,
    options: CqlOptions = quorum,
  ): Promise<CqlResult | PortError> {
    const call = this.start(client, statement, values, options);
    for (let step = 0; step < 1000 && call.outcome === undefined; step++) await this.pass(100);
    if (call.outcome === undefined) throw new Error('no outcome after 100 s');
    return call.outcome;
  }

  start(
    client: Client,
    statement: CqlStatement,
    values: CqlRow,
    options: CqlOptions = quorum,
  ): { outcome: CqlResult | PortError | undefined; atUs: number } {
    const call: { outcome: CqlResult | PortError | undefined; atUs: number } = {
      outcome: undefined,
      atUs: 0,
    };
    client.session.execute(statement, values, options).then(
      (result) => {
        call.outcome = result;
        call.atUs = this.kernel.nowUs;
      },
      (error: unknown) => {
        if (!(error instanceof PortError)) throw error;
        call.outcome = error;
        call.atUs = this.kernel.nowUs;
      },
    );
    return call;
  }
}

export function codeOf(outcome: CqlResult | PortError | undefined): string | undefined {
  return outcome instanceof PortError ? outcome.code : outcome === undefined ? undefined : 'ok';
}

export function rowsOf(outcome: CqlResult | PortError): readonly CqlRow[] {
  if (outcome instanceof PortError) throw outcome;
  return outcome.rows;
}
