import { Client, policies, type Host, type QueryOptions, type types } from 'cassandra-driver';
import type {
  WideCqlConnector,
  WideCqlSession,
  WideOptions,
  WideOutcome,
  WideStatement,
  WideWrite,
} from '../../ports/cql-wide.ts';
import { rowFromDriver } from './cell-codec.ts';
import { clientOptions, type CassandraSettings } from './client-settings.ts';
import { textOf } from './cql-text.ts';
import { driverConsistency, failureOf } from './driver-failure.ts';

export interface WideSettings extends CassandraSettings {
  /** `address:port` by index of the node, as clients reach it: what `WideOptions.coordinator` counts. */
  readonly nodes: readonly string[];
}

/** A client of a real cluster that shows each server's answer as it is: one attempt a statement, no retry of any kind. */
export class WideSession implements WideCqlSession {
  readonly #client: Client;
  readonly #settings: WideSettings;

  constructor(client: Client, settings: WideSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  async execute(statement: WideStatement, options: WideOptions): Promise<WideOutcome> {
    try {
      const result = await this.#send(statement, options);
      const columns = (result.columns ?? []).map(({ name }) => name);
      const rows = result.rows ?? [];
      if (isConditional(statement)) {
        const applied = result.wasApplied();
        const shown = columns.filter((name) => name !== '[applied]');
        return {
          kind: 'conditional',
          applied,
          rows: applied || shown.length === 0 ? [] : rows.map((row) => rowFromDriver(shown, row)),
        };
      }
      if (statement.kind !== 'select') return { kind: 'written' };
      return { kind: 'rows', rows: rows.map((row) => rowFromDriver(columns, row)) };
    } catch (error) {
      return { kind: 'failed', failure: failureOf(error) };
    }
  }

  async close(): Promise<void> {
    await this.#client.shutdown();
  }

  #send(statement: WideStatement, options: WideOptions): Promise<types.ResultSet> {
    const { keyspace } = this.#settings;
    const query: QueryOptions = {
      prepare: true,
      consistency: driverConsistency[options.consistency],
      serialConsistency: driverConsistency[options.serialConsistency ?? 'SERIAL'],
      isIdempotent: false,
      readTimeout: options.timeoutMs,
      ...(options.clientTimestampUs === undefined ? {} : { timestamp: options.clientTimestampUs }),
      ...this.#fixedHost(options.coordinator),
    };
    if (statement.kind === 'batch') {
      const queries = statement.writes.map((write) => {
        const { query: text, parameters } = textOf(keyspace, write);
        return { query: text, params: [...parameters] };
      });
      return this.#client.batch(queries, { ...query, logged: statement.logged });
    }
    const { query: text, parameters } = textOf(keyspace, statement);
    return this.#client.execute(text, [...parameters], { ...query, fetchSize: 0 });
  }

  #fixedHost(coordinator: number | undefined): { readonly host: Host } | undefined {
    const address = coordinator === undefined ? undefined : this.#settings.nodes[coordinator];
    const host = address === undefined ? undefined : this.#client.hosts.get(address);
    return host === undefined ? undefined : { host };
  }
}

/** Makes such clients. `connectWide` rejects with what the driver says. */
export class WideConnector implements WideCqlConnector {
  readonly #settings: WideSettings;

  constructor(settings: WideSettings) {
    this.#settings = settings;
  }

  async connectWide(name: string): Promise<WideSession> {
    const options = clientOptions(this.#settings);
    const driverPolicies = { ...options.policies, retry: new policies.retry.FallthroughRetryPolicy() };
    // Without a client timestamp of its own a statement gets the coordinator's; the driver's types know no null here.
    Object.assign(driverPolicies, { timestampGeneration: null });
    const client = new Client({ ...options, applicationName: name, policies: driverPolicies });
    await client.connect();
    return new WideSession(client, this.#settings);
  }
}

function isConditional(statement: WideStatement): boolean {
  const has = (write: WideWrite): boolean => write.condition !== undefined;
  switch (statement.kind) {
    case 'select':
      return false;
    case 'batch':
      return statement.writes.some(has);
    case 'insert':
    case 'update':
    case 'delete-cells':
    case 'delete':
      return has(statement);
  }
}
