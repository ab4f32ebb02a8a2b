import type { Clock } from '../../../ports/clock.ts';
import type { CqlRow, CqlSession } from '../../../ports/cql.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import { shadowTableOf } from '../mirror/isolation.ts';
import { unlessStoreFails, type IdempotencySettings } from './settings.ts';
import { operationTable } from './tables.ts';

/** Compares main with the shadow store, client by client, and says what differs; it mends nothing (delivery R165). */
export class ConsistencyCheck {
  readonly #clock: Clock;
  readonly #session: CqlSession;
  readonly #telemetry: Telemetry;
  readonly #settings: IdempotencySettings;

  constructor(clock: Clock, session: CqlSession, telemetry: Telemetry, settings: IdempotencySettings) {
    this.#clock = clock;
    this.#session = session;
    this.#telemetry = telemetry;
    this.#settings = settings;
  }

  start(): void {
    this.#clock.every(this.#settings.checkMs, () => {
      void unlessStoreFails(async () => {
        for (const client of this.#settings.clients) await this.#check(client);
      });
    });
  }

  async #check(client: string): Promise<void> {
    const { checkGraceMs, policies } = this.#settings;
    const oldEnoughUs = this.#clock.wallUs() - checkGraceMs * 1000;
    const main = await this.#rowsOf(client, operationTable);
    const shadow = await this.#rowsOf(client, shadowTableOf(operationTable));
    const byKey = new Map(shadow.map((row) => [row['key'], row]));
    const missing: string[] = [];
    const different: string[] = [];
    let compared = 0;
    for (const row of main) {
      if (Number(row['created_us']) > oldEnoughUs) continue;
      compared++;
      const other = byKey.get(String(row['key']));
      if (other === undefined) missing.push(String(row['key']));
      else if (!policies.isAlike(String(row['payload']), String(other['payload']))) {
        different.push(String(row['key']));
      }
    }
    this.#telemetry.event({ kind: 'consistency.checked', client, compared, missing, different });
  }

  async #rowsOf(client: string, table: typeof operationTable): Promise<readonly CqlRow[]> {
    const { rows } = await this.#session.execute(
      { kind: 'select', table },
      { client },
      { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs: this.#settings.timeoutMs },
    );
    return rows;
  }
}
