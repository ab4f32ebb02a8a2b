export { CassandraConnector, CassandraSession } from './cassandra-session.ts';
export type { CassandraSettings } from './client-settings.ts';
export { migrations, type Migration } from './migrations.ts';
export { migrate } from './migrator.ts';
export { createKeyspaceText, createTableText, defaultStorage, type TableStorage } from './table-text.ts';
export { WideConnector, WideSession, type WideSettings } from './wide-session.ts';
