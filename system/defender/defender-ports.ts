import type { Ports } from '../ports/index.ts';

/** What a Defender needs of the world. */
export type DefenderPorts = Pick<
  Ports,
  'clock' | 'random' | 'nats' | 'cql' | 'rpc' | 'process' | 'telemetry'
>;
