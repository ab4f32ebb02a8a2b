import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type types } from 'cassandra-driver';
import type { CqlKeyspace } from '../../ports/cql-wide.ts';
import { PortError } from '../../ports/errors.ts';
import { clientOptions, type CassandraSettings } from './client-settings.ts';
import { driverConsistency, portErrorOf } from './driver-failure.ts';
import { migrations as systemMigrations, type Migration } from './migrations.ts';
import { createKeyspaceText, createTableText, defaultStorage } from './table-text.ts';

const lockTtlSeconds = 120;
const pollMs = 200;

const journalTable = {
  name: 'schema_migrations',
  partitionKey: ['name_space'],
  clusteringKey: ['version'],
  columns: { name_space: 'text', version: 'int', name: 'text', digest: 'text' },
  defaultTtlSeconds: 0,
} as const;

const lockTable = {
  name: 'schema_lock',
  partitionKey: ['name_space'],
  clusteringKey: [],
  columns: { name_space: 'text', owner: 'text' },
  defaultTtlSeconds: 0,
} as const;

/**
 * Brings a keyspace's schema up to date and resolves with the versions that this call applied. Safe to run again and
 * from several processes at once: a lock by light-weight transaction lets one of them work, and where its holder dies
 * the next goes on after `lockTtlSeconds`; what it did half is done again, since every statement may be repeated.
 * Rejects with `PortError('conflict')` where a step that was applied has another text now, else with the codes of `CqlSession`.
 */
export async function migrate(
  settings: CassandraSettings,
  keyspace: CqlKeyspace,
  steps: readonly Migration[] = systemMigrations,
): Promise<readonly number[]> {
  const client = new Client(clientOptions(settings));
  try {
    await client.connect();
    const journal = new MigrationJournal(client, keyspace.name);
    await client.execute(createKeyspaceText(keyspace));
    await client.execute(createTableText(keyspace.name, journalTable, defaultStorage));
    await client.execute(createTableText(keyspace.name, lockTable, defaultStorage));
    const applied: number[] = [];
    while ((await journal.missing(steps)).length > 0) {
      if (!(await journal.tryLock())) {
        await sleep(pollMs);
        continue;
      }
      for (const step of await journal.missing(steps)) {
        await journal.renewLock();
        for (const statement of step.statements(keyspace.name)) await client.execute(statement);
        await journal.record(step);
        applied.push(step.version);
      }
      await journal.unlock();
    }
    return applied;
  } catch (error) {
    throw portErrorOf(error);
  } finally {
    await client.shutdown();
  }
}

/** What was applied, and who may apply. Both by light-weight transactions, read at SERIAL (cassandra-and-live 51). */
class MigrationJournal {
  readonly #client: Client;
  readonly #keyspace: string;
  readonly #owner = randomUUID();

  constructor(client: Client, keyspace: string) {
    this.#client = client;
    this.#keyspace = keyspace;
  }

  /** Steps that are not recorded, in order. */
  async missing(steps: readonly Migration[]): Promise<readonly Migration[]> {
    const { rows } = await this.#client.execute(
      `SELECT version, digest FROM ${this.#keyspace}.${journalTable.name} WHERE name_space = ?`,
      [this.#keyspace],
      { prepare: true, consistency: driverConsistency.SERIAL, isIdempotent: true },
    );
    const digests = new Map(rows.map((row) => [Number(row.get('version')), String(row.get('digest'))]));
    return steps.filter((step) => {
      const recorded = digests.get(step.version);
      if (recorded !== undefined && recorded !== this.#digestOf(step)) {
        throw new PortError(
          `migration ${step.version} (${step.name}) was applied with another text`,
          'conflict',
        );
      }
      return recorded === undefined;
    });
  }

  /** True where this process holds the lock now; also where it held it already, as after an answer that was lost. */
  async tryLock(): Promise<boolean> {
    const result = await this.#conditional(
      `INSERT INTO ${this.#keyspace}.${lockTable.name} (name_space, owner) VALUES (?, ?) ` +
        `IF NOT EXISTS USING TTL ${lockTtlSeconds}`,
      [this.#keyspace, this.#owner],
    );
    return result.wasApplied() || result.first().get('owner') === this.#owner;
  }

  /** Rejects with `PortError('conflict')` where the lock went to another process meanwhile. */
  async renewLock(): Promise<void> {
    const result = await this.#conditional(
      `UPDATE ${this.#keyspace}.${lockTable.name} USING TTL ${lockTtlSeconds} SET owner = ? ` +
        `WHERE name_space = ? IF owner = ?`,
      [this.#owner, this.#keyspace, this.#owner],
    );
    if (!result.wasApplied()) throw new PortError('the lock of the schema was lost', 'conflict');
  }

  async unlock(): Promise<void> {
    await this.#conditional(
      `DELETE FROM ${this.#keyspace}.${lockTable.name} WHERE name_space = ? IF owner = ?`,
      [this.#keyspace, this.#owner],
    );
  }

  async record(step: Migration): Promise<void> {
    await this.#conditional(
      `INSERT INTO ${this.#keyspace}.${journalTable.name} (name_space, version, name, digest) ` +
        `VALUES (?, ?, ?, ?) IF NOT EXISTS`,
      [this.#keyspace, step.version, step.name, this.#digestOf(step)],
    );
  }

  #conditional(query: string, parameters: readonly (string | number)[]): Promise<types.ResultSet> {
    return this.#client.execute(query, [...parameters], {
      prepare: true,
      consistency: driverConsistency.QUORUM,
      serialConsistency: driverConsistency.SERIAL,
      isIdempotent: false,
    });
  }

  #digestOf(step: Migration): string {
    return createHash('sha256').update(step.statements(this.#keyspace).join(';')).digest('hex');
  }
}
