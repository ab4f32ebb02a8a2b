import type { NatsConnector } from '../../../ports/nats-connection.ts';
import { versionedNaming, type DeploymentVersion } from './names.ts';
import { renamedConnection } from './renamed-connector.ts';

/** What of one NATS cluster a deployment may touch (delivery R95–R97, R121). */
export interface SharedNats {
  /** The one cluster of both halves. */
  readonly url: string;
  /** Which half a URL of the two-cluster world means. */
  readonly versionOf: (url: string) => DeploymentVersion;
}

/**
 * Puts both halves on one cluster without their knowing: every subject, stream and durable gets the version of the
 * deployment that asks. Buckets are named by their users (`DefenderSettings.bucketSuffix`). What the halves then share is
 * the servers: a fault of the cluster hits both, which is the price of this variant (delivery R115–R118).
 */
export function versionedConnector(connector: NatsConnector, { url, versionOf }: SharedNats): NatsConnector {
  return {
    async connect(options) {
      const connection = await connector.connect({ ...options, url });
      return renamedConnection(connection, versionedNaming(versionOf(options.url)));
    },
  };
}
