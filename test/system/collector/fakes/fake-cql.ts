import type {
  CqlConnector,
  CqlOptions,
  CqlResult,
  CqlRow,
  CqlSession,
  CqlStatement,
  CqlValue,
} from '../../../../system/ports/cql.ts';
import { PortError, type PortErrorCode } from '../../../../system/ports/errors.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface CqlExecution {
  readonly statement: CqlStatement;
  readonly values: CqlRow;
  readonly options: CqlOptions;
}

/** What goes wrong with one execution: with `applied` the effect is there although an error is reported. */
export interface CqlFailure {
  readonly code: PortErrorCode;
  readonly applied: boolean;
}

interface Cell {
  readonly row: CqlRow;
  readonly timestampUs: number;
}

/** One store for all sessions: rows by key, last write wins by timestamp. Every execution takes `latencyMs`. */
export class FakeCql implements CqlConnector {
  readonly executions: CqlExecution[] = [];
  latencyMs = 2;
  failure: (execution: CqlExecution) => CqlFailure | undefined = () => undefined;
  connectFailures = 0;
  readonly #clock: VirtualClock;
  readonly #rows = new Map<string, Cell>();

  constructor(clock: VirtualClock) {
    this.#clock = clock;
  }

  connect(): Promise<CqlSession> {
    if (this.connectFailures-- > 0)
      return Promise.reject(new PortError('no host answers', 'connection-refused'));
    return Promise.resolve({
      execute: (statement, values, options) => this.#execute({ statement, values, options }),
    });
  }

  rows(table: string): CqlRow[] {
    return [...this.#rows.entries()]
      .filter(([key]) => key.startsWith(`${table}|`))
      .map(([, cell]) => cell.row);
  }

  /** Puts a row there as if some replica had lost its sense. */
  overwrite(table: string, matches: (row: CqlRow) => boolean, change: (row: CqlRow) => CqlRow): void {
    for (const [key, cell] of this.#rows) {
      if (key.startsWith(`${table}|`) && matches(cell.row)) {
        this.#rows.set(key, { ...cell, row: change(cell.row) });
      }
    }
  }

  remove(table: string, matches: (row: CqlRow) => boolean): void {
    for (const [key, cell] of this.#rows) {
      if (key.startsWith(`${table}|`) && matches(cell.row)) this.#rows.delete(key);
    }
  }

  async #execute(execution: CqlExecution): Promise<CqlResult> {
    this.executions.push(execution);
    const failure = this.failure(execution);
    if (failure?.code === 'timeout') {
      if (failure.applied) this.#apply(execution);
      await this.#clock.sleep(execution.options.timeoutMs);
      throw new PortError('no answer', 'timeout');
    }
    await this.#clock.sleep(this.latencyMs);
    if (failure === undefined) return this.#apply(execution);
    if (failure.applied) this.#apply(execution);
    throw new PortError(`it failed: ${failure.code}`, failure.code);
  }

  #apply({ statement, values, options }: CqlExecution): CqlResult {
    const { table } = statement;
    switch (statement.kind) {
      case 'insert': {
        const key = `${table.name}|${keyOf([...table.partitionKey, ...table.clusteringKey], values)}`;
        const timestampUs = options.timestampUs ?? this.#clock.wallUs();
        const before = this.#rows.get(key);
        if (before === undefined || before.timestampUs <= timestampUs) {
          this.#rows.set(key, { row: values, timestampUs });
        }
        return { rows: [] };
      }
      case 'select': {
        const given = Object.keys(values);
        const rows = this.rows(table.name)
          .filter((row) => given.every((column) => row[column] === values[column]))
          .sort((left, right) => compare(left, right, table.clusteringKey));
        return { rows };
      }
      case 'insert-if-not-exists':
      case 'delete':
        throw new PortError(`the collector has no use for ${statement.kind}`, 'invalid');
    }
  }
}

function keyOf(columns: readonly string[], values: CqlRow): string {
  return columns.map((column) => String(values[column])).join('/');
}

function compare(left: CqlRow, right: CqlRow, columns: readonly string[]): number {
  for (const column of columns) {
    const difference = numberOf(left[column]) - numberOf(right[column]);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numberOf(value: CqlValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
