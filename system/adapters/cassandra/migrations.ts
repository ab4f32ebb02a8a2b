import { alarmTable, chunkTable, qualifiedTable, tchartTable, uchartTable } from '../../ports/tables.ts';
import { createTableText, defaultStorage } from './table-text.ts';

/** One step of the schema's history. What was released is never changed: a new step follows. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  /** Each safe to run twice. */
  readonly statements: (keyspace: string) => readonly string[];
}

const hourSeconds = 3_600;

/**
 * The schema of the system, after cassandra-and-live §2.3: chunks for a day in windows of an hour, T-charts for 3 days
 * in windows of 4 h (24 of them on disk), U-charts and alarms for a year in windows of 14 days (26).
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: 'staging of chunks',
    statements: (keyspace) => [
      createTableText(keyspace, chunkTable, {
        compactionWindow: { unit: 'HOURS', size: 1 },
        gcGraceSeconds: 6 * hourSeconds,
        readRepair: 'NONE',
        compressed: false,
      }),
    ],
  },
  {
    version: 2,
    name: 'T-charts',
    statements: (keyspace) => [
      createTableText(keyspace, tchartTable, {
        compactionWindow: { unit: 'HOURS', size: 4 },
        gcGraceSeconds: 24 * hourSeconds,
        readRepair: 'NONE',
        compressed: false,
      }),
    ],
  },
  {
    version: 3,
    name: 'U-charts, qualified charts and alarms',
    statements: (keyspace) => [
      createTableText(keyspace, uchartTable, {
        ...defaultStorage,
        compactionWindow: { unit: 'DAYS', size: 14 },
      }),
      createTableText(keyspace, qualifiedTable, defaultStorage),
      createTableText(keyspace, alarmTable, {
        ...defaultStorage,
        compactionWindow: { unit: 'DAYS', size: 14 },
      }),
    ],
  },
];
