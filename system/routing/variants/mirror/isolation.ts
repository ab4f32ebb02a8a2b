import type { RpcMetadata, RpcOutcome } from '../../../ports/rpc.ts';
import type {
  CqlOptions,
  CqlResult,
  CqlRow,
  CqlSession,
  CqlStatement,
  CqlTable,
} from '../../../ports/cql.ts';
import { isCopy } from './headers.ts';

const shadowTables = new Map<CqlTable, CqlTable>();

/** The table that the shadow has in place of a live one: the same shape under a name of its own (delivery R162, C40). */
export function shadowTableOf(table: CqlTable): CqlTable {
  let shadow = shadowTables.get(table);
  if (shadow === undefined) {
    shadow = { ...table, name: `${table.name}_shadow` };
    shadowTables.set(table, shadow);
  }
  return shadow;
}

/**
 * The session of a service that runs as a shadow: whatever it reads or writes, it is never what live reads (delivery F25).
 * The service's own code does not know of it. Rejects as the session behind it does.
 */
export class ShadowSession implements CqlSession {
  readonly #session: CqlSession;

  constructor(session: CqlSession) {
    this.#session = session;
  }

  execute(statement: CqlStatement, values: CqlRow, options: CqlOptions): Promise<CqlResult> {
    return this.#session.execute({ ...statement, table: shadowTableOf(statement.table) }, values, options);
  }
}

/**
 * Why a service must not take this call; undefined where it may. A shadow that took an original would lose it, a live
 * service that took a copy would do everything twice.
 */
export function misdirected(runsAsShadow: boolean, metadata: RpcMetadata): RpcOutcome | undefined {
  if (isCopy(metadata) === runsAsShadow) return undefined;
  const message = runsAsShadow ? 'an original came to the shadow' : 'a copy came to the live side';
  return { status: 'FAILED_PRECONDITION', message, metadata: {} };
}
