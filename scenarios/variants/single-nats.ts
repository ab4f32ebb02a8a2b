import type { Colour } from '../../system/ports/colour.ts';
import { versionedName, type DeploymentVersion } from '../../system/routing/variants/versioned/names.ts';
import { versionedConnector } from '../../system/routing/variants/versioned/versioned-connector.ts';
import type { SystemCustomisation } from '../../sim/system-customisation.ts';

const sharedCluster = 'nats-blue';
const versions: Readonly<Record<Colour, DeploymentVersion>> = { blue: 'stable', green: 'canary' };

/** The whole fab on one NATS cluster, its halves held apart by version (delivery R95–R97, R121–R126). */
export const singleNats: SystemCustomisation = {
  collector: (settings) => ({ ...settings, expectedClusterName: sharedCluster }),
  defender: (settings) => ({
    ...settings,
    expectedClusterName: sharedCluster,
    bucketSuffix: versionedName('', versions[settings.colour]),
  }),
  ports: (_component, ports) => ({
    ...ports,
    nats: versionedConnector(ports.nats, {
      url: `nats://${sharedCluster}:4222`,
      versionOf: (url) => (url.includes(sharedCluster) ? versions.blue : versions.green),
    }),
  }),
};
