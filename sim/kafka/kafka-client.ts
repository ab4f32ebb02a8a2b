import { PortError } from '../../system/ports/errors.ts';
import type {
  ClusterMetadata,
  Coordinator,
  FetchedPartition,
  FetchRequest,
  KafkaConnection,
  KafkaConnectOptions,
  KafkaConnector,
  ProduceRequest,
  ProduceResponse,
  TopicSpec,
} from '../../system/ports/kafka.ts';
import type {
  GroupDescription,
  GroupMemberIdentity,
  JoinGroupRequest,
  JoinGroupResponse,
  LeaveGroupResponse,
  LeavingMember,
  OffsetCommitRequest,
  OffsetFetchResponse,
  PartitionResult,
  SyncGroupRequest,
  SyncGroupResponse,
  TopicPartition,
} from '../../system/ports/kafka-group.ts';
import type { Deferred, EventHandle, SimProcess } from '../kernel/index.ts';
import type { Connection } from '../network/index.ts';
import { BrokerSession, type BrokerRequest, type BrokerWork } from './broker-session.ts';
import { brokerPort } from './kafka-broker.ts';
import type { KafkaCluster } from './kafka-cluster.ts';

const requestBytes = 300;

/** One request of a client, until it is answered, times out or loses its connection. */
class PendingRequest<T> implements BrokerRequest<T> {
  readonly work: BrokerWork<T>;
  readonly clientId: string;
  readonly isAnswered = true;
  readonly #client: SimKafkaConnection;
  readonly #deferred: Deferred<T>;
  readonly #timer: EventHandle;

  constructor(client: SimKafkaConnection, work: BrokerWork<T>, timeoutMs: number) {
    this.#client = client;
    this.work = work;
    this.clientId = client.clientId;
    this.#deferred = client.process.deferred<T>();
    this.#timer = client.process.kernel.after(timeoutMs * 1000, PendingRequest.#expire<T>, this, timeoutMs);
  }

  get promise(): Promise<T> {
    return this.#deferred.promise;
  }

  readonly arrive = (_: BrokerRequest<T>, answer: T): void => {
    this.#end();
    this.#deferred.resolve(answer);
  };

  fail(error: PortError): void {
    this.#end();
    this.#deferred.reject(error);
  }

  static #expire<T>(request: PendingRequest<T>, timeoutMs: number): void {
    request.fail(new PortError(`no answer from the broker in ${timeoutMs} ms`, 'timeout'));
  }

  #end(): void {
    this.#client.process.kernel.cancel(this.#timer);
    this.#client.forget(this);
  }
}

/** One connection of a process to a broker of the model. */
class SimKafkaConnection implements KafkaConnection {
  readonly process: SimProcess;
  readonly clientId: string;
  readonly #connection: Connection;
  readonly #pending = new Set<{ fail(error: PortError): void }>();

  constructor(process: SimProcess, clientId: string, connection: Connection) {
    this.process = process;
    this.clientId = clientId;
    this.#connection = connection;
    connection.onClosed(0, () => {
      this.#failAll();
    });
  }

  get isClosed(): boolean {
    return !this.#connection.isOpen(0);
  }

  close(): void {
    this.#connection.close(0);
    this.#failAll();
  }

  metadata(topics: readonly string[], timeoutMs: number): Promise<ClusterMetadata> {
    return this.#ask((broker, _, reply) => reply(broker.metadata(topics)), timeoutMs);
  }

  findCoordinator(groupId: string, timeoutMs: number): Promise<Coordinator> {
    return this.#ask((broker, _, reply) => reply(broker.findCoordinator(groupId)), timeoutMs);
  }

  createTopic(spec: TopicSpec, timeoutMs: number): Promise<number> {
    return this.#ask((broker, _, reply) => reply(broker.createTopic(spec)), timeoutMs);
  }

  async produce(request: ProduceRequest, timeoutMs: number): Promise<ProduceResponse> {
    const work: BrokerWork<ProduceResponse> = (broker, _, reply) => broker.produce(request, reply);
    if (request.acks !== 0) return await this.#ask(work, timeoutMs);
    if (this.isClosed) throw closed();
    const told: BrokerRequest<ProduceResponse> = {
      work,
      clientId: this.clientId,
      isAnswered: false,
      arrive: () => undefined,
    };
    this.#connection.send(0, requestBytes, BrokerSession.receive<ProduceResponse>, this.#connection, told);
    return { errorCode: 0, baseOffset: -1 };
  }

  fetch(request: FetchRequest, timeoutMs: number): Promise<readonly FetchedPartition[]> {
    return this.#ask((broker, _, reply) => broker.fetch(request, reply), timeoutMs);
  }

  listOffset(
    partition: TopicPartition,
    which: 'earliest' | 'latest',
    timeoutMs: number,
  ): Promise<{ readonly errorCode: number; readonly offset: number }> {
    return this.#ask((broker, _, reply) => reply(broker.listOffset(partition, which)), timeoutMs);
  }

  joinGroup(request: JoinGroupRequest, timeoutMs: number): Promise<JoinGroupResponse> {
    return this.#ask(
      (broker, clientId, reply) => broker.coordinator.join(request, clientId, reply),
      timeoutMs,
    );
  }

  syncGroup(request: SyncGroupRequest, timeoutMs: number): Promise<SyncGroupResponse> {
    return this.#ask((broker, _, reply) => broker.coordinator.sync(request, reply), timeoutMs);
  }

  heartbeat(request: GroupMemberIdentity, timeoutMs: number): Promise<number> {
    return this.#ask((broker, _, reply) => reply(broker.coordinator.heartbeat(request)), timeoutMs);
  }

  leaveGroup(
    groupId: string,
    members: readonly LeavingMember[],
    timeoutMs: number,
  ): Promise<LeaveGroupResponse> {
    return this.#ask((broker, _, reply) => reply(broker.coordinator.leave(groupId, members)), timeoutMs);
  }

  commitOffsets(request: OffsetCommitRequest, timeoutMs: number): Promise<readonly PartitionResult[]> {
    return this.#ask((broker, _, reply) => broker.coordinator.commit(request, reply), timeoutMs);
  }

  fetchOffsets(
    groupId: string,
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<OffsetFetchResponse> {
    return this.#ask(
      (broker, _, reply) => reply(broker.coordinator.fetchOffsets(groupId, partitions)),
      timeoutMs,
    );
  }

  describeGroup(groupId: string, timeoutMs: number): Promise<GroupDescription> {
    return this.#ask((broker, _, reply) => reply(broker.coordinator.describe(groupId)), timeoutMs);
  }

  /** Only for `PendingRequest`. */
  forget(request: { fail(error: PortError): void }): void {
    this.#pending.delete(request);
  }

  async #ask<T>(work: BrokerWork<T>, timeoutMs: number): Promise<T> {
    if (this.isClosed) throw closed();
    const request = new PendingRequest<T>(this, work, timeoutMs);
    this.#pending.add(request);
    this.#connection.send(0, requestBytes, BrokerSession.receive<T>, this.#connection, request);
    return await request.promise;
  }

  #failAll(): void {
    for (const request of Array.from(this.#pending)) request.fail(closed());
  }
}

function closed(): PortError {
  return new PortError('the connection to the broker closed', 'disconnected');
}

/** The `KafkaConnector` port of one process on one machine. */
export class SimKafkaConnector implements KafkaConnector {
  readonly #cluster: KafkaCluster;
  readonly #process: SimProcess;
  readonly #host: number;

  constructor(cluster: KafkaCluster, process: SimProcess, host: number) {
    this.#cluster = cluster;
    this.#process = process;
    this.#host = host;
  }

  connect({ address, clientId, timeoutMs }: KafkaConnectOptions): Promise<KafkaConnection> {
    const deferred = this.#process.deferred<KafkaConnection>();
    const broker = this.#cluster.brokers.find(({ name }) => name === address.host);
    if (broker === undefined || address.port !== brokerPort) {
      deferred.reject(new PortError(`nobody is at ${address.host}:${address.port}`, 'connection-refused'));
      return deferred.promise;
    }
    const end = { host: this.#host, process: this.#process };
    this.#cluster.network.dial(end, broker.host, brokerPort, timeoutMs * 1000, (outcome) => {
      switch (outcome.kind) {
        case 'connected':
          deferred.resolve(new SimKafkaConnection(this.#process, clientId, outcome.connection));
          return;
        case 'refused':
          deferred.reject(new PortError(`nobody listens at ${broker.name}`, 'connection-refused'));
          return;
        case 'timed-out':
          deferred.reject(new PortError(`no answer from ${broker.name} in ${timeoutMs} ms`, 'timeout'));
          return;
      }
    });
    return deferred.promise;
  }
}
