import type { Clock } from '../../../ports/clock.ts';
import type { CqlRow, CqlSession } from '../../../ports/cql.ts';
import { unlessStoreFails, type IdempotencySettings } from './settings.ts';
import { operationTable, shadowWriteTable } from './tables.ts';

/** One write that the shadow store is owed. */
export interface Debt {
  readonly client: string;
  readonly key: string;
  readonly operation: string;
  readonly payload: string;
  readonly createdUs: number;
}

/**
 * Writes to the shadow store some seconds after main, and never to main itself (delivery R162, R163, C40). A debt is
 * durable before the client is answered, so that another process pays it where this one dies.
 */
export class WriteBehind {
  readonly #clock: Clock;
  readonly #session: CqlSession;
  readonly #shadow: CqlSession;
  readonly #settings: IdempotencySettings;

  constructor(clock: Clock, session: CqlSession, settings: IdempotencySettings) {
    this.#clock = clock;
    this.#session = session;
    this.#shadow = settings.policies.shadowSession(session);
    this.#settings = settings;
  }

  start(): void {
    const { clients, sweepMs } = this.#settings;
    this.#clock.every(sweepMs, () => {
      void unlessStoreFails(async () => {
        for (const client of clients) await this.#sweep(client);
      });
    });
  }

  /** Rejects where the debt could not be written down: then nobody may be told that the write is done. */
  async owe(debt: Debt): Promise<void> {
    if (this.#settings.policies.keepsDebts) await this.#note(debt, 'pending');
    this.#clock.after(this.#settings.writeBehindMs, () => void unlessStoreFails(() => this.#pay(debt)));
  }

  async #sweep(client: string): Promise<void> {
    const { timeoutMs } = this.#settings;
    const { rows } = await this.#session.execute(
      { kind: 'select', table: shadowWriteTable },
      { client },
      { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs },
    );
    for (const row of rows) if (row['shadow_status'] === 'pending') await this.#pay(debtOf(client, row));
  }

  async #pay(debt: Debt): Promise<void> {
    const { client, key, operation, payload, createdUs } = debt;
    const { timeoutMs } = this.#settings;
    await this.#shadow.execute(
      { kind: 'insert', table: operationTable },
      { client, key, operation, payload, writer: 'shadow', created_us: createdUs },
      { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs },
    );
    await this.#note(debt, 'processed');
  }

  async #note({ client, key, operation, payload, createdUs }: Debt, status: string): Promise<void> {
    await this.#session.execute(
      { kind: 'insert', table: shadowWriteTable },
      { client, key, operation, payload, created_us: createdUs, shadow_status: status },
      { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs: this.#settings.timeoutMs },
    );
  }
}

function debtOf(client: string, row: CqlRow): Debt {
  return {
    client,
    key: String(row['key']),
    operation: String(row['operation']),
    payload: String(row['payload']),
    createdUs: Number(row['created_us']),
  };
}
