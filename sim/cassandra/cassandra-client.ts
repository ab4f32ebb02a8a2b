import type {
  CqlConnector,
  CqlOptions,
  CqlResult,
  CqlRow,
  CqlSession,
  CqlStatement,
} from '../../system/ports/cql.ts';
import { PortError } from '../../system/ports/errors.ts';
import type { Deferred, RandomStream, SimProcess } from '../kernel/index.ts';
import type { Endpoint } from '../network/index.ts';
import { Attempt } from './attempt.ts';
import type { AttemptOwner } from './attempt.ts';
import type { CassandraNode } from './cassandra-node.ts';
import { ClientOperation } from './client-operation.ts';
import { ElidedRead } from './elided-read.ts';
import { ElidedWrite } from './elided-write.ts';
import { HostChannel } from './host-channel.ts';
import type { Operation } from './operation.ts';
import type { RingCore } from './ring-core.ts';
import { TimestampGenerator } from './timestamp-generator.ts';

/** What a session needs of its ring. */
export interface SessionRing {
  readonly core: RingCore;
  prepare(statement: CqlStatement, values: CqlRow, options: CqlOptions, timestampUs: number): Operation;
  serve(coordinator: CassandraNode, attempt: Attempt): void;
  join(session: CassandraSession): void;
  leave(session: CassandraSession): void;
}

/** Opens sessions for one process: the driver with its default policies (cassandra-and-live §1.10). */
export class CassandraConnector implements CqlConnector {
  readonly #ring: SessionRing;
  readonly #client: Endpoint;
  #sessions = 0;

  constructor(ring: SessionRing, client: Endpoint) {
    this.#ring = ring;
    this.#client = client;
  }

  /** Resolves at the first connection. Rejects with `unavailable` where no node can be reached. */
  connect(name: string): Promise<CqlSession> {
    const session = new CassandraSession(this.#ring, this.#client, `${name}/${this.#sessions++}`);
    return session.connected;
  }
}

/**
 * Not modelled: speculative execution, prepared-statement caches, more than one connection a host, the driver's
 * reaction to DOWN announcements (it keeps what is connected).
 */
export class CassandraSession implements CqlSession {
  readonly connected: Promise<CqlSession>;
  readonly #ring: SessionRing;
  readonly #core: RingCore;
  readonly #client: Endpoint;
  readonly #process: SimProcess;
  readonly #random: RandomStream;
  readonly #timestamps: TimestampGenerator;
  readonly #channels: readonly HostChannel[];
  readonly #opening: Deferred<CqlSession>;
  #refusals = 0;

  constructor(ring: SessionRing, client: Endpoint, name: string) {
    this.#ring = ring;
    this.#core = ring.core;
    this.#client = client;
    this.#process = client.process;
    const { kernel, network, nodes, options } = this.#core;
    this.#random = kernel.stream(options.name, `session/${client.process.uid}/${name}`);
    this.#timestamps = new TimestampGenerator(client.process);
    this.#opening = client.process.deferred<CqlSession>();
    this.connected = this.#opening.promise;
    this.#channels = nodes.map(
      (node) =>
        new HostChannel(
          network,
          client,
          node,
          this.#random,
          () => this.#opening.resolve(this),
          () => this.#refused(),
        ),
    );
    ring.join(this);
    client.process.onEnd(() => ring.leave(this));
    for (const channel of this.#channels) channel.dial();
  }

  execute(statement: CqlStatement, values: CqlRow, options: CqlOptions): Promise<CqlResult> {
    const deferred = this.#process.deferred<CqlResult>();
    try {
      const timestampUs = options.timestampUs ?? this.#timestamps.nextUs();
      const operation = this.#ring.prepare(statement, values, options, timestampUs);
      const timeoutUs = Math.round(options.timeoutMs * 1000);
      new ClientOperation(
        operation,
        options.idempotent,
        this.#random.uint32(),
        this.#channels,
        deferred,
        (owner, prepared, seed, channel) => this.#attempt(owner, prepared, seed, timeoutUs, channel),
      ).begin();
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      deferred.reject(error);
    }
    return deferred.promise;
  }

  /** The node that tells this session about the others. */
  get control(): CassandraNode | undefined {
    return this.#channels.find((channel) => channel.isOpen)?.node;
  }

  /** The control connection says that a node is up. */
  announceUp(node: CassandraNode): void {
    this.#process.run(CassandraSession.#redial, this, node.index);
  }

  static #redial(session: CassandraSession, index: number): void {
    session.#channels[index]?.announcedUp();
  }

  #refused(): void {
    this.#refusals++;
    if (this.#refusals >= this.#channels.length && !this.#opening.settled) {
      this.#opening.reject(new PortError('no Cassandra node can be reached', 'unavailable'));
    }
  }

  #attempt(
    owner: AttemptOwner,
    operation: Operation,
    seed: number,
    timeoutUs: number,
    channel: HostChannel,
  ): void {
    const connection = channel.connection;
    if (connection === undefined) return;
    const attempt = new Attempt(
      this.#core,
      this.#client,
      owner,
      operation,
      seed,
      timeoutUs,
      channel,
      connection,
    );
    if (this.#mayElide(attempt) && this.#elide(attempt)) return;
    attempt.send((arrived) => this.#ring.serve(arrived.channel.node, arrived));
  }

  #elide(attempt: Attempt): boolean {
    const coordinator = attempt.channel.node;
    const body = attempt.operation.body;
    switch (body.kind) {
      case 'insert':
      case 'delete-row':
        return ElidedWrite.begin(this.#core, coordinator, attempt);
      case 'select':
        return ElidedRead.begin(this.#core, coordinator, attempt, body.selection);
      case 'insert-if-not-exists':
      case 'delete-partition':
        return false;
    }
  }

  /** True where nothing on the whole way is disturbed. */
  #mayElide(attempt: Attempt): boolean {
    const { options, internode } = this.#core;
    const coordinator = attempt.channel.node;
    if (!options.elide || !coordinator.calm || !attempt.onHealthyPath) return false;
    if (attempt.channel.incarnation !== coordinator.incarnation) return false;
    for (const replica of attempt.operation.replicas) {
      if (!replica.calm || !internode.healthy(coordinator, replica)) return false;
    }
    return true;
  }
}
