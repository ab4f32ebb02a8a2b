import { linkKinds, LiveCluster } from '../../../../chaos/live/nats/index.ts';

const links = linkKinds.find((kind) => kind === process.argv[2]) ?? 'proxies';

/** Started by a test that ends it from outside while its servers run. Its servers never form a cluster. */
await LiveCluster.start({ version: '2.12.15', name: 'ended', nodeCount: 2, formWithinMs: 600_000, links });
