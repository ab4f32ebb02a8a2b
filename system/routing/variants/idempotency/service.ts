import type { Clock } from '../../../ports/clock.ts';
import type { CqlRow, CqlSession } from '../../../ports/cql.ts';
import { PortError } from '../../../ports/errors.ts';
import { ingestMethods } from '../../../ports/ingest.ts';
import type { Rpc, RpcOutcome } from '../../../ports/rpc.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import { ConsistencyCheck } from './consistency-check.ts';
import { operationName, type Operation } from './operation.ts';
import type { IdempotencySettings } from './settings.ts';
import { answerTable, claimTable, operationTable } from './tables.ts';
import { WriteBehind } from './write-behind.ts';

export interface IdempotencyPorts {
  readonly clock: Clock;
  readonly rpc: Rpc;
  readonly telemetry: Telemetry;
}

/**
 * A service whose writes take effect once, however often they come (delivery R158–R167). A light-weight transaction
 * decides whose payload a key has; everything after it is a plain upsert of what was decided, so that any later attempt,
 * of whichever process, ends what a dead one began. Answers: OK with the result, the same for every attempt;
 * ALREADY-DECIDED as FAILED_PRECONDITION where another payload came first; UNAVAILABLE where the store failed (ask again).
 *
 * Not modelled: the write-through cache of R163, secondary indexes of R166 and R167, keys in Redis (R160).
 */
export function startIdempotentService(
  ports: IdempotencyPorts,
  session: CqlSession,
  settings: IdempotencySettings,
): void {
  const service = new IdempotentService(ports, session, settings);
  ports.rpc.serve(settings.port, {
    [ingestMethods.send]: (call, reply) => void service.handle(call.request as Operation).then(reply),
  });
  service.start();
}

const failed: Omit<RpcOutcome, 'message'> = { status: 'UNAVAILABLE', metadata: {} };

class IdempotentService {
  readonly #clock: Clock;
  readonly #session: CqlSession;
  readonly #settings: IdempotencySettings;
  readonly #writeBehind: WriteBehind;
  readonly #check: ConsistencyCheck;

  constructor({ clock, telemetry }: IdempotencyPorts, session: CqlSession, settings: IdempotencySettings) {
    this.#clock = clock;
    this.#session = session;
    this.#settings = settings;
    this.#writeBehind = new WriteBehind(clock, session, settings);
    this.#check = new ConsistencyCheck(clock, session, telemetry, settings);
  }

  start(): void {
    this.#writeBehind.start();
    this.#check.start();
  }

  async handle(operation: Operation): Promise<RpcOutcome> {
    try {
      return await this.#once(operation);
    } catch (error) {
      if (error instanceof PortError) return { ...failed, message: error.message };
      throw error;
    }
  }

  async #once(operation: Operation): Promise<RpcOutcome> {
    const { policies } = this.#settings;
    const key = policies.keyOf(operation, this.#clock.wallMs());
    const claim = await this.#claim(key, operation);
    if (policies.firstWriteWins && claim['payload'] !== operation.payload) {
      const message = `${key} was written with another payload first`;
      return { status: 'FAILED_PRECONDITION', message, metadata: {} };
    }
    const answer = await this.#read(key);
    if (answer !== undefined) return { status: 'OK', message: '', response: answer, metadata: {} };
    const { client, payload } = operation;
    const createdUs = Number(claim['created_us']);
    const name = operationName(operation);
    const values = { client, key, operation: name, payload, writer: 'main', created_us: createdUs };
    await this.#write(operationTable, values);
    await this.#writeBehind.owe({ client, key, operation: name, payload, createdUs });
    const result = `${key}@${createdUs}`;
    await this.#write(answerTable, { key, result, processed_us: this.#clock.wallUs() });
    return { status: 'OK', message: '', response: result, metadata: {} };
  }

  /** The claim in force: this one, or the one that was there. */
  async #claim(key: string, { operationType, client, requestId, payload }: Operation): Promise<CqlRow> {
    const values = {
      key,
      operation_type: operationType,
      client,
      request_id: requestId,
      payload,
      created_us: this.#clock.wallUs(),
    };
    const { applied, rows } = await this.#session.execute(
      { kind: 'insert-if-not-exists', table: claimTable },
      values,
      { consistency: 'LOCAL_QUORUM', idempotent: false, timeoutMs: this.#settings.timeoutMs },
    );
    return applied === true ? values : (rows[0] ?? values);
  }

  async #read(key: string): Promise<string | undefined> {
    const { rows } = await this.#session.execute(
      { kind: 'select', table: answerTable },
      { key },
      { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs: this.#settings.timeoutMs },
    );
    const result = rows[0]?.['result'];
    return typeof result === 'string' ? result : undefined;
  }

  async #write(table: typeof answerTable, values: CqlRow): Promise<void> {
    await this.#session.execute({ kind: 'insert', table }, values, {
      consistency: 'LOCAL_QUORUM',
      idempotent: true,
      timeoutMs: this.#settings.timeoutMs,
    });
  }
}
