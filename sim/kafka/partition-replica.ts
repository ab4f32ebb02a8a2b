import type { Timer } from '../../system/ports/clock.ts';
import { kafkaErrors } from '../../system/ports/kafka-error.ts';
import type { ProducedRecord } from '../../system/ports/kafka.ts';
import type { GroupRecord } from './group-record.ts';

/** One entry of a log: a client's record, or what a coordinator wrote. The same object in every replica that has it. */
export interface LogEntry {
  readonly leaderEpoch: number;
  readonly payload: ProducedRecord | GroupRecord;
}

interface Waiter {
  readonly endOffset: number;
  readonly done: (errorCode: number) => void;
  readonly timer: Timer;
}

/** Who may lead a partition, as a broker has last heard it from the controller. */
export interface PartitionView {
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly inSync: readonly number[];
}

/**
 * One replica of one partition, on the disk of one broker: its log survives the process, what waits for it does not.
 * Not modelled: segments, retention, compaction, loss of what was not synced when a machine loses power.
 */
export class PartitionReplica {
  readonly nodeId: number;
  readonly log: LogEntry[] = [];
  /** Records below it are on all in-sync replicas, as far as this replica knows. */
  highWatermark = 0;
  view: PartitionView = { leader: -1, leaderEpoch: 0, inSync: [] };
  /** As leader: up to where each follower has the log, and since when it has not had all of it. */
  readonly followerEnds = new Map<number, number>();
  readonly behindSinceUs = new Map<number, number>();
  readonly #waiters = new Set<Waiter>();
  readonly #readers = new Set<() => void>();

  constructor(nodeId: number) {
    this.nodeId = nodeId;
  }

  get isLeader(): boolean {
    return this.view.leader === this.nodeId;
  }

  get endOffset(): number {
    return this.log.length;
  }

  /** Returns the offset of the first of them. */
  append(payloads: readonly (ProducedRecord | GroupRecord)[]): number {
    const baseOffset = this.log.length;
    for (const payload of payloads) this.log.push({ leaderEpoch: this.view.leaderEpoch, payload });
    this.advance();
    return baseOffset;
  }

  /** Moves the high watermark to what all in-sync replicas have. */
  advance(): void {
    let lowest = this.log.length;
    for (const nodeId of this.view.inSync) {
      if (nodeId !== this.nodeId) lowest = Math.min(lowest, this.followerEnds.get(nodeId) ?? 0);
    }
    if (lowest <= this.highWatermark) return;
    this.highWatermark = lowest;
    for (const waiter of Array.from(this.#waiters)) {
      if (waiter.endOffset <= lowest) this.#finish(waiter, kafkaErrors.NONE);
    }
    this.#wakeReaders();
  }

  /** Waits until all in-sync replicas have the log up to `endOffset`. */
  whenReplicated(
    endOffset: number,
    timer: (expire: () => void) => Timer,
    done: (errorCode: number) => void,
  ): void {
    if (this.highWatermark >= endOffset) {
      done(kafkaErrors.NONE);
      return;
    }
    const waiter: Waiter = {
      endOffset,
      done,
      timer: timer(() => this.#finish(waiter, kafkaErrors.REQUEST_TIMED_OUT)),
    };
    this.#waiters.add(waiter);
  }

  /** Calls back once when something new may be read. Returns a function that forgets it. */
  onReadable(callback: () => void): () => void {
    this.#readers.add(callback);
    return () => {
      this.#readers.delete(callback);
    };
  }

  follow(view: PartitionView): void {
    const led = this.isLeader;
    this.view = view;
    if (this.isLeader) {
      if (!led) {
        this.followerEnds.clear();
        this.behindSinceUs.clear();
      }
      this.advance();
    } else if (led) {
      this.abandon(kafkaErrors.NOT_LEADER_OR_FOLLOWER);
      this.#wakeReaders();
    }
  }

  /** Whoever waits is told, or forgotten where the process is gone. */
  abandon(errorCode: number | undefined): void {
    for (const waiter of Array.from(this.#waiters)) {
      if (errorCode !== undefined) this.#finish(waiter, errorCode);
    }
    this.#waiters.clear();
    if (errorCode === undefined) this.#readers.clear();
  }

  /** Copies the leader's log, after cutting off what the leader does not have. */
  copyFrom(leaderLog: readonly LogEntry[], leaderHighWatermark: number): void {
    let common = Math.min(this.log.length, leaderLog.length);
    while (common > 0 && this.log[common - 1] !== leaderLog[common - 1]) common--;
    this.log.length = common;
    for (let offset = common; offset < leaderLog.length; offset++) {
      const entry = leaderLog[offset];
      if (entry !== undefined) this.log.push(entry);
    }
    this.highWatermark = Math.min(leaderHighWatermark, this.log.length);
  }

  #finish(waiter: Waiter, errorCode: number): void {
    if (!this.#waiters.delete(waiter)) return;
    waiter.timer.cancel();
    waiter.done(errorCode);
  }

  #wakeReaders(): void {
    const readers = Array.from(this.#readers);
    this.#readers.clear();
    for (const reader of readers) reader();
  }
}
