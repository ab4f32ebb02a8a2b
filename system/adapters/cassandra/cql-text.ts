import type { CqlColumnType, CqlRow, CqlTable, CqlValue } from '../../ports/cql.ts';
import { PortError } from '../../ports/errors.ts';
import { regularColumnsOf } from '../../ports/cql-wide.ts';
import type { CqlCondition, WideStatement, WideWrite } from '../../ports/cql-wide.ts';
import { toDriver, type DriverValue } from './cell-codec.ts';

/** A statement with the values of its markers. The same shape always gives the same text. */
export interface CqlText {
  readonly query: string;
  readonly parameters: readonly DriverValue[];
  /** CQL type of each marker. */
  readonly types: readonly string[];
}

export type Select = Extract<WideStatement, { kind: 'select' }>;

/** Text and values of one statement. Throws `PortError('invalid')` where a bound column does not exist or a value does not fit it. */
export function textOf(keyspace: string, statement: WideWrite | Select): CqlText {
  const builder = new TextBuilder(keyspace, statement.table, statement.values);
  switch (statement.kind) {
    case 'insert':
      return builder.insert(statement);
    case 'update':
      return builder.update(statement);
    case 'delete-cells':
      return builder.remove(statement, statement.columns);
    case 'delete':
      return builder.remove(statement, []);
    case 'select':
      return builder.select(statement);
  }
}

class TextBuilder {
  readonly #table: CqlTable;
  readonly #name: string;
  readonly #values: CqlRow;
  readonly #parameters: DriverValue[] = [];
  readonly #types: string[] = [];

  constructor(keyspace: string, table: CqlTable, values: CqlRow) {
    this.#table = table;
    this.#name = `${keyspace}.${table.name}`;
    this.#values = values;
    for (const column of Object.keys(values)) {
      if (table.columns[column] === undefined) {
        throw new PortError(`${table.name} has no column ${column}`, 'invalid');
      }
    }
  }

  insert(write: Extract<WideWrite, { kind: 'insert' }>): CqlText {
    const columns = this.#bound(Object.keys(this.#table.columns));
    const markers = columns.map((column) => this.#marker(column, this.#values[column] ?? null)).join(', ');
    const head = `INSERT INTO ${this.#name} (${columns.join(', ')}) VALUES (${markers})`;
    const condition = write.condition === undefined ? '' : this.#condition(write.condition);
    return this.#text(head + condition + this.#using(write.timestampUs, write.ttlSeconds));
  }

  update(write: Extract<WideWrite, { kind: 'update' }>): CqlText {
    const using = this.#using(write.timestampUs, write.ttlSeconds);
    const assignments = this.#bound(regularColumnsOf(this.#table).map(([column]) => column))
      .map((column) => `${column} = ${this.#marker(column, this.#values[column] ?? null)}`)
      .join(', ');
    const where = this.#where();
    const condition = write.condition === undefined ? '' : this.#condition(write.condition);
    return this.#text(`UPDATE ${this.#name}${using} SET ${assignments} WHERE ${where}${condition}`);
  }

  remove(
    write: Extract<WideWrite, { kind: 'delete' | 'delete-cells' }>,
    columns: readonly string[],
  ): CqlText {
    const using = this.#using(write.timestampUs, undefined);
    const what = columns.length === 0 ? '' : ` ${columns.join(', ')}`;
    const where = this.#where();
    const condition = write.condition === undefined ? '' : this.#condition(write.condition);
    return this.#text(`DELETE${what} FROM ${this.#name}${using} WHERE ${where}${condition}`);
  }

  select(statement: Select): CqlText {
    const stamps =
      statement.withStamps === true
        ? regularColumnsOf(this.#table).flatMap(([column]) => [`writetime(${column})`, `ttl(${column})`])
        : [];
    const columns = [...Object.keys(this.#table.columns), ...stamps].join(', ');
    const where = this.#where();
    const order =
      statement.reversed === true
        ? ` ORDER BY ${this.#table.clusteringKey.map((column) => `${column} DESC`).join(', ')}`
        : '';
    let limit = '';
    if (statement.limit !== undefined) {
      limit = ` LIMIT ${this.#add('int', statement.limit)}`;
    }
    return this.#text(`SELECT ${columns} FROM ${this.#name} WHERE ${where}${order}${limit}`);
  }

  #bound(columns: readonly string[]): readonly string[] {
    return columns.filter((column) => this.#values[column] !== undefined);
  }

  #where(): string {
    return this.#bound([...this.#table.partitionKey, ...this.#table.clusteringKey])
      .map((column) => `${column} = ${this.#marker(column, this.#values[column] ?? null)}`)
      .join(' AND ');
  }

  #using(timestampUs: number | undefined, ttlSeconds: number | undefined): string {
    const clauses: string[] = [];
    if (timestampUs !== undefined) {
      clauses.push(`TIMESTAMP ${this.#add('bigint', timestampUs)}`);
    }
    if (ttlSeconds !== undefined) {
      clauses.push(`TTL ${this.#add('int', ttlSeconds)}`);
    }
    return clauses.length === 0 ? '' : ` USING ${clauses.join(' AND ')}`;
  }

  #condition(condition: CqlCondition): string {
    switch (condition.kind) {
      case 'if-not-exists':
        return ' IF NOT EXISTS';
      case 'if-exists':
        return ' IF EXISTS';
      case 'if': {
        const terms = condition.columns.map(
          ({ column, operator, value }) => `${column} ${operator} ${this.#marker(column, value)}`,
        );
        return ` IF ${terms.join(' AND ')}`;
      }
    }
  }

  #marker(column: string, value: CqlValue): string {
    const type = this.#table.columns[column];
    if (type === undefined) throw new PortError(`${this.#table.name} has no column ${column}`, 'invalid');
    return this.#add(type, value);
  }

  #add(type: CqlColumnType, value: CqlValue): string {
    this.#parameters.push(toDriver(type, value));
    this.#types.push(type);
    return '?';
  }

  #text(query: string): CqlText {
    return { query, parameters: this.#parameters, types: this.#types };
  }
}
