export { ClientConnector } from './connector.ts';
export { ClientFullKeyValue } from './full-key-value.ts';
export { ClientManagement } from './management.ts';
export { ClientPublisher } from './publisher.ts';
export { ClientPuller } from './puller.ts';
export type { CoreConnection, CoreMessage, CoreRequest } from './core-connection.ts';
export type { WatchBucket } from './bucket-watch.ts';
