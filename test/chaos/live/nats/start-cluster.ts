import { LiveCluster } from '../../../../chaos/live/nats/index.ts';

/** Started by a test that ends it from outside while its servers run. Its servers never form a cluster. */
await LiveCluster.start({ version: '2.12.15', name: 'ended', nodeCount: 2, formWithinMs: 600_000 });
