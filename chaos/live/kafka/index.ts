export { kafkaVersion } from './distribution.ts';
export { LiveBroker } from './live-broker.ts';
