import { Client } from 'cassandra-driver';
import type {
  CqlConnector,
  CqlOptions,
  CqlResult,
  CqlRow,
  CqlSession,
  CqlStatement,
} from '../../ports/cql.ts';
import type { WideStatement, WideWrite } from '../../ports/cql-wide.ts';
import { rowFromDriver } from './cell-codec.ts';
import { clientOptions, type CassandraSettings } from './client-settings.ts';
import { textOf, type Select } from './cql-text.ts';
import { driverConsistency, portErrorOf } from './driver-failure.ts';

/**
 * A session with a real cluster over cassandra-driver: every statement is prepared and sent to a replica of its
 * partition first, and says itself whether it may be repeated. Of an idempotent statement whose first attempt was lost
 * a plain `unavailable` can come although it was carried out (cassandra-and-live 57).
 */
export class CassandraSession implements CqlSession {
  readonly #client: Client;
  readonly #keyspace: string;

  constructor(client: Client, keyspace: string) {
    this.#client = client;
    this.#keyspace = keyspace;
  }

  async execute(statement: CqlStatement, values: CqlRow, options: CqlOptions): Promise<CqlResult> {
    try {
      const conditional = statement.kind === 'insert-if-not-exists';
      const text = textOf(this.#keyspace, widen(statement, values, options));
      const result = await this.#client.execute(text.query, [...text.parameters], {
        prepare: true,
        consistency: driverConsistency[options.consistency],
        // A light-weight transaction that is repeated meets its own first attempt (58).
        isIdempotent: options.idempotent && !conditional,
        readTimeout: options.timeoutMs,
        fetchSize: 0,
      });
      const columns = (result.columns ?? []).map(({ name }) => name).filter((name) => name !== '[applied]');
      if (!conditional) {
        return { rows: (result.rows ?? []).map((row) => rowFromDriver(columns, row)) };
      }
      const applied = result.wasApplied();
      return { rows: applied ? [] : result.rows.map((row) => rowFromDriver(columns, row)), applied };
    } catch (error) {
      throw portErrorOf(error);
    }
  }

  /** Ends all connections; the session cannot be used again. */
  async close(): Promise<void> {
    await this.#client.shutdown();
  }
}

/** Connects to one cluster. `connect` rejects with a `PortError`. */
export class CassandraConnector implements CqlConnector {
  readonly #settings: CassandraSettings;

  constructor(settings: CassandraSettings) {
    this.#settings = settings;
  }

  async connect(name: string): Promise<CassandraSession> {
    const client = new Client({ ...clientOptions(this.#settings), applicationName: name });
    try {
      await client.connect();
    } catch (error) {
      await client.shutdown();
      throw portErrorOf(error);
    }
    return new CassandraSession(client, this.#settings.keyspace);
  }
}

function widen(statement: CqlStatement, values: CqlRow, options: CqlOptions): WideWrite | Select {
  const { timestampUs, ttlSeconds } = options;
  const stamp = timestampUs === undefined ? {} : { timestampUs };
  const expiry = ttlSeconds === undefined ? {} : { ttlSeconds };
  const { table } = statement;
  switch (statement.kind) {
    case 'insert':
      return { kind: 'insert', table, values, ...stamp, ...expiry };
    case 'insert-if-not-exists':
      return { kind: 'insert', table, values, condition: { kind: 'if-not-exists' }, ...stamp, ...expiry };
    case 'select': {
      const { reversed, limit } = statement;
      const select: Extract<WideStatement, { kind: 'select' }> = {
        kind: 'select',
        table,
        values,
        ...(reversed === undefined ? {} : { reversed }),
        ...(limit === undefined ? {} : { limit }),
      };
      return select;
    }
    case 'delete':
      return { kind: 'delete', table, values, ...stamp };
  }
}
