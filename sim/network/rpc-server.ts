import type { RpcHandler, RpcOutcome, RpcServer } from '../../system/ports/rpc.ts';
import type { SimProcess } from '../kernel/index.ts';
import type { Connection, Endpoint } from './connection.ts';
import type { Listener, Network } from './network.ts';
import { noMetadata, notSent, replyBytes, type PendingCall, type ReplyMessage } from './rpc-call.ts';

export type Methods = Readonly<Record<string, RpcHandler>>;

/** What answers on one port of a process. */
export class Server implements Listener, RpcServer {
  readonly process: SimProcess;
  readonly #network: Network;
  readonly #host: number;
  readonly #port: number;
  readonly #methods: Methods;
  readonly #drains: boolean;
  readonly #connections = new Set<Connection>();
  #inFlight = 0;
  #closed = false;
  #drained: (() => void) | undefined;

  constructor(network: Network, end: Endpoint, port: number, methods: Methods, drains: boolean) {
    this.#drains = drains;
    this.#network = network;
    this.process = end.process;
    this.#host = end.host;
    this.#port = port;
    this.#methods = methods;
    network.listen(end.host, port, this);
  }

  accept(connection: Connection): void {
    connection.attachment = this;
    this.#connections.add(connection);
    connection.onClosed(1, () => this.#connections.delete(connection));
  }

  receive(connection: Connection, call: PendingCall): void {
    if (this.#closed) {
      this.#reply(connection, call, {
        status: 'UNAVAILABLE',
        message: 'the server is going away',
        metadata: notSent,
      });
      return;
    }
    const handler = this.#methods[call.method];
    if (handler === undefined) {
      this.#reply(connection, call, {
        status: 'UNIMPLEMENTED',
        message: `no method ${call.method}`,
        metadata: noMetadata,
      });
      return;
    }
    this.#inFlight++;
    let replied = false;
    if (this.#drains) this.process.kernel.wake();
    handler(call, (outcome) => {
      if (replied) return;
      replied = true;
      this.#inFlight--;
      this.#reply(connection, call, outcome);
      if (this.#closed && this.#inFlight === 0) this.#drained?.();
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#network.unlisten(this.#host, this.#port);
    const drained = this.process.deferred<void>();
    const finish = (): void => {
      for (const connection of this.#connections) connection.close(1);
      drained.resolve();
    };
    if (this.#inFlight === 0) finish();
    else this.#drained = finish;
    return drained.promise;
  }

  #reply(connection: Connection, call: PendingCall, outcome: RpcOutcome): void {
    if (!this.process.alive) return;
    connection.send(1, replyBytes, receiveReply, connection, { call, outcome });
  }
}

export function receiveCall(connection: Connection, call: PendingCall): void {
  const server = connection.attachment;
  if (server instanceof Server) server.receive(connection, call);
}

function receiveReply(connection: Connection, message: ReplyMessage): void {
  const { call, outcome } = message;
  if (call.channel !== undefined) call.channel.lastHeardUs = connection.network.kernel.nowUs;
  call.settle(connection.ends[0].process, outcome);
}
