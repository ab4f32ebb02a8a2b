import type { FullNatsConnection } from '../../../system/ports/nats-full.ts';

/** A world that plans run in: the model's or a real one. */
export interface Rig {
  connect(name: string): Promise<FullNatsConnection>;
  sleep(ms: number): Promise<void>;
  /** Milliseconds since some start. */
  nowMs(): number;
}
