import type { ClusteringKey } from './clustering.ts';
import type { Partition } from './partition.ts';
import type { StoredRow } from './stored-row.ts';

/** One change of one partition, as it goes to replicas, into hints and into commit logs. Never changed once made. */
export type Mutation =
  | {
      readonly kind: 'row';
      readonly partition: Partition;
      readonly key: ClusteringKey;
      readonly row: StoredRow;
      readonly bytes: number;
    }
  | {
      readonly kind: 'delete-partition';
      readonly partition: Partition;
      readonly deletionUs: number;
      readonly bytes: number;
    };

/** About what a mutation costs on the wire beside its blob. */
export const mutationOverheadBytes = 120;
