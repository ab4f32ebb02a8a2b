import type { Kernel } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { CommitJournal } from './commit-journal.ts';
import type { FailureDetector } from './failure-detector.ts';
import type { Internode } from './internode.ts';
import type { LatencyPlan } from './service-time.ts';
import type { Deviations } from './deviations.ts';
import type { CassandraOptions, TableParameters } from './settings.ts';
import type { ElidedList } from './elided.ts';
import type { Topology } from './topology.ts';

/** What the parts of a ring share. */
export interface RingCore {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly options: CassandraOptions;
  readonly nodes: readonly CassandraNode[];
  readonly topology: Topology;
  readonly detector: FailureDetector;
  readonly internode: Internode;
  readonly plan: LatencyPlan;
  readonly deviations: Deviations;
  /** What tables do not say of themselves, by name. */
  parametersOf(table: string): TableParameters;
  readonly journal: CommitJournal;
  /** Operations under way that were computed at once. */
  readonly elided: ElidedList;
}
