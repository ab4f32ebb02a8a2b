import { PartitionReplica, type PartitionView } from './partition-replica.ts';

export const offsetsTopic = '__consumer_offsets';

/** One partition as the controller keeps it, and its replicas. */
export class Partition {
  readonly topic: string;
  readonly index: number;
  readonly minInSync: number;
  readonly replicas: readonly PartitionReplica[];
  /** What the controller has decided; brokers learn it later. */
  state: PartitionView;

  constructor(topic: string, index: number, nodeIds: readonly number[], minInSync: number) {
    this.topic = topic;
    this.index = index;
    this.minInSync = minInSync;
    this.replicas = nodeIds.map((nodeId) => new PartitionReplica(nodeId));
    this.state = { leader: -1, leaderEpoch: 0, inSync: nodeIds };
  }

  replicaOn(nodeId: number): PartitionReplica | undefined {
    return this.replicas.find((replica) => replica.nodeId === nodeId);
  }

  /** True where one of these brokers was told of the present state. */
  isCurrent(view: PartitionView): boolean {
    return view.leaderEpoch === this.state.leaderEpoch;
  }
}
