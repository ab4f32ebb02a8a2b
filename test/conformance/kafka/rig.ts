import type { KafkaConnection } from '../../../system/ports/kafka.ts';

/** A world that plans run in: the model's broker or a real one. */
export interface Rig {
  connect(name: string): Promise<KafkaConnection>;
  sleep(ms: number): Promise<void>;
  /** Milliseconds since some start. */
  nowMs(): number;
  /** kill -9 and a start on the same data; resolves when it can be connected to. Every plan that runs asks, one restart answers all. */
  restartBroker(): Promise<void>;
}

/** Settings that the broker of both worlds has. */
export const brokerSettings = {
  groupMinSessionTimeoutMs: 100,
  groupInitialRebalanceDelayMs: 400,
  groupMaxSize: 3,
} as const;

/** The same in the words of server.properties. */
export const brokerProperties = {
  'group.min.session.timeout.ms': brokerSettings.groupMinSessionTimeoutMs,
  'group.initial.rebalance.delay.ms': brokerSettings.groupInitialRebalanceDelayMs,
  'group.max.size': brokerSettings.groupMaxSize,
} as const;
