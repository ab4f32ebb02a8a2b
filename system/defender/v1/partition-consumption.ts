import type { Clock } from '../../ports/clock.ts';
import { kafkaErrors } from '../../ports/kafka-error.ts';
import type { FetchedRecord } from '../../ports/kafka.ts';
import { PortError } from '../../ports/errors.ts';
import type { BrokerPool, KafkaClientPorts } from '../../kafka-client/broker-pool.ts';
import { GroupMembership, type RebalanceListener } from '../../kafka-client/group-membership.ts';
import { PartitionFetcher } from '../../kafka-client/partition-fetcher.ts';
import type { HistoryCache } from '../cache/history-cache.ts';
import { KafkaMessage, type MessageOwner } from './kafka-message.ts';
import { OffsetAccount } from './offset-account.ts';
import { UnitQueue, type QueueContext } from './unit-queue.ts';

interface HeldPartition {
  readonly account: OffsetAccount;
  /** By subject: a partition has many units. */
  readonly queues: Map<string, UnitQueue>;
}

const drainPollMs = 50;

/**
 * The partitions that this Defender holds, and what it has taken from them. Offsets are committed only when everything
 * before them is stored, so that a crash repeats work and never loses it (delivery R32 for V1).
 */
export class PartitionConsumption implements RebalanceListener, MessageOwner {
  readonly #context: QueueContext;
  readonly #clock: Clock;
  readonly #cache: HistoryCache;
  readonly #membership: GroupMembership;
  readonly #fetcher: PartitionFetcher;
  readonly #held = new Map<number, HeldPartition>();
  #isCommitting = false;
  #isDraining = false;

  constructor(context: QueueContext, clientPorts: KafkaClientPorts, pool: BrokerPool, cache: HistoryCache) {
    this.#context = context;
    this.#clock = context.ports.clock;
    this.#cache = cache;
    const { consumer } = context.settings;
    this.#membership = new GroupMembership(clientPorts, consumer, pool, this);
    this.#fetcher = new PartitionFetcher(clientPorts, consumer, pool, {
      records: (partition, records) => this.#receive(partition, records),
      hasRoom: () => this.#hasRoom(),
    });
  }

  get inFlight(): number {
    let inFlight = 0;
    for (const { queues } of this.#held.values())
      for (const queue of queues.values()) inFlight += queue.inFlight;
    return inFlight;
  }

  start(): void {
    this.#membership.start();
    this.#clock.every(this.#context.settings.commitIntervalMs, () => {
      void this.#commitDue(Array.from(this.#held.keys()));
    });
  }

  /** Takes nothing new, finishes what is in work, commits and leaves. Resolves at the latest after `drainMs`. */
  async drain(drainMs: number): Promise<void> {
    this.#isDraining = true;
    const partitions = Array.from(this.#held.keys());
    await this.#finish(partitions, drainMs);
    for (const partition of partitions) this.#drop(partition, true);
  }

  async leave(): Promise<void> {
    this.#fetcher.close();
    await this.#membership.close();
  }

  async assigned(partitions: readonly number[], generationId: number): Promise<void> {
    const { topic } = this.#context.settings.consumer;
    const places = partitions.map((partition) => ({ topic, partition }));
    const committed = await this.#membership.committed(places);
    // Another rebalance may be over before the coordinator answered.
    if (this.#membership.identity?.generationId !== generationId || this.#isDraining) return;
    for (const { partition, offset } of committed) {
      const start = Math.max(0, offset);
      this.#held.set(partition, { account: new OffsetAccount(start), queues: new Map() });
      this.#fetcher.add(partition, start);
    }
    this.#report();
  }

  async revoked(partitions: readonly number[]): Promise<void> {
    await this.#finish(partitions, this.#context.settings.revokeDrainMs);
    for (const partition of partitions) this.#drop(partition, false);
    this.#report();
  }

  lost(partitions: readonly number[]): void {
    for (const partition of partitions) this.#drop(partition, true);
    this.#report();
  }

  fenced(): void {
    this.#context.ports.process.exit(1);
  }

  done(message: KafkaMessage): boolean {
    const held = this.#held.get(message.partition);
    if (held === undefined) return false;
    held.account.done(message.offset);
    return true;
  }

  again(message: KafkaMessage, delayMs: number): void {
    this.#clock.after(delayMs, () =>
      this.#held.get(message.partition)?.queues.get(message.subject)?.retry(message),
    );
  }

  #receive(partition: number, records: readonly FetchedRecord[]): void {
    const held = this.#held.get(partition);
    if (held === undefined) return;
    for (const record of records) {
      let queue = held.queues.get(record.key);
      if (queue === undefined) {
        queue = new UnitQueue(this.#context, record.key);
        held.queues.set(record.key, queue);
      }
      queue.add(new KafkaMessage(partition, record, this));
      if (this.#context.settings.v1Policies.commit === 'when-fetched') held.account.done(record.offset);
    }
  }

  /** Asked before each fetch: as long as there is room, the application polls. */
  #hasRoom(): boolean {
    const hasRoom = this.inFlight < this.#context.settings.maxQueued && !this.#isDraining;
    if (hasRoom) this.#membership.polled();
    return hasRoom;
  }

  /** Nothing new begins in these partitions; waits for what has begun, and commits. */
  async #finish(partitions: readonly number[], limitMs: number): Promise<void> {
    const giveUpMs = this.#clock.monotonicMs() + limitMs;
    const queues: UnitQueue[] = [];
    for (const partition of partitions) {
      this.#fetcher.remove(partition);
      for (const queue of this.#held.get(partition)?.queues.values() ?? []) {
        queue.release();
        queues.push(queue);
      }
    }
    while (queues.some(({ isBusy }) => isBusy) && this.#clock.monotonicMs() < giveUpMs) {
      await this.#clock.sleep(drainPollMs);
    }
    await this.#commitDue(partitions);
  }

  #drop(partition: number, isLost: boolean): void {
    const held = this.#held.get(partition);
    if (held === undefined) return;
    this.#held.delete(partition);
    this.#fetcher.remove(partition);
    for (const queue of held.queues.values()) {
      if (isLost) queue.abort();
      else queue.release();
    }
    // Others process its units meanwhile: what is remembered of them would have gaps.
    this.#cache.clear();
  }

  async #commitDue(partitions: readonly number[]): Promise<void> {
    if (this.#isCommitting) return;
    const { topic } = this.#context.settings.consumer;
    const due = partitions.flatMap((partition) => {
      const offset = this.#held.get(partition)?.account.due;
      return offset === undefined ? [] : [{ topic, partition, offset, metadata: '' }];
    });
    if (due.length === 0) return;
    this.#isCommitting = true;
    try {
      const code = await this.#membership.commit(due);
      if (code === kafkaErrors.NONE) {
        for (const { partition, offset } of due) this.#held.get(partition)?.account.committed(offset);
      }
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    } finally {
      this.#isCommitting = false;
    }
  }

  #report(): void {
    const { ports, settings } = this.#context;
    ports.telemetry.event({
      kind: 'partitions.held',
      colour: settings.colour,
      pod: ports.process.name,
      generationId: this.#membership.identity?.generationId ?? -1,
      partitions: Array.from(this.#held.keys()).toSorted((left, right) => left - right),
    });
  }
}
