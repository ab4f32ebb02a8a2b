import type { KeyValue } from '../../system/ports/key-value.ts';
import type { BucketSettings, FullKeyValue } from '../../system/ports/key-value-full.ts';
import type { ConnectionStatus, KeyValueConfig } from '../../system/ports/nats-connection.ts';
import type { FullNatsConnection } from '../../system/ports/nats-full.ts';
import { PortError } from '../../system/ports/errors.ts';
import { PlacedSet, type EventHandle, type RandomStream, type SimProcess } from '../kernel/index.ts';
import type { Connection, DialOutcome } from '../network/index.ts';
import { bucketStream } from './bucket-settings.ts';
import { Call, type OpenCall } from './call.ts';
import type { NatsConsumption } from './consumption.ts';
import { FullKeyValueClient } from './full-key-value-client.ts';
import { JetStreamClient } from './jet-stream-client.ts';
import { KeyValueClient } from './key-value-client.ts';
import { ManagementClient } from './management-client.ts';
import type { ClusterCore } from './cluster-core.ts';
import { NatsServer } from './nats-server.ts';
import { PublisherClient } from './publisher-client.ts';
import { PullerClient } from './puller-client.ts';
import { requestBytes, type NatsRequest } from './requests.ts';
import type { Session } from './session.ts';
import { callTimeoutMs, clientPort, dialTimeoutUs, reconnectJitterUs, reconnectWaitUs } from './timing.ts';
import type { NatsWatch } from './watch.ts';

/**
 * One client connection, as nats.js keeps it: it goes round the servers for ever, unless it is set to give up, sends again what was asked for while
 * a dial was under way and nothing older, and lets requests run to their own time-out (jetstream I72–I74).
 */
export class NatsClient implements FullNatsConnection {
  readonly process: SimProcess;
  readonly host: number;
  readonly cluster: ClusterCore;
  readonly random: RandomStream;
  readonly jetStream: JetStreamClient = new JetStreamClient(this);
  readonly management: ManagementClient = new ManagementClient(this);
  readonly publisher: PublisherClient = new PublisherClient(this);
  readonly puller: PullerClient = new PullerClient(this);
  readonly calls = new PlacedSet<OpenCall>();
  readonly consumptions = new Set<NatsConsumption>();
  readonly watches = new Set<NatsWatch>();
  session: Session | undefined;
  closed = false;
  #buffer: NatsRequest[] = [];
  #statusHandlers: ((status: ConnectionStatus) => void)[] = [];
  /** In the order in which they are tried. */
  #servers: NatsServer[];
  /** By server: dials in vain since the last connection (fault K6). */
  readonly #failures = new Map<NatsServer, number>();
  readonly #dialledUs = new Map<NatsServer, number>();
  #turn = 0;
  /** The last of them that was dialled. */
  #dialled: NatsServer | undefined;
  #attempt = 0;
  #connection: Connection | undefined;
  #timer: EventHandle | undefined;
  /** Until the first connection stands: whom to tell, and what was met so far. */
  #first: { readonly connected: () => void; readonly failed: (error: PortError) => void } | undefined;
  #firstTimedOut = false;

  constructor(cluster: ClusterCore, process: SimProcess, host: number) {
    this.cluster = cluster;
    this.process = process;
    this.host = host;
    this.random = process.random;
    this.#servers = this.random.shuffle([...cluster.servers]);
  }

  get clusterName(): string {
    return this.cluster.name;
  }

  status(): ConnectionStatus {
    return this.session === undefined ? 'disconnected' : 'connected';
  }

  onStatus(handler: (status: ConnectionStatus) => void): void {
    this.#statusHandlers.push(handler);
  }

  keyValue(bucket: string): KeyValue {
    return new KeyValueClient(this, bucket);
  }

  createKeyValue(config: KeyValueConfig): Promise<void> {
    return this.createBucket(config);
  }

  async createBucket(settings: BucketSettings): Promise<void> {
    await this.management.createStream(bucketStream(settings));
  }

  async deleteBucket(bucket: string): Promise<void> {
    await this.management.deleteStream(`KV_${bucket}`);
  }

  bucket(bucket: string): FullKeyValue {
    return new FullKeyValueClient(this, bucket);
  }

  /** Closes for good: what waits for an answer fails with `disconnected`. */
  close(): Promise<void> {
    if (this.closed) return Promise.resolve();
    this.end();
    return Promise.resolve();
  }

  end(): void {
    this.closed = true;
    this.cluster.clients.delete(this);
    this.#attempt++;
    this.#cancelTimer();
    for (const consumption of this.consumptions) consumption.abandon();
    for (const watch of this.watches) watch.abandon();
    this.#connection?.close(0);
    this.#connection = undefined;
    this.session = undefined;
    for (const call of this.calls.toArray()) call.fail('disconnected');
  }

  /** Sent at once, or, while a dial is under way, as soon as it stands; nobody tells whether it arrives. */
  send(request: NatsRequest): void {
    if (this.closed) return;
    const { session } = this;
    if (session === undefined) this.#buffer.push(request);
    else session.connection.send(0, requestBytes(request), NatsServer.arrive, session, request);
  }

  /** A request with an answer; JetStream's default time-out unless said otherwise. */
  call<T>(what: string, request: (call: Call<T>) => NatsRequest, timeoutMs = callTimeoutMs): Promise<T> {
    if (this.closed)
      return Promise.reject(new PortError(`${what}: the connection is closed`, 'disconnected'));
    const call = new Call<T>(this, what, timeoutMs);
    this.send(request(call));
    return call.promise;
  }

  /** The first connection: each server is tried once. */
  connect(timeoutMs: number): Promise<void> {
    const deferred = this.process.deferred<void>();
    const expiry = this.process.kernel.after(timeoutMs * 1000, NatsClient.#connectExpired, this, undefined);
    const settle = (): void => {
      this.#first = undefined;
      this.process.kernel.cancel(expiry);
    };
    this.#first = {
      connected: () => {
        settle();
        deferred.resolve();
      },
      failed: (error) => {
        settle();
        this.end();
        deferred.reject(error);
      },
    };
    this.cluster.clients.add(this);
    this.process.onEnd(() => {
      if (!this.closed) this.end();
    });
    this.#dial();
    return deferred.promise;
  }

  /** In the client's process: the server has introduced itself. */
  welcomed(session: Session): void {
    if (this.closed || session.connection !== this.#connection || this.session !== undefined) return;
    this.#cancelTimer();
    this.session = session;
    if (this.#failures.size > 0) this.#failures.clear();
    if (!this.cluster.network.calm) this.cluster.health.review();
    const buffered = this.#buffer;
    this.#buffer = [];
    if (this.#first === undefined) {
      for (const consumption of this.consumptions) consumption.pull();
      for (const watch of this.watches) watch.place();
      this.#tell('connected');
    } else {
      this.#first.connected();
    }
    for (const request of buffered) this.send(request);
  }

  /** Pings went unanswered for too long. */
  giveUp(session: Session): void {
    if (this.session !== session) return;
    session.connection.close(0);
    this.process.run(NatsClient.#giveUp, this, session);
  }

  /** Links or servers changed. */
  review(): void {
    if (this.session === undefined) return;
    for (const watch of this.watches) watch.review();
  }

  static #giveUp(client: NatsClient, session: Session): void {
    if (client.session === session) client.#lost();
  }

  #dial(): void {
    this.#cancelTimer();
    const { kernel } = this.process;
    const server = this.#nextServer();
    if (server === undefined) {
      const waitUs = reconnectWaitUs + reconnectJitterUs * this.random.float();
      this.#timer = kernel.after(waitUs, NatsClient.#redialDue, this, this.#attempt);
      return;
    }
    this.#dialledUs.set(server, kernel.nowUs);
    this.#dialled = server;
    this.#buffer = [];
    const attempt = ++this.#attempt;
    const end = { host: this.host, process: this.process };
    this.cluster.network.dial(end, server.host, clientPort, dialTimeoutUs, (outcome) =>
      this.#answered(attempt, outcome),
    );
  }

  /** The next in turn that was not dialled just now. */
  #nextServer(): NatsServer | undefined {
    const { nowUs } = this.process.kernel;
    for (let tries = 0; tries < this.#servers.length; tries++) {
      const server = this.#servers[this.#turn++ % this.#servers.length];
      if (server === undefined) return undefined;
      const dialledUs = this.#dialledUs.get(server);
      if (dialledUs === undefined || nowUs - dialledUs >= reconnectWaitUs) return server;
    }
    return undefined;
  }

  #answered(attempt: number, outcome: DialOutcome): void {
    if (attempt !== this.#attempt || this.closed) {
      if (outcome.kind === 'connected') outcome.connection.close(0);
      return;
    }
    switch (outcome.kind) {
      case 'connected': {
        const { connection } = outcome;
        this.#connection = connection;
        connection.onClosed(0, () => {
          if (this.#connection === connection) this.#lost();
        });
        connection.send(0, 300, NatsServer.hello, connection, this);
        this.#timer = this.process.kernel.after(dialTimeoutUs, NatsClient.#unwelcomeDue, this, connection);
        return;
      }
      case 'refused':
        this.#failed();
        return;
      case 'timed-out':
        this.#firstTimedOut = true;
        this.#failed();
        return;
    }
  }

  #failed(): void {
    if (this.#first !== undefined && this.#dialledUs.size === this.#servers.length) {
      const code = this.#firstTimedOut ? 'timeout' : 'connection-refused';
      this.#first.failed(new PortError(`connect to ${this.cluster.name}: ${code}`, code));
    } else {
      this.#countFailure();
      if (!this.closed) this.#dial();
    }
  }

  /** A server that was dialled in vain too often is forgotten; without any the connection closes for good (fault K6). */
  #countFailure(): void {
    const limit = this.cluster.reconnectAttempts;
    const server = this.#dialled;
    if (limit === Infinity || server === undefined || this.#first !== undefined) return;
    const failures = (this.#failures.get(server) ?? 0) + 1;
    this.#failures.set(server, failures);
    if (failures < limit) return;
    this.#servers = this.#servers.filter((other) => other !== server);
    if (this.#servers.length > 0) return;
    this.cluster.clientsGivenUp++;
    this.end();
  }

  /** The connection is gone. */
  #lost(): void {
    const wasConnected = this.session !== undefined;
    this.#connection = undefined;
    this.session = undefined;
    if (this.closed) return;
    if (wasConnected) this.#tell('disconnected');
    if (wasConnected) this.#dial();
    else this.#failed();
  }

  #tell(status: ConnectionStatus): void {
    if (this.#statusHandlers.length === 0) return;
    this.process.kernel.wake();
    for (const handler of this.#statusHandlers) handler(status);
  }

  #cancelTimer(): void {
    if (this.#timer !== undefined) this.process.kernel.cancel(this.#timer);
    this.#timer = undefined;
  }

  static #redialDue(client: NatsClient, attempt: number): void {
    client.process.run(NatsClient.#redial, client, attempt);
  }

  static #redial(client: NatsClient, attempt: number): void {
    if (!client.closed && client.#attempt === attempt) client.#dial();
  }

  /** TCP stood, and the server said nothing. */
  static #unwelcomeDue(client: NatsClient, connection: Connection): void {
    client.process.run(NatsClient.#unwelcome, client, connection);
  }

  static #unwelcome(client: NatsClient, connection: Connection): void {
    if (client.closed || client.#connection !== connection || client.session !== undefined) return;
    connection.close(0);
    client.#firstTimedOut = true;
    client.#lost();
  }

  static #connectExpired(client: NatsClient): void {
    const code = 'timeout';
    client.#first?.failed(new PortError(`connect to ${client.cluster.name}: ${code}`, code));
  }
}
