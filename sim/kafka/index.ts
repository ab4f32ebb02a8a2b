export { SimKafkaConnector } from './kafka-client.ts';
export { KafkaCluster, type KafkaClusterOptions } from './kafka-cluster.ts';
export { noKafkaMutations, type KafkaMutations } from './mutations.ts';
export { defaultKafkaSettings, type KafkaSettings } from './settings.ts';
