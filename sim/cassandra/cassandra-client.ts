import type {
  WideCqlConnector,
  WideCqlSession,
  WideOptions,
  WideStatement,
} from '../../system/ports/cql-wide.ts';
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
import type { OperationHost } from './client-operation.ts';
import { defaultDriverPolicy } from './driver-policy.ts';
import type { DriverPolicy } from './driver-policy.ts';
import { isSerial } from './consistency.ts';
import { ElidedRead } from './elided-read.ts';
import { ElidedWrite } from './elided-write.ts';
import { HostChannel } from './host-channel.ts';
import type { Operation } from './operation.ts';
import type { RingCore } from './ring-core.ts';
import { TimestampGenerator } from './timestamp-generator.ts';
import { WideSession } from './wide-session.ts';

/** What a session needs of its ring. */
export interface SessionRing {
  readonly core: RingCore;
  prepare(
    statement: CqlStatement,
    values: CqlRow,
    options: CqlOptions,
    timestampUs: number | undefined,
  ): Operation;
  prepareWide(statement: WideStatement, options: WideOptions): Operation;
  serve(coordinator: CassandraNode, attempt: Attempt): void;
  join(session: CassandraSession): void;
  leave(session: CassandraSession): void;
}

/** Opens sessions for one process: the driver with its policies (cassandra-and-live §1.10). */
export class CassandraConnector implements CqlConnector, WideCqlConnector {
  readonly #ring: SessionRing;
  readonly #client: Endpoint;
  readonly #policy: DriverPolicy;
  #sessions = 0;

  /** Throws `PortError('invalid')` where the policy names a data centre that does not exist. */
  constructor(ring: SessionRing, client: Endpoint, policy: Partial<DriverPolicy> = {}) {
    this.#ring = ring;
    this.#client = client;
    this.#policy = { ...defaultDriverPolicy, ...policy };
    const { localDatacentre } = this.#policy;
    const { datacentres } = ring.core.topology;
    if (localDatacentre !== undefined && !datacentres.some(({ name }) => name === localDatacentre)) {
      throw new PortError(`no data centre ${localDatacentre}`, 'invalid');
    }
  }

  /** Resolves at the first connection. Rejects with `unavailable` where no node can be reached. */
  connect(name: string): Promise<CqlSession> {
    return this.#open(name).connected;
  }

  /** Resolves when every node has answered or refused; one attempt a statement, every answer as it is. */
  async connectWide(name: string): Promise<WideCqlSession> {
    const session = this.#open(name);
    await session.settled;
    return new WideSession(this.#ring, session);
  }

  #open(name: string): CassandraSession {
    return new CassandraSession(this.#ring, this.#client, this.#policy, `${name}/${this.#sessions++}`);
  }
}

/**
 * Not modelled: prepared-statement caches, more than one connection a host, the driver's reaction to DOWN
 * announcements (it keeps what is connected).
 */
export class CassandraSession implements CqlSession, OperationHost {
  readonly connected: Promise<CqlSession>;
  readonly settled: Promise<void>;
  readonly policy: DriverPolicy;
  readonly channels: readonly HostChannel[];
  readonly #ring: SessionRing;
  readonly #core: RingCore;
  readonly #client: Endpoint;
  readonly #process: SimProcess;
  readonly #random: RandomStream;
  readonly #timestamps: TimestampGenerator;
  readonly #opening: Deferred<CqlSession>;
  readonly #settling: Deferred<void>;
  #refusals = 0;
  #outcomes = 0;

  constructor(ring: SessionRing, client: Endpoint, policy: DriverPolicy, name: string) {
    this.#ring = ring;
    this.#core = ring.core;
    this.#client = client;
    this.#process = client.process;
    const { kernel, network, nodes, options, topology, deviations } = this.#core;
    this.policy = deviations.has('retry-is-stamped-anew') ? { ...policy, timestamps: 'per-attempt' } : policy;
    this.#random = kernel.stream(options.name, `session/${client.process.uid}/${name}`);
    this.#timestamps = new TimestampGenerator(client.process);
    this.#opening = client.process.deferred<CqlSession>();
    this.#settling = client.process.deferred<void>();
    this.connected = this.#opening.promise;
    this.settled = this.#settling.promise;
    const local =
      policy.localDatacentre === undefined
        ? 0
        : topology.datacentres.findIndex(({ name: known }) => known === policy.localDatacentre);
    this.channels = nodes.map(
      (node) =>
        new HostChannel(
          network,
          client,
          node,
          node.datacentre === local,
          this.#random,
          () => {
            this.#opening.resolve(this);
            this.#settle();
          },
          () => this.#refused(),
        ),
    );
    ring.join(this);
    client.process.onEnd(() => ring.leave(this));
    for (const channel of this.channels) channel.dial();
  }

  execute(statement: CqlStatement, values: CqlRow, options: CqlOptions): Promise<CqlResult> {
    const deferred = this.#process.deferred<CqlResult>();
    try {
      const generated = options.timestampUs === undefined;
      const timestampUs = generated ? this.#ownTimestampUs() : options.timestampUs;
      const operation = this.#ring.prepare(statement, values, options, timestampUs);
      const timeoutUs = Math.round(options.timeoutMs * 1000);
      const seed = this.nextSeed();
      new ClientOperation(this, operation, options.idempotent, generated, timeoutUs, seed, deferred).begin();
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      deferred.reject(error);
    }
    return deferred.promise;
  }

  get process(): SimProcess {
    return this.#process;
  }

  nextSeed(): number {
    return this.#random.uint32();
  }

  nextTimestampUs(): number {
    return this.#timestamps.nextUs();
  }

  after(delayMs: number, callback: () => void): void {
    this.#process.after(delayMs, callback);
  }

  #ownTimestampUs(): number | undefined {
    return this.policy.timestamps === 'coordinator' ? undefined : this.#timestamps.nextUs();
  }

  /** The node that tells this session about the others. */
  get control(): CassandraNode | undefined {
    return this.channels.find((channel) => channel.isOpen)?.node;
  }

  /** The control connection says that a node is up. */
  announceUp(node: CassandraNode): void {
    this.#process.run(CassandraSession.#redial, this, node.index);
  }

  static #redial(session: CassandraSession, index: number): void {
    session.channels[index]?.announcedUp();
  }

  #refused(): void {
    this.#refusals++;
    if (this.#refusals >= this.channels.length && !this.#opening.settled) {
      this.#opening.reject(new PortError('no Cassandra node can be reached', 'unavailable'));
    }
    this.#settle();
  }

  #settle(): void {
    if (++this.#outcomes >= this.channels.length && !this.#settling.settled) this.#settling.resolve();
  }

  start(
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
        if (isSerial(attempt.operation.consistency)) return false;
        return ElidedRead.begin(this.#core, coordinator, attempt, body.selection);
      case 'update':
      case 'delete-cells':
      case 'delete-range':
      case 'delete-partition':
      case 'conditional':
      case 'batch':
        return false;
    }
  }

  /** True where nothing on the whole way is disturbed. */
  #mayElide(attempt: Attempt): boolean {
    const { options, internode, topology } = this.#core;
    const coordinator = attempt.channel.node;
    if (!options.elide || topology.datacentres.length > 1 || !coordinator.calm || !attempt.onHealthyPath)
      return false;
    if (attempt.channel.incarnation !== coordinator.incarnation) return false;
    for (const replica of attempt.operation.replicas) {
      if (!replica.calm || !internode.healthy(coordinator, replica)) return false;
    }
    return true;
  }
}
