import type { GroupSubscription, TopicPartition } from '../../ports/kafka-group.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** ConsumerProtocol, version 2: the brokers pass it on unread. */
export function encodeSubscription({ topics, owned, ownedGenerationId }: GroupSubscription): Buffer {
  const writer = new WireWriter().int16(2);
  writer.array(topics, (topic) => writer.string(topic)).int32(-1);
  writePartitions(writer, owned);
  return writer.int32(ownedGenerationId).finish();
}

export function decodeSubscription(bytes: Uint8Array): GroupSubscription {
  const reader = new WireReader(bytes);
  const version = reader.int16();
  const topics = reader.array(() => reader.string());
  reader.bytes();
  const owned = version >= 1 ? readPartitions(reader) : [];
  return { topics, owned, ownedGenerationId: version >= 2 ? reader.int32() : -1 };
}

export function encodeAssignment(partitions: readonly TopicPartition[]): Buffer {
  const writer = new WireWriter().int16(0);
  writePartitions(writer, partitions);
  return writer.int32(-1).finish();
}

/** No bytes at all mean no partitions. */
export function decodeAssignment(bytes: Uint8Array): readonly TopicPartition[] {
  if (bytes.length === 0) return [];
  const reader = new WireReader(bytes);
  reader.int16();
  return readPartitions(reader);
}

export function writePartitions(writer: WireWriter, partitions: readonly TopicPartition[]): void {
  writer.array(byTopic(partitions), ([topic, numbers]) => {
    writer.string(topic).array(numbers, ({ partition }) => writer.int32(partition));
  });
}

/** In the order in which the topics come first. */
export function byTopic<T extends TopicPartition>(partitions: readonly T[]): [string, T[]][] {
  const grouped = new Map<string, T[]>();
  for (const partition of partitions) {
    const known = grouped.get(partition.topic);
    if (known === undefined) grouped.set(partition.topic, [partition]);
    else known.push(partition);
  }
  return Array.from(grouped);
}

export function readPartitions(reader: WireReader): TopicPartition[] {
  return readByTopic(reader, (topic) => ({ topic, partition: reader.int32() }));
}

/** An array of topics, each with an array of what `read` reads. */
export function readByTopic<T>(reader: WireReader, read: (topic: string) => T): T[] {
  return reader
    .array(() => {
      const topic = reader.string();
      return reader.array(() => read(topic));
    })
    .flat();
}
