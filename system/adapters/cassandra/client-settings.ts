import { policies, type ClientOptions } from 'cassandra-driver';

/** How to reach a cluster. */
export interface CassandraSettings {
  /** `address` or `address:port` of some nodes; they are used as they are, not translated (cassandra-and-live 62). */
  readonly contactPoints: readonly string[];
  readonly localDataCentre: string;
  readonly keyspace: string;
  /** Another way to a node than the address the cluster names: by `address:port`. */
  readonly translate?: (address: string, port: number) => string;
  /** From the end of a connection to the first attempt to connect again; doubled up to the longest. */
  readonly reconnectMs?: { readonly first: number; readonly longest: number };
}

/** Options that every client of a cluster shares: the driver's own timestamps, retries and balancing by token stay as they are (25, 56, 60). */
export function clientOptions(settings: CassandraSettings): ClientOptions {
  const { translate, reconnectMs } = settings;
  return {
    contactPoints: [...settings.contactPoints],
    localDataCenter: settings.localDataCentre,
    encoding: { useBigIntAsLong: true, useUndefinedAsUnset: true },
    pooling: { warmup: true },
    // Otherwise the first use of each statement waits 12 s for a node that is silent; others prepare when asked.
    prepareOnAllHosts: false,
    policies: {
      ...(reconnectMs === undefined
        ? {}
        : {
            reconnection: new policies.reconnection.ExponentialReconnectionPolicy(
              reconnectMs.first,
              reconnectMs.longest,
              false,
            ),
          }),
      ...(translate === undefined
        ? {}
        : {
            addressResolution: new Translator(translate),
          }),
    },
  };
}

/** The driver takes only its own classes here, and this is the one that its types name. */
class Translator extends policies.addressResolution.EC2MultiRegionTranslator {
  readonly #translate: (address: string, port: number) => string;

  constructor(translate: (address: string, port: number) => string) {
    super();
    this.#translate = translate;
  }

  override translate(address: string, port: number, callback: (endPoint: string) => void): void {
    callback(this.#translate(address, port));
  }
}
