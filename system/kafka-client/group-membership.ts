import type { Timer } from '../ports/clock.ts';
import { PortError } from '../ports/errors.ts';
import { kafkaErrorName, kafkaErrors } from '../ports/kafka-error.ts';
import type {
  CommittedOffset,
  FetchedOffset,
  GroupMemberIdentity,
  JoinGroupResponse,
  MemberAssignment,
  TopicPartition,
} from '../ports/kafka-group.ts';
import type { KafkaConnection } from '../ports/kafka.ts';
import { assignPartitions } from './assignors.ts';
import type { BrokerPool, KafkaClientPorts } from './broker-pool.ts';
import type { GroupConsumerSettings } from './settings.ts';

/** What a member is told of its partitions. Partition numbers are those of the one topic. */
export interface RebalanceListener {
  /** They are given up by agreement: finish, commit, let go. The rebalance waits for it. */
  revoked(partitions: readonly number[]): Promise<void>;
  /** They are somebody else's already. */
  lost(partitions: readonly number[]): void;
  assigned(partitions: readonly number[], generationId: number): Promise<void>;
  /** Another process has this member's static name. */
  fenced(): void;
}

/** Why a member stops to be at rest. */
type Signal = 'rejoin' | 'lost' | 'fenced' | 'coordinator' | 'poll-late' | 'closed';

/**
 * A member of a consumer group: joins, syncs, beats, gives up and takes over partitions, finds its coordinator again after
 * a move, leaves (classic protocol, as Kafka's own consumers speak it). Eager members give up everything before they
 * rejoin; cooperative ones keep what they have and rejoin at once after they gave something up.
 */
export class GroupMembership {
  readonly #ports: KafkaClientPorts;
  readonly #settings: GroupConsumerSettings;
  readonly #pool: BrokerPool;
  readonly #listener: RebalanceListener;
  #coordinator: KafkaConnection | undefined;
  #memberId = '';
  #generationId = -1;
  #owned: readonly number[] = [];
  #ownedGenerationId = -1;
  #isMember = false;
  #isBeating = false;
  #isClosed = false;
  #polledAtMs: number;
  #beat: Timer | undefined;
  #signal = Promise.withResolvers<Signal>();

  constructor(
    ports: KafkaClientPorts,
    settings: GroupConsumerSettings,
    pool: BrokerPool,
    listener: RebalanceListener,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#pool = pool;
    this.#listener = listener;
    this.#polledAtMs = ports.clock.monotonicMs();
  }

  /** Undefined while it is in no generation. */
  get identity(): GroupMemberIdentity | undefined {
    if (!this.#isMember) return undefined;
    const { groupId, groupInstanceId } = this.#settings;
    return {
      groupId,
      memberId: this.#memberId,
      generationId: this.#generationId,
      ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
    };
  }

  start(): void {
    this.#beat = this.#ports.clock.every(this.#settings.heartbeatIntervalMs, () => {
      void this.#sendHeartbeat();
    });
    void this.#run();
  }

  /** The application takes records, or would if there were any. */
  polled(): void {
    this.#polledAtMs = this.#ports.clock.monotonicMs();
  }

  /** Resolves to the error code; a fenced member learns by it that its partitions are gone. Rejects with a `PortError`. */
  async commit(offsets: readonly CommittedOffset[]): Promise<number> {
    const { identity } = this;
    if (identity === undefined) return kafkaErrors.UNKNOWN_MEMBER_ID;
    const connection = await this.#findCoordinator();
    const results = await this.#guarded(connection, () =>
      connection.commitOffsets({ ...identity, offsets }, this.#settings.requestTimeoutMs),
    );
    const code =
      results.find(({ errorCode }) => errorCode !== kafkaErrors.NONE)?.errorCode ?? kafkaErrors.NONE;
    if (identity.generationId === this.#generationId) this.#obey(code);
    return code;
  }

  async committed(partitions: readonly TopicPartition[]): Promise<readonly FetchedOffset[]> {
    const connection = await this.#findCoordinator();
    const { errorCode, offsets } = await this.#guarded(connection, () =>
      connection.fetchOffsets(this.#settings.groupId, partitions, this.#settings.requestTimeoutMs),
    );
    if (errorCode === kafkaErrors.NONE) return offsets;
    this.#forget(connection);
    throw new PortError(`the coordinator answered ${kafkaErrorName(errorCode)}`, 'unavailable');
  }

  /** Leaves the group, so that others need not wait for the session to end; a static member just goes. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#beat?.cancel();
    this.#signal.resolve('closed');
    await this.#leave();
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#isClosed) {
      try {
        await this.#rebalance();
        failures = 0;
        this.#act(await this.#signal.promise);
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        const { retryMaxMs, retryMinMs } = this.#settings;
        const pauseMs = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(failures++, 10));
        await this.#ports.clock.sleep(pauseMs * (0.5 + this.#ports.random.float() / 2));
      }
    }
  }

  #act(signal: Signal): void {
    switch (signal) {
      case 'rejoin':
      case 'coordinator':
      case 'closed':
        return;
      case 'lost':
        this.#lose();
        return;
      case 'fenced':
        this.#lose();
        this.#isClosed = true;
        this.#beat?.cancel();
        this.#listener.fenced();
        return;
      case 'poll-late':
        void this.#leave();
        this.#lose();
        return;
    }
  }

  /** Joins and syncs until this member is in a generation with nothing left to give up. */
  async #rebalance(): Promise<void> {
    this.#signal = Promise.withResolvers<Signal>();
    if (this.#isLate()) {
      await this.#ports.clock.sleep(this.#settings.heartbeatIntervalMs);
      throw new PortError('the application takes nothing', 'overloaded');
    }
    if (this.#settings.assignor === 'range') await this.#giveUp(this.#owned);
    const joined = await this.#join();
    if (this.#isClosed) return;
    const assigned = await this.#sync(joined);
    if (assigned === undefined) return;
    const own = new Set(assigned);
    const gone = this.#owned.filter((partition) => !own.has(partition));
    const added = assigned.filter((partition) => !this.#owned.includes(partition));
    await this.#giveUp(gone);
    this.#owned = assigned;
    this.#ownedGenerationId = joined.generationId;
    if (added.length > 0) await this.#listener.assigned(added, joined.generationId);
    if (gone.length > 0) this.#signal.resolve('rejoin');
  }

  async #join(): Promise<JoinGroupResponse> {
    const {
      topic,
      groupId,
      groupInstanceId,
      assignor,
      sessionTimeoutMs,
      maxPollIntervalMs,
      requestTimeoutMs,
    } = this.#settings;
    const owned = this.#owned.map((partition) => ({ topic, partition }));
    const connection = await this.#findCoordinator();
    // No heartbeat goes out while the join waits on the same connection.
    this.#isMember = false;
    const answer = await this.#guarded(connection, () =>
      connection.joinGroup(
        {
          groupId,
          sessionTimeoutMs,
          rebalanceTimeoutMs: maxPollIntervalMs,
          memberId: this.#memberId,
          protocols: [
            {
              name: assignor,
              subscription: { topics: [topic], owned, ownedGenerationId: this.#ownedGenerationId },
            },
          ],
          ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
        },
        maxPollIntervalMs + requestTimeoutMs,
      ),
    );
    switch (answer.errorCode) {
      case kafkaErrors.NONE:
        this.#memberId = answer.memberId;
        this.#generationId = answer.generationId;
        this.#isMember = true;
        return answer;
      case kafkaErrors.MEMBER_ID_REQUIRED:
        this.#memberId = answer.memberId;
        return await this.#join();
      case kafkaErrors.UNKNOWN_MEMBER_ID:
        this.#lose();
        break;
      case kafkaErrors.FENCED_INSTANCE_ID:
        this.#act('fenced');
        break;
      case kafkaErrors.NOT_COORDINATOR:
      case kafkaErrors.COORDINATOR_NOT_AVAILABLE:
        this.#forget(connection);
        break;
      default:
        break;
    }
    throw new PortError(`a join was answered ${kafkaErrorName(answer.errorCode)}`, 'unavailable');
  }

  /** Undefined where the generation ended before it began. */
  async #sync({ leader, memberId, members }: JoinGroupResponse): Promise<readonly number[] | undefined> {
    const { identity } = this;
    if (identity === undefined) return undefined;
    const assignments = leader === memberId && members.length > 0 ? await this.#assign(members) : [];
    const connection = await this.#findCoordinator();
    const { errorCode, partitions } = await this.#guarded(connection, () =>
      connection.syncGroup({ ...identity, assignments }, this.#settings.maxPollIntervalMs),
    );
    if (errorCode === kafkaErrors.NONE) return partitions.map(({ partition }) => partition);
    this.#obey(errorCode);
    return undefined;
  }

  async #assign(members: JoinGroupResponse['members']): Promise<readonly MemberAssignment[]> {
    const { assignor, topic } = this.#settings;
    const partitions = await this.#pool.partitionsOf(topic);
    return assignPartitions(assignor, members, topic, partitions.length);
  }

  async #giveUp(partitions: readonly number[]): Promise<void> {
    if (partitions.length === 0) return;
    await this.#listener.revoked(partitions);
    this.#owned = this.#owned.filter((partition) => !partitions.includes(partition));
  }

  #lose(): void {
    const lost = this.#owned;
    this.#owned = [];
    this.#ownedGenerationId = -1;
    this.#memberId = '';
    this.#generationId = -1;
    this.#isMember = false;
    if (lost.length > 0) this.#listener.lost(lost);
  }

  async #sendHeartbeat(): Promise<void> {
    const { identity } = this;
    if (identity === undefined || this.#isBeating) return;
    if (this.#isLate()) {
      this.#signal.resolve('poll-late');
      return;
    }
    this.#isBeating = true;
    try {
      const connection = await this.#findCoordinator();
      const code = await this.#guarded(connection, () =>
        connection.heartbeat(identity, this.#settings.requestTimeoutMs),
      );
      if (identity.generationId === this.#generationId) this.#obey(code);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    } finally {
      this.#isBeating = false;
    }
  }

  #isLate(): boolean {
    return this.#ports.clock.monotonicMs() - this.#polledAtMs > this.#settings.maxPollIntervalMs;
  }

  #obey(code: number): void {
    switch (code) {
      case kafkaErrors.REBALANCE_IN_PROGRESS:
        this.#signal.resolve('rejoin');
        return;
      case kafkaErrors.ILLEGAL_GENERATION:
      case kafkaErrors.UNKNOWN_MEMBER_ID:
        this.#signal.resolve('lost');
        return;
      case kafkaErrors.FENCED_INSTANCE_ID:
        this.#signal.resolve('fenced');
        return;
      case kafkaErrors.NOT_COORDINATOR:
      case kafkaErrors.COORDINATOR_NOT_AVAILABLE:
        if (this.#coordinator !== undefined) this.#forget(this.#coordinator);
        return;
      default:
        return;
    }
  }

  async #leave(): Promise<void> {
    const { groupId, groupInstanceId, requestTimeoutMs } = this.#settings;
    const memberId = this.#memberId;
    if (memberId === '' || groupInstanceId !== undefined || this.#coordinator === undefined) return;
    try {
      await this.#coordinator.leaveGroup(groupId, [{ memberId }], requestTimeoutMs);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
  }

  async #findCoordinator(): Promise<KafkaConnection> {
    if (this.#coordinator !== undefined && !this.#coordinator.isClosed) return this.#coordinator;
    const { groupId, requestTimeoutMs } = this.#settings;
    const found = await this.#pool.ask((connection) => connection.findCoordinator(groupId, requestTimeoutMs));
    if (found.errorCode !== kafkaErrors.NONE) {
      throw new PortError(`no coordinator: ${kafkaErrorName(found.errorCode)}`, 'unavailable');
    }
    this.#coordinator = await this.#pool.at(found, 'group');
    return this.#coordinator;
  }

  /** A connection that failed is not used again. */
  async #guarded<T>(connection: KafkaConnection, request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      this.#forget(connection);
      throw error;
    }
  }

  #forget(connection: KafkaConnection): void {
    this.#pool.drop(connection);
    if (this.#coordinator === connection) this.#coordinator = undefined;
  }
}
