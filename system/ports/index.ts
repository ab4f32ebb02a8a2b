import type { Clock } from './clock.ts';
import type { CqlConnector } from './cql.ts';
import type { Http } from './http.ts';
import type { MetricsQueries } from './metrics-query.ts';
import type { NatsConnector } from './nats-connection.ts';
import type { Orchestrator } from './orchestrator.ts';
import type { Process } from './process.ts';
import type { Random } from './random.ts';
import type { Rpc } from './rpc.ts';
import type { Store } from './store.ts';
import type { Telemetry } from './telemetry.ts';

/** All a component may touch of the world. A component names the part it needs with `Pick<Ports, …>`. */
export interface Ports {
  readonly clock: Clock;
  readonly random: Random;
  readonly nats: NatsConnector;
  readonly cql: CqlConnector;
  readonly rpc: Rpc;
  readonly http: Http;
  readonly process: Process;
  readonly telemetry: Telemetry;
  readonly orchestrator: Orchestrator;
  readonly metricsQueries: MetricsQueries;
  readonly store: Store;
}
