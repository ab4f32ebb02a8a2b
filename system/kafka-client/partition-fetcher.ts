import { PortError } from '../ports/errors.ts';
import { kafkaErrors } from '../ports/kafka-error.ts';
import type { FetchedPartition, FetchedRecord, KafkaAddress, KafkaConnection } from '../ports/kafka.ts';
import type { BrokerPool, KafkaClientPorts } from './broker-pool.ts';
import type { GroupConsumerSettings } from './settings.ts';

export interface FetchHandlers {
  /** In the order of the log. */
  records(partition: number, records: readonly FetchedRecord[]): void;
  /** False: nothing is fetched until it is true again. */
  hasRoom(): boolean;
}

const roomPauseMs = 100;

/** Reads the partitions that this process holds, from whichever broker leads each. */
export class PartitionFetcher {
  readonly #ports: KafkaClientPorts;
  readonly #settings: GroupConsumerSettings;
  readonly #pool: BrokerPool;
  readonly #handlers: FetchHandlers;
  /** Next offset to read, by partition. */
  readonly #positions = new Map<number, number>();
  #leaders = new Map<number, KafkaAddress>();
  readonly #reading = new Set<string>();
  #isLooking = false;
  #isClosed = false;

  constructor(
    ports: KafkaClientPorts,
    settings: GroupConsumerSettings,
    pool: BrokerPool,
    handlers: FetchHandlers,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#pool = pool;
    this.#handlers = handlers;
  }

  add(partition: number, offset: number): void {
    this.#positions.set(partition, offset);
    void this.#look();
  }

  remove(partition: number): void {
    this.#positions.delete(partition);
  }

  close(): void {
    this.#isClosed = true;
    this.#positions.clear();
  }

  /** Learns who leads, and starts a reader for every broker that leads something. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#isClosed) return;
    this.#isLooking = true;
    try {
      const partitions = await this.#pool.partitionsOf(this.#settings.topic);
      this.#leaders = new Map(
        partitions.flatMap(({ partition, address }) => (address === undefined ? [] : [[partition, address]])),
      );
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
    this.#isLooking = false;
    const isComplete = Array.from(this.#positions.keys()).every((partition) => this.#leaders.has(partition));
    for (const address of this.#leaders.values()) void this.#readFrom(address);
    if (!isComplete) {
      await this.#ports.clock.sleep(this.#settings.retryMaxMs);
      await this.#look();
    }
  }

  async #readFrom(address: KafkaAddress): Promise<void> {
    const key = `${address.host}:${address.port}`;
    if (this.#reading.has(key)) return;
    this.#reading.add(key);
    let isStale = false;
    while (!this.#isClosed && !isStale) {
      if (!this.#handlers.hasRoom()) {
        await this.#ports.clock.sleep(roomPauseMs);
        continue;
      }
      const places = this.#placesAt(key);
      if (places.length === 0) break;
      isStale = !(await this.#readOnce(address, places));
    }
    this.#reading.delete(key);
    if (!isStale || this.#isClosed) return;
    await this.#ports.clock.sleep(this.#settings.retryMinMs);
    await this.#look();
  }

  #placesAt(key: string): readonly { topic: string; partition: number; offset: number }[] {
    const { topic } = this.#settings;
    return Array.from(this.#positions)
      .filter(([partition]) => {
        const address = this.#leaders.get(partition);
        return address !== undefined && `${address.host}:${address.port}` === key;
      })
      .map(([partition, offset]) => ({ topic, partition, offset }));
  }

  /** False where the leaders have to be looked up again. */
  async #readOnce(
    address: KafkaAddress,
    partitions: readonly { topic: string; partition: number; offset: number }[],
  ): Promise<boolean> {
    const { fetchMaxWaitMs, requestTimeoutMs } = this.#settings;
    let connection: KafkaConnection | undefined;
    try {
      connection = await this.#pool.at(address, 'fetch');
      const found = await connection.fetch(
        { maxWaitMs: fetchMaxWaitMs, partitions },
        fetchMaxWaitMs + requestTimeoutMs,
      );
      let isFresh = true;
      for (const each of found) {
        const asked = partitions.find(({ partition }) => partition === each.partition);
        if (asked !== undefined && !(await this.#take(connection, each, asked.offset))) isFresh = false;
      }
      return isFresh;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      if (connection !== undefined) this.#pool.drop(connection);
      return false;
    }
  }

  async #take(
    connection: KafkaConnection,
    { partition, errorCode, records }: FetchedPartition,
    asked: number,
  ): Promise<boolean> {
    // It may have been given up, or given up and taken again, while the fetch waited.
    if (this.#positions.get(partition) !== asked) return true;
    switch (errorCode) {
      case kafkaErrors.NONE: {
        const last = records.at(-1);
        if (last === undefined) return true;
        this.#positions.set(partition, last.offset + 1);
        this.#handlers.records(partition, records);
        return true;
      }
      case kafkaErrors.OFFSET_OUT_OF_RANGE: {
        const { topic, requestTimeoutMs } = this.#settings;
        const first = await connection.listOffset({ topic, partition }, 'earliest', requestTimeoutMs);
        if (first.errorCode !== kafkaErrors.NONE) return false;
        if (this.#positions.get(partition) === asked) this.#positions.set(partition, first.offset);
        return true;
      }
      default:
        return false;
    }
  }
}
