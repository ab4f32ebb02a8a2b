import type { ConsumerConfig } from '../../system/ports/jetstream.ts';
import { isWildcard, type SubjectTable } from './subjects.ts';

export interface PendingDelivery {
  deliveredUs: number;
  count: number;
}

/** The replicated state of one durable (jetstream F45): one cursor however many filters (F46). */
export class ConsumerState {
  config: ConsumerConfig;
  /** Filters without wildcards, by number. */
  literals: number[] = [];
  wildcards: string[] = [];
  /** First stream sequence that was not looked at. */
  cursor: number;
  readonly pending: Map<number, PendingDelivery>;
  redelivered = 0;

  constructor(config: ConsumerConfig, cursor: number, subjects: SubjectTable) {
    this.config = config;
    this.cursor = cursor;
    this.pending = new Map();
    this.filter(config, subjects);
  }

  /** A new filter never moves the cursor: older messages of an added subject stay undelivered (jetstream F46). */
  filter(config: ConsumerConfig, subjects: SubjectTable): void {
    this.config = config;
    this.literals = [];
    this.wildcards = [];
    for (const filter of config.filterSubjects) {
      if (isWildcard(filter)) this.wildcards.push(filter);
      else this.literals.push(subjects.number(filter));
    }
  }

  /** Delivered at least once and settled, or passed over. */
  settled(sequence: number): boolean {
    return sequence < this.cursor && !this.pending.has(sequence);
  }

  clone(subjects: SubjectTable): ConsumerState {
    const copy = new ConsumerState(this.config, this.cursor, subjects);
    copy.redelivered = this.redelivered;
    for (const [sequence, { deliveredUs, count }] of this.pending) {
      copy.pending.set(sequence, { deliveredUs, count });
    }
    return copy;
  }
}
