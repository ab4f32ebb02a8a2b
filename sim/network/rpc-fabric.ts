import type { Rpc, RpcCallOptions, RpcOutcome, RpcServer } from '../../system/ports/rpc.ts';
import { PlacedSet, type SimProcess } from '../kernel/index.ts';
import type { Connection, Endpoint } from './connection.ts';
import { HttpClientAndServer } from './http-connections.ts';
import type { DialOutcome, Network } from './network.ts';
import { noMetadata, notSent, PendingCall, requestBytes, type CallChannel } from './rpc-call.ts';
import { receiveCall, Server, type Methods } from './rpc-server.ts';

/** Turns a service or pod name into the machines that answer for it now, as far as the asker can know. */
export interface Directory {
  /** The same list as long as it says the same. */
  endpoints(name: string): readonly number[];
}

/**
 * `round-robin`: each call goes to the next ready endpoint, as gRPC clients inside the cluster do. `pinned`: all calls
 * go over one connection to one endpoint until it fails, as a long-lived HTTP/2 client behind a connection balancer does
 * (delivery 57).
 */
export type Balance = 'round-robin' | 'pinned';

const dialTimeoutUs = 20_000_000;
const firstBackoffUs = 1_000_000;
const longestBackoffUs = 120_000_000;
/** Keepalive of production: a channel that owes an answer and was silent for this long is given up. */
const silentChannelUs = 15_000_000;

/** gRPC as its clients see it: channels that reconnect with back-off, round robin over ready endpoints, deadlines. */
export class RpcFabric {
  readonly network: Network;
  readonly directory: Directory;

  constructor(network: Network, directory: Directory) {
    this.network = network;
    this.directory = directory;
  }

  /** The `Rpc` port of one process on one machine. */
  forProcess(process: SimProcess, host: number, balance: Balance = 'round-robin'): Rpc {
    return new RpcClientAndServer(this, { process, host }, balance, true);
  }

  /** The same for a process whose handlers and callbacks never touch a promise: nothing has to be drained after them. */
  forCallbacks(process: SimProcess, host: number, balance: Balance = 'round-robin'): Rpc {
    return new RpcClientAndServer(this, { process, host }, balance, false);
  }

  /** What HTTP/1.1 of one process goes over. */
  forHttp(process: SimProcess, host: number): Rpc {
    return new HttpClientAndServer(this.network, this.directory, { process, host });
  }
}

/** The way to one machine's port. */
class Channel implements CallChannel {
  readonly host: number;
  readonly port: number;
  readonly pending = new PlacedSet<PendingCall>();
  state: 'idle' | 'connecting' | 'ready' | 'failed' = 'idle';
  connection: Connection | undefined;
  backoffUs = firstBackoffUs;
  retryAtUs = 0;
  lastHeardUs = 0;

  constructor(host: number, port: number) {
    this.host = host;
    this.port = port;
  }
}

/** A name that was called, with the channels to the machines that answered for it then. */
interface Target {
  readonly name: string;
  readonly port: number;
  hosts: readonly number[];
  channels: readonly Channel[];
}

class RpcClientAndServer implements Rpc {
  readonly #fabric: RpcFabric;
  readonly #end: Endpoint;
  readonly #balance: Balance;
  readonly #drains: boolean;
  readonly #channels = new Map<number, Channel>();
  readonly #targets = new Map<string, Target>();
  #turn = 0;

  constructor(fabric: RpcFabric, end: Endpoint, balance: Balance, drains: boolean) {
    this.#drains = drains;
    this.#fabric = fabric;
    this.#end = end;
    this.#balance = balance;
    if (balance === 'pinned') this.#turn = end.process.random.integer(0, 0xffff);
  }

  serve(port: number, methods: Methods): RpcServer {
    return new Server(this.#fabric.network, this.#end, port, methods, this.#drains);
  }

  call(
    target: string,
    method: string,
    request: unknown,
    options: RpcCallOptions,
    done: (outcome: RpcOutcome) => void,
  ): void {
    const process = this.#end.process;
    if (!process.alive) return;
    const call = new PendingCall(method, request, options, this.#drains, done);
    call.timer = process.kernel.after(options.deadlineMs * 1000, expireCall, this, call);
    const channel = this.#choose(target);
    if (channel === undefined) {
      // No endpoint is known, or all are in back-off: gRPC fails such a call at once (no wait-for-ready).
      process.kernel.after(0, failUnsent, this, call);
      return;
    }
    call.channel = channel;
    channel.pending.add(call);
    if (channel.state === 'ready') this.#send(channel, call);
    else if (channel.state !== 'connecting') this.#connect(channel);
  }

  settle(call: PendingCall, outcome: RpcOutcome): void {
    call.settle(this.#end.process, outcome);
  }

  expire(call: PendingCall): void {
    const channel = call.channel;
    const kernel = this.#end.process.kernel;
    this.settle(call, {
      status: 'DEADLINE_EXCEEDED',
      message: `no answer within ${call.deadlineMs} ms`,
      metadata: call.sent ? noMetadata : notSent,
    });
    if (!(channel instanceof Channel) || channel.state !== 'ready') return;
    if (kernel.nowUs - channel.lastHeardUs <= silentChannelUs) return;
    channel.connection?.close(0);
    this.#lost(channel);
  }

  /** Round robin; a channel in back-off is passed over unless its time has come. */
  #choose(name: string): Channel | undefined {
    const { channels } = this.#target(name);
    const nowUs = this.#end.process.kernel.nowUs;
    for (let step = 0; step < channels.length; step++) {
      const channel = channels[this.#turn % channels.length] as Channel;
      if (this.#balance === 'round-robin') this.#turn++;
      if (channel.state !== 'failed' || channel.retryAtUs <= nowUs) return channel;
      if (this.#balance === 'pinned') this.#turn++;
    }
    return undefined;
  }

  #target(text: string): Target {
    let target = this.#targets.get(text);
    if (target === undefined) {
      const colon = text.lastIndexOf(':');
      target = {
        name: text.slice(0, colon),
        port: Number(text.slice(colon + 1)),
        hosts: [],
        channels: [],
      };
      this.#targets.set(text, target);
    }
    const hosts = this.#fabric.directory.endpoints(target.name);
    if (hosts !== target.hosts) {
      const { port } = target;
      target.hosts = hosts;
      target.channels = hosts.map((host) => this.#channel(host, port));
    }
    return target;
  }

  #channel(host: number, port: number): Channel {
    const key = host * 65_536 + port;
    let channel = this.#channels.get(key);
    if (channel === undefined) {
      channel = new Channel(host, port);
      this.#channels.set(key, channel);
    }
    return channel;
  }

  #send(channel: Channel, call: PendingCall): void {
    call.sent = true;
    channel.connection?.send(0, requestBytes, receiveCall, channel.connection, call);
  }

  #connect(channel: Channel): void {
    channel.state = 'connecting';
    this.#fabric.network.dial(this.#end, channel.host, channel.port, dialTimeoutUs, (outcome) =>
      this.#dialled(channel, outcome),
    );
  }

  #dialled(channel: Channel, outcome: DialOutcome): void {
    switch (outcome.kind) {
      case 'connected': {
        channel.state = 'ready';
        channel.connection = outcome.connection;
        channel.backoffUs = firstBackoffUs;
        channel.lastHeardUs = this.#end.process.kernel.nowUs;
        outcome.connection.onClosed(0, () => {
          if (channel.connection === outcome.connection) this.#lost(channel);
        });
        for (const call of channel.pending.toArray()) this.#send(channel, call);
        return;
      }
      case 'refused':
      case 'timed-out':
        this.#fail(channel);
        return;
    }
  }

  /** The connection is gone: what was sent may have happened. */
  #lost(channel: Channel): void {
    if (this.#balance === 'pinned') this.#turn++;
    channel.connection = undefined;
    channel.state = 'idle';
    for (const call of channel.pending.toArray()) {
      this.settle(call, { status: 'UNAVAILABLE', message: 'the connection was lost', metadata: noMetadata });
    }
  }

  #fail(channel: Channel): void {
    const process = this.#end.process;
    channel.state = 'failed';
    channel.retryAtUs = process.kernel.nowUs + channel.backoffUs * (0.8 + 0.4 * process.random.float());
    channel.backoffUs = Math.min(channel.backoffUs * 1.6, longestBackoffUs);
    for (const call of channel.pending.toArray()) {
      this.settle(call, { status: 'UNAVAILABLE', message: 'no connection', metadata: notSent });
    }
  }
}

function expireCall(client: RpcClientAndServer, call: PendingCall): void {
  client.expire(call);
}

function failUnsent(client: RpcClientAndServer, call: PendingCall): void {
  client.settle(call, { status: 'UNAVAILABLE', message: 'no ready endpoint', metadata: notSent });
}
