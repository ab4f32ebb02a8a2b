import type { SerialConsistency, WideConsistency } from '../../system/ports/cql-wide.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { Datacentre } from './settings.ts';

export type ConsistencyLevel = WideConsistency;

export function isSerial(consistency: ConsistencyLevel): consistency is SerialConsistency {
  return consistency === 'SERIAL' || consistency === 'LOCAL_SERIAL';
}

export function quorumOf(replicationFactor: number): number {
  return Math.floor(replicationFactor / 2) + 1;
}

/** Answers that must come in, with the total replication factor and that of the coordinator's data centre (cassandra-and-live 3). */
export function blockFor(consistency: ConsistencyLevel, total: number, local: number): number {
  switch (consistency) {
    case 'ANY':
    case 'ONE':
    case 'LOCAL_ONE':
      return 1;
    case 'TWO':
      return 2;
    case 'THREE':
      return 3;
    case 'QUORUM':
    case 'SERIAL':
      return quorumOf(total);
    case 'ALL':
      return total;
    case 'LOCAL_QUORUM':
    case 'LOCAL_SERIAL':
      return quorumOf(local);
    case 'EACH_QUORUM':
      return quorumOf(total);
  }
}

/** Only replicas of the coordinator's own data centre count (cassandra-and-live 4). */
export function isLocal(consistency: ConsistencyLevel): boolean {
  switch (consistency) {
    case 'LOCAL_ONE':
    case 'LOCAL_QUORUM':
    case 'LOCAL_SERIAL':
      return true;
    case 'ANY':
    case 'ONE':
    case 'TWO':
    case 'THREE':
    case 'QUORUM':
    case 'ALL':
    case 'EACH_QUORUM':
    case 'SERIAL':
      return false;
  }
}

/** Too few replicas are alive in the coordinator's view (cassandra-and-live 6). */
export interface Shortage {
  readonly required: number;
  readonly alive: number;
}

/** What one operation at one coordinator waits for: how many answers, from where. */
export class AckTally {
  /** As errors report it. */
  readonly required: number;
  received = 0;
  readonly #consistency: ConsistencyLevel;
  readonly #home: number;
  /** What is still missing: in all, or of each data centre for EACH_QUORUM. */
  readonly #missing: number[];

  constructor(consistency: ConsistencyLevel, coordinator: CassandraNode, datacentres: readonly Datacentre[]) {
    this.#consistency = consistency;
    this.#home = coordinator.datacentre;
    const factors = datacentres.map(({ replicationFactor }) => replicationFactor);
    if (consistency === 'EACH_QUORUM') {
      this.#missing = factors.map(quorumOf);
      this.required = this.#missing.reduce((sum, each) => sum + each, 0);
    } else {
      const total = factors.reduce((sum, each) => sum + each, 0);
      this.required = blockFor(consistency, total, factors[this.#home] ?? 0);
      this.#missing = [this.required];
    }
  }

  counts(replica: CassandraNode): boolean {
    return !isLocal(this.#consistency) || replica.datacentre === this.#home;
  }

  /** What is missing before anything is sent; undefined where enough are alive. ANY is content with a hint. */
  shortage(live: readonly CassandraNode[]): Shortage | undefined {
    if (this.#consistency === 'ANY') return undefined;
    if (this.#consistency === 'EACH_QUORUM') {
      for (let datacentre = 0; datacentre < this.#missing.length; datacentre++) {
        const required = this.#missing[datacentre] as number;
        const alive = live.filter((replica) => replica.datacentre === datacentre).length;
        if (alive < required) return { required, alive };
      }
      return undefined;
    }
    const alive = live.filter((replica) => this.counts(replica)).length;
    return alive < this.required ? { required: this.required, alive } : undefined;
  }

  /** Counts one answer; true when it is the one that was still missing. */
  add(replica: CassandraNode): boolean {
    if (!this.counts(replica)) return false;
    this.received++;
    const index = this.#consistency === 'EACH_QUORUM' ? replica.datacentre : 0;
    this.#missing[index] = (this.#missing[index] as number) - 1;
    return this.#missing[index] === 0 && this.#missing.every((missing) => missing <= 0);
  }

  /** The replicas a read asks first, nearest first: enough of the right ones. `live` is in order of nearness. */
  choose(live: readonly CassandraNode[]): readonly CassandraNode[] {
    if (this.#consistency !== 'EACH_QUORUM') {
      return live.filter((replica) => this.counts(replica)).slice(0, this.required);
    }
    const left = [...this.#missing];
    return live.filter((replica) => {
      const missing = left[replica.datacentre] as number;
      left[replica.datacentre] = missing - 1;
      return missing > 0;
    });
  }
}
