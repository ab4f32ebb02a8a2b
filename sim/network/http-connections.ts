import type { Rpc, RpcCallOptions, RpcOutcome, RpcServer } from '../../system/ports/rpc.ts';
import type { Connection, Endpoint } from './connection.ts';
import type { DialOutcome, Network } from './network.ts';
import { noMetadata, notSent, PendingCall, requestBytes } from './rpc-call.ts';
import type { Directory } from './rpc-fabric.ts';
import { receiveCall, Server, type Methods } from './rpc-server.ts';

/** One connection and what is asked over it now. */
interface Line {
  readonly connection: Connection;
  call: PendingCall | undefined;
}

/**
 * HTTP/1.1 as its clients do it: one request a connection at a time, kept alive and used again; who runs out of time gives
 * the connection up and dials anew next time, without the back-off of a gRPC channel. So a cut that is over costs the next
 * request nothing.
 *
 * Not modelled: idle connections that either side ends after a while; a request repeated on another connection because
 * the server ended the kept one just then.
 */
export class HttpClientAndServer implements Rpc {
  readonly #network: Network;
  readonly #directory: Directory;
  readonly #end: Endpoint;
  /** Kept connections by authority, the one used last at the end. */
  readonly #idle = new Map<string, Line[]>();
  #turn = 0;

  constructor(network: Network, directory: Directory, end: Endpoint) {
    this.#network = network;
    this.#directory = directory;
    this.#end = end;
  }

  serve(port: number, methods: Methods): RpcServer {
    return new Server(this.#network, this.#end, port, methods, true);
  }

  call(
    target: string,
    method: string,
    request: unknown,
    options: RpcCallOptions,
    done: (outcome: RpcOutcome) => void,
  ): void {
    const { process } = this.#end;
    if (!process.alive) return;
    let line: Line | undefined;
    const call = new PendingCall(method, request, options, true, (outcome) => {
      if (line?.call === call) this.#keep(target, line);
      done(outcome);
    });
    call.timer = process.kernel.after(
      options.deadlineMs * 1000,
      () => {
        if (line?.call === call) this.#giveUp(line);
        this.#settle(call, 'DEADLINE_EXCEEDED', `no answer within ${call.deadlineMs} ms`);
      },
      undefined,
      undefined,
    );
    const kept = this.#idle.get(target)?.pop();
    if (kept !== undefined) {
      line = kept;
      this.#send(line, call);
      return;
    }
    this.#dial(target, call, (connection) => {
      line = this.#open(target, connection);
      this.#send(line, call);
    });
  }

  #dial(target: string, call: PendingCall, connected: (connection: Connection) => void): void {
    const { kernel } = this.#end.process;
    const colon = target.lastIndexOf(':');
    const hosts = this.#directory.endpoints(target.slice(0, colon));
    const host = hosts[this.#turn++ % hosts.length];
    if (host === undefined) {
      kernel.after(0, () => this.#settle(call, 'UNAVAILABLE', 'no ready endpoint'), undefined, undefined);
      return;
    }
    const port = Number(target.slice(colon + 1));
    this.#network.dial(this.#end, host, port, call.deadlineMs * 1000, (outcome: DialOutcome) => {
      switch (outcome.kind) {
        case 'connected': {
          if (call.settled) outcome.connection.close(0);
          else connected(outcome.connection);
          return;
        }
        case 'refused':
        case 'timed-out':
          this.#settle(call, 'UNAVAILABLE', 'no connection');
          return;
      }
    });
  }

  #open(target: string, connection: Connection): Line {
    const line: Line = { connection, call: undefined };
    connection.onClosed(0, () => {
      const { call } = line;
      line.call = undefined;
      this.#forget(target, line);
      if (call !== undefined) this.#settle(call, 'UNAVAILABLE', 'the connection was lost');
    });
    return line;
  }

  #send(line: Line, call: PendingCall): void {
    line.call = call;
    call.sent = true;
    line.connection.send(0, requestBytes, receiveCall, line.connection, call);
  }

  /** The answer is here: the next request may have the connection. */
  #keep(target: string, line: Line): void {
    line.call = undefined;
    const idle = this.#idle.get(target);
    if (idle === undefined) this.#idle.set(target, [line]);
    else idle.push(line);
  }

  #giveUp(line: Line): void {
    line.call = undefined;
    line.connection.close(0);
  }

  #forget(target: string, line: Line): void {
    const idle = this.#idle.get(target);
    const place = idle?.indexOf(line) ?? -1;
    if (place >= 0) idle?.splice(place, 1);
  }

  #settle(call: PendingCall, status: RpcOutcome['status'], message: string): void {
    call.settle(this.#end.process, { status, message, metadata: call.sent ? noMetadata : notSent });
  }
}
