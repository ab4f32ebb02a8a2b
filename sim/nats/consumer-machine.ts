import type { EffectiveConsumerSettings } from '../../system/ports/jetstream-management.ts';
import { ConsumerRecord } from './consumer-record.ts';
import type { Machine } from './machine.ts';
import type { NatsProfile } from './profile.ts';
import type { Operation } from './operations.ts';
import type { RawPull } from './raw-pull.ts';

/** What all replicas of a consumer share. */
export interface ConsumerContext {
  readonly profile: NatsProfile;
  /** One replica, so no raft group in a real server. */
  readonly isAlone: boolean;
  readonly settings: EffectiveConsumerSettings;
}

/** One replica of a consumer. */
export class ConsumerMachine implements Machine {
  readonly context: ConsumerContext;
  readonly record: ConsumerRecord;
  /** Pull requests that wait at the leader, in memory only; none while nobody pulls one by one. */
  pulls: Set<RawPull> | undefined;
  /** First stream sequence that the last acknowledgement was of. */
  freedFrom = 0;

  constructor(context: ConsumerContext, record: ConsumerRecord = new ConsumerRecord()) {
    this.context = context;
    this.record = record;
  }

  /** 1 where an acknowledgement met something pending. */
  apply(operation: Operation): number {
    const { record, context } = this;
    switch (operation.kind) {
      case 'delivered':
        record.delivered(
          context.settings,
          operation.consumerSequence,
          operation.sequence,
          operation.deliveryCount,
          operation.deliveredUs,
        );
        return 0;
      case 'acked':
        this.freedFrom =
          operation.freedFrom ??
          (context.settings.ack === 'all' ? record.freedFrom(operation.sequence) : operation.sequence);
        return record.acked(
          context.settings,
          operation.consumerSequence,
          operation.sequence,
          context.profile.defects.has('floor-after-redelivery'),
        )
          ? 1
          : 0;
      case 'skipped':
        record.start(operation.sequence - 1, context.settings, context.isAlone);
        return 0;
      case 'pull-added':
        this.pulls ??= new Set();
        this.pulls.add(operation.pull);
        return 0;
      case 'pull-removed':
        this.pulls?.delete(operation.pull);
        return 0;
      case 'store':
      case 'purge':
      case 'delete':
      case 'assign':
      case 'leadership':
        return 0;
    }
  }

  isAlike(): boolean {
    return true;
  }

  clone(): ConsumerMachine {
    return new ConsumerMachine(this.context, this.record.clone());
  }
}

export function consumerMachineOf(machine: Machine): ConsumerMachine {
  if (machine instanceof ConsumerMachine) return machine;
  throw new TypeError('the group is no consumer');
}
