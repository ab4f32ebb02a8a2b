import type { CqlColumnType, CqlRow, CqlValue } from '../../ports/cql.ts';
import { PortError } from '../../ports/errors.ts';

/** What the driver takes for a marker: with `useBigIntAsLong` a bigint column is a BigInt. */
export type DriverValue = string | number | bigint | Buffer | null;

/** Throws `PortError('invalid')` where the value is not of the column's type. */
export function toDriver(type: CqlColumnType, value: CqlValue): DriverValue {
  if (value === null) return null;
  switch (type) {
    case 'text':
      if (typeof value === 'string') return value;
      break;
    case 'bigint':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
      break;
    case 'int':
      if (typeof value === 'number' && (value | 0) === value) return value;
      break;
    case 'double':
      if (typeof value === 'number') return value;
      break;
    case 'blob':
      if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      break;
  }
  throw new PortError(`a ${typeof value} does not fit a column of type ${type}`, 'invalid');
}

/** A row as the port has it. Throws `PortError('invalid')` on an integer beyond ±2⁵³ or a type that the port does not have. */
export function rowFromDriver(columns: readonly string[], row: Readonly<Record<string, unknown>>): CqlRow {
  const values: Record<string, CqlValue> = {};
  for (const column of columns) values[column] = fromDriver(row[column]);
  return values;
}

function fromDriver(value: unknown): CqlValue {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || typeof value === 'number') return value;
  if (typeof value === 'bigint') {
    const number = Number(value);
    if (!Number.isSafeInteger(number)) throw new PortError(`${value} is beyond ±2^53`, 'invalid');
    return number;
  }
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw new PortError(`a ${typeof value} came from the server where none was expected`, 'invalid');
}
