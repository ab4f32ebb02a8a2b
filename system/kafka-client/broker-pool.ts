import type { Clock } from '../ports/clock.ts';
import { PortError } from '../ports/errors.ts';
import type { KafkaAddress, KafkaConnection, KafkaConnector, PartitionMetadata } from '../ports/kafka.ts';
import type { Random } from '../ports/random.ts';
import type { KafkaClientSettings } from './settings.ts';

export interface KafkaClientPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly kafka: KafkaConnector;
}

/** Where a partition is led. */
export interface LedPartition extends PartitionMetadata {
  readonly address: KafkaAddress | undefined;
}

/**
 * Connections of one client, by broker and purpose: a broker answers one request of a connection after the other, so
 * that a fetch that waits would hold up a heartbeat. Every call may reject with a `PortError`.
 */
export class BrokerPool {
  readonly #ports: KafkaClientPorts;
  readonly #settings: KafkaClientSettings;
  readonly #clientId: string;
  readonly #connections = new Map<string, KafkaConnection>();
  #bootstrapPlace: number;
  #isClosed = false;

  constructor(ports: KafkaClientPorts, settings: KafkaClientSettings, clientId: string) {
    this.#ports = ports;
    this.#settings = settings;
    this.#clientId = clientId;
    this.#bootstrapPlace = ports.random.integer(0, Math.max(0, settings.bootstrap.length - 1));
  }

  async at(address: KafkaAddress, purpose: string): Promise<KafkaConnection> {
    const key = `${purpose}@${address.host}:${address.port}`;
    const known = this.#connections.get(key);
    if (known !== undefined && !known.isClosed) return known;
    const connection = await this.#ports.kafka.connect({
      address,
      clientId: this.#clientId,
      timeoutMs: this.#settings.requestTimeoutMs,
    });
    if (this.#isClosed) {
      connection.close();
      throw new PortError('the client is closed', 'disconnected');
    }
    this.#connections.set(key, connection);
    return connection;
  }

  /** After a time-out an answer may still come: such a connection is of no use any more. */
  drop(connection: KafkaConnection): void {
    connection.close();
    for (const [key, known] of this.#connections) if (known === connection) this.#connections.delete(key);
  }

  /** Any broker; the next one where that does not answer. */
  async ask<T>(question: (connection: KafkaConnection) => Promise<T>): Promise<T> {
    const { bootstrap } = this.#settings;
    let failure: unknown;
    for (let attempt = 0; attempt < bootstrap.length; attempt++) {
      const address = bootstrap[this.#bootstrapPlace % bootstrap.length];
      if (address === undefined) break;
      let connection: KafkaConnection | undefined;
      try {
        connection = await this.at(address, 'any');
        return await question(connection);
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        if (connection !== undefined) this.drop(connection);
        this.#bootstrapPlace++;
        failure = error;
      }
    }
    throw failure instanceof PortError ? failure : new PortError('no broker is named', 'invalid');
  }

  /** Empty where the topic does not exist. */
  async partitionsOf(topic: string): Promise<readonly LedPartition[]> {
    const found = await this.ask((connection) =>
      connection.metadata([topic], this.#settings.requestTimeoutMs),
    );
    return found.partitions
      .toSorted((left, right) => left.partition - right.partition)
      .map((partition) => ({
        ...partition,
        address: found.brokers.find(({ nodeId }) => nodeId === partition.leader),
      }));
  }

  close(): void {
    this.#isClosed = true;
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }
}
