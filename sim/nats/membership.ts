import type { ClusterCore } from './cluster-core.ts';
import type { NatsServer } from './nats-server.ts';
import type { RaftGroup } from './raft-group.ts';
import type { StreamAsset } from './stream-asset.ts';

/** Servers that are up, take more, and are no members of a group. */
export function spareServers(cluster: ClusterCore, group: RaftGroup): readonly NatsServer[] {
  return cluster.servers.filter(
    (server) =>
      server.up && server.replicatedAssets < cluster.maxHaAssets && group.replicaOn(server) === undefined,
  );
}

/** A server is removed from a stream and from its consumers, and another one takes its place in all of them (fault R8). */
export function moveMember(asset: StreamAsset, from: string, to: NatsServer): void {
  for (const group of [asset.group, ...asset.consumers.values().map((consumer) => consumer.group)]) {
    const left = group.replicas.find(({ server }) => server.name === from);
    if (left === undefined || group.replicaOn(to) !== undefined) continue;
    group.leaveCalm();
    if (left.role === 'leader') left.transferLeadership();
    for (const { watch } of left.watches ?? []) watch.missed();
    const replica = group.replaceMember(left.member, to);
    left.server.abandon(left);
    to.adopt(replica);
    if (to.up) replica.start();
  }
}
