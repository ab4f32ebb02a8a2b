import { PortError } from '../../ports/errors.ts';
import type {
  ClusterMetadata,
  Coordinator,
  FetchedPartition,
  FetchRequest,
  KafkaBroker,
  KafkaConnection,
  KafkaConnectOptions,
  KafkaConnector,
  ProduceRequest,
  ProduceResponse,
  TopicSpec,
} from '../../ports/kafka.ts';
import type { TopicPartition } from '../../ports/kafka-group.ts';
import { BrokerSocket } from './broker-socket.ts';
import { byTopic, readByTopic } from './consumer-protocol.ts';
import { GroupRequests } from './group-requests.ts';
import { decodeBatches, encodeBatch } from './record-batch.ts';
import type { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

const kinds = {
  produce: { apiKey: 0, apiVersion: 7 },
  fetch: { apiKey: 1, apiVersion: 4 },
  listOffsets: { apiKey: 2, apiVersion: 1 },
  metadata: { apiKey: 3, apiVersion: 5 },
  findCoordinator: { apiKey: 10, apiVersion: 1 },
  createTopics: { apiKey: 19, apiVersion: 4 },
} as const;

const maxFetchBytes = 8_388_608;

/** One connection to a real broker, in the plain (not compact) versions of the protocol. No TLS, no SASL, no compression. */
class WireConnection extends GroupRequests implements KafkaConnection {
  readonly #socket: BrokerSocket;

  constructor(socket: BrokerSocket) {
    super(socket);
    this.#socket = socket;
  }

  get isClosed(): boolean {
    return this.#socket.isClosed;
  }

  close(): void {
    this.#socket.close();
  }

  async metadata(topics: readonly string[], timeoutMs: number): Promise<ClusterMetadata> {
    const body = new WireWriter();
    body.array(topics, (topic) => body.string(topic)).int8(0);
    const answer = await this.#socket.request(kinds.metadata, body, timeoutMs);
    answer.int32();
    const brokers = answer.array(() => {
      const broker = readBroker(answer);
      answer.nullableString();
      return broker;
    });
    answer.nullableString();
    answer.int32();
    const partitions = answer.array(() => {
      answer.int16();
      const topic = answer.string();
      answer.int8();
      return answer.array(() => {
        const errorCode = answer.int16();
        const partition = answer.int32();
        const leader = answer.int32();
        const replicas = answer.array(() => answer.int32());
        const inSync = answer.array(() => answer.int32());
        answer.array(() => answer.int32());
        return { topic, partition, errorCode, leader, replicas, inSync };
      });
    });
    return { brokers, partitions: partitions.flat() };
  }

  async findCoordinator(groupId: string, timeoutMs: number): Promise<Coordinator> {
    const body = new WireWriter().string(groupId).int8(0);
    const answer = await this.#socket.request(kinds.findCoordinator, body, timeoutMs);
    answer.int32();
    const errorCode = answer.int16();
    answer.nullableString();
    return { errorCode, ...readBroker(answer) };
  }

  async createTopic(
    { topic, partitions, replicas, minInSync }: TopicSpec,
    timeoutMs: number,
  ): Promise<number> {
    const body = new WireWriter().int32(1).string(topic).int32(partitions).int16(replicas).int32(0);
    body.int32(1).string('min.insync.replicas').nullableString(String(minInSync));
    body.int32(timeoutMs).int8(0);
    const answer = await this.#socket.request(kinds.createTopics, body, timeoutMs);
    answer.int32();
    const [errorCode] = answer.array(() => {
      answer.string();
      const code = answer.int16();
      answer.nullableString();
      return code;
    });
    if (errorCode === undefined) throw new PortError('the broker answered for no topic', 'invalid');
    return errorCode;
  }

  async produce(request: ProduceRequest, timeoutMs: number): Promise<ProduceResponse> {
    const body = new WireWriter()
      .nullableString(undefined)
      .int16(request.acks)
      .int32(request.replicationTimeoutMs)
      .int32(1)
      .string(request.topic)
      .int32(1)
      .int32(request.partition)
      .bytes(encodeBatch(request.records));
    if (request.acks === 0) {
      this.#socket.tell(kinds.produce, body);
      return { errorCode: 0, baseOffset: -1 };
    }
    const answer = await this.#socket.request(kinds.produce, body, timeoutMs);
    const [response] = readByTopic(answer, () => {
      answer.int32();
      const errorCode = answer.int16();
      const baseOffset = answer.int64();
      answer.int64();
      answer.int64();
      return { errorCode, baseOffset };
    });
    if (response === undefined) throw new PortError('the broker answered for no partition', 'invalid');
    return response;
  }

  async fetch(
    { maxWaitMs, partitions }: FetchRequest,
    timeoutMs: number,
  ): Promise<readonly FetchedPartition[]> {
    const body = new WireWriter().int32(-1).int32(maxWaitMs).int32(1).int32(maxFetchBytes).int8(0);
    body.array(byTopic(partitions), ([topic, places]) => {
      body.string(topic).array(places, ({ partition, offset }) => {
        body.int32(partition).int64(offset).int32(maxFetchBytes);
      });
    });
    const answer = await this.#socket.request(kinds.fetch, body, timeoutMs);
    answer.int32();
    return readByTopic(answer, (topic): FetchedPartition => {
      const partition = answer.int32();
      const errorCode = answer.int16();
      const highWatermark = answer.int64();
      answer.int64();
      answer.array(() => answer.raw(16));
      const asked = partitions.find((place) => place.topic === topic && place.partition === partition);
      const records = decodeBatches(answer.bytes(), asked?.offset ?? 0);
      return { topic, partition, errorCode, highWatermark, records };
    });
  }

  async listOffset(
    { topic, partition }: TopicPartition,
    which: 'earliest' | 'latest',
    timeoutMs: number,
  ): Promise<{ readonly errorCode: number; readonly offset: number }> {
    const body = new WireWriter().int32(-1).int32(1).string(topic).int32(1).int32(partition);
    body.int64(which === 'latest' ? -1 : -2);
    const answer = await this.#socket.request(kinds.listOffsets, body, timeoutMs);
    const [found] = readByTopic(answer, () => {
      answer.int32();
      const errorCode = answer.int16();
      answer.int64();
      return { errorCode, offset: answer.int64() };
    });
    if (found === undefined) throw new PortError('the broker answered for no partition', 'invalid');
    return found;
  }
}

function readBroker(answer: WireReader): KafkaBroker {
  return { nodeId: answer.int32(), host: answer.string(), port: answer.int32() };
}

/** Connections to real brokers, without TLS. */
export class WireKafkaConnector implements KafkaConnector {
  async connect(options: KafkaConnectOptions): Promise<KafkaConnection> {
    return new WireConnection(await BrokerSocket.open(options));
  }
}
