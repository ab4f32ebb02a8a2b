import type {
  CqlOptions,
  CqlResult,
  CqlRow,
  CqlSession,
  CqlStatement,
  CqlTable,
} from '../../../../system/ports/cql.ts';
import { PortError } from '../../../../system/ports/errors.ts';
import type { PortErrorCode } from '../../../../system/ports/errors.ts';
import type { FakeProcess } from './fake-process.ts';
import type { VirtualTime } from './virtual-time.ts';

interface Cell {
  readonly value: CqlRow[string];
  readonly timestampUs: number;
}

/** One Cassandra in memory: rows of cells, the newest timestamp wins. */
export class FakeCql {
  readonly time: VirtualTime;
  readonly #rows = new Map<string, Map<string, Cell>>();
  latencyMs = 5;
  /** Outcomes of the next statements on a table: an error, before or after it took effect. */
  readonly failures: { table: string; kind?: CqlStatement['kind']; code: PortErrorCode; applies: boolean }[] =
    [];
  isDown = false;
  readonly writes: { table: string; row: CqlRow; timestampUs: number | undefined }[] = [];
  selects = 0;

  constructor(time: VirtualTime) {
    this.time = time;
  }

  session(process: FakeProcess): CqlSession {
    return {
      execute: (statement, values, options) =>
        new Promise((resolve, reject) => {
          this.time.schedule(this.latencyMs, () => {
            const outcome = this.#outcome(statement, values, options);
            process.run(() => {
              if (outcome instanceof PortError) reject(outcome);
              else resolve(outcome);
            });
          });
        }),
    };
  }

  #outcome(statement: CqlStatement, values: CqlRow, options: CqlOptions): CqlResult | PortError {
    if (this.isDown) return new PortError('no replicas', 'unavailable');
    const at = this.failures.findIndex(
      ({ table, kind }) => table === statement.table.name && (kind === undefined || kind === statement.kind),
    );
    const failure = at < 0 ? undefined : this.failures.splice(at, 1)[0];
    if (failure?.applies === false) return new PortError('failed', failure.code);
    const result = this.execute(statement, values, options.timestampUs);
    return failure === undefined ? result : new PortError('answer lost', failure.code);
  }

  execute(statement: CqlStatement, values: CqlRow, timestampUs?: number): CqlResult {
    const { table } = statement;
    switch (statement.kind) {
      case 'insert':
        this.#write(table, values, timestampUs);
        return { rows: [] };
      case 'insert-if-not-exists': {
        const present = this.#rows.get(keyOf(table, values));
        if (present !== undefined) return { applied: false, rows: [toRow(present)] };
        this.#write(table, values, timestampUs);
        return { applied: true, rows: [] };
      }
      case 'select': {
        this.selects++;
        const rows = [...this.#rows]
          .filter(([key]) => key.startsWith(`${table.name}|`))
          .map(([, cells]) => toRow(cells))
          .filter((row) =>
            [...table.partitionKey, ...table.clusteringKey].every(
              (column) => values[column] === undefined || values[column] === row[column],
            ),
          )
          .sort((a, b) => compareRows(table, a, b));
        if (statement.reversed === true) rows.reverse();
        return { rows: rows.slice(0, statement.limit ?? rows.length) };
      }
      case 'delete':
        this.#rows.delete(keyOf(table, values));
        return { rows: [] };
    }
  }

  rows(table: CqlTable): readonly CqlRow[] {
    return [...this.#rows]
      .filter(([key]) => key.startsWith(`${table.name}|`))
      .map(([, cells]) => toRow(cells));
  }

  #write(table: CqlTable, values: CqlRow, timestampUs: number | undefined): void {
    this.writes.push({ table: table.name, row: values, timestampUs });
    const key = keyOf(table, values);
    const cells = this.#rows.get(key) ?? new Map<string, Cell>();
    for (const [column, value] of Object.entries(values)) {
      const present = cells.get(column);
      const atUs = timestampUs ?? this.time.nowMs;
      if (present === undefined || atUs >= present.timestampUs)
        cells.set(column, { value, timestampUs: atUs });
    }
    this.#rows.set(key, cells);
  }
}

function keyOf(table: CqlTable, values: CqlRow): string {
  const columns = [...table.partitionKey, ...table.clusteringKey];
  return [table.name, ...columns.map((column) => String(values[column]))].join('|');
}

function toRow(cells: Map<string, Cell>): CqlRow {
  return Object.fromEntries([...cells].map(([column, { value }]) => [column, value]));
}

function compareRows(table: CqlTable, a: CqlRow, b: CqlRow): number {
  for (const column of table.clusteringKey) {
    const difference = Number(a[column]) - Number(b[column]);
    if (difference !== 0) return difference;
  }
  return 0;
}
