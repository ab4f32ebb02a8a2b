import { Client, policies, type Host, type QueryOptions, type types as driverTypes } from 'cassandra-driver';
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
      const host = this.#hostOf(options.coordinator);
      if (options.coordinator !== undefined && host === undefined) {
        return { kind: 'failed', failure: { kind: 'not-connected' } };
      }
      const result = await this.#send(statement, options, host);
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

  #send(
    statement: WideStatement,
    options: WideOptions,
    host: Host | undefined,
  ): Promise<driverTypes.ResultSet> {
    const { keyspace } = this.#settings;
    const query: QueryOptions = {
      // Not prepared: a driver prepares through whatever node it likes, and waits for one that is silent.
      prepare: false,
      consistency: driverConsistency[options.consistency],
      serialConsistency: driverConsistency[options.serialConsistency ?? 'SERIAL'],
      isIdempotent: false,
      readTimeout: options.timeoutMs,
      ...(options.clientTimestampUs === undefined ? {} : { timestamp: options.clientTimestampUs }),
      ...(host === undefined ? {} : { host }),
    };
    if (statement.kind === 'batch') {
      const texts = statement.writes.map((write) => textOf(keyspace, write));
      return this.#client.batch(
        texts.map(({ query: text, parameters }) => ({ query: text, params: [...parameters] })),
        { ...query, logged: statement.logged, hints: texts.map(({ types }) => [...types]) },
      );
    }
    const { query: text, parameters, types } = textOf(keyspace, statement);
    return this.#client.execute(text, [...parameters], { ...query, hints: [...types], fetchSize: 0 });
  }

  #hostOf(coordinator: number | undefined): Host | undefined {
    const address = coordinator === undefined ? undefined : this.#settings.nodes[coordinator];
    return address === undefined ? undefined : this.#client.hosts.get(address);
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
