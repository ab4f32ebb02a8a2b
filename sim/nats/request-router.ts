import type { NatsServer } from './nats-server.ts';
import type { RaftGroup } from './raft-group.ts';
import type { ReadRequest, Routed, WatchRequest } from './requests.ts';
import { keyValueEntry, ServerWatch } from './server-watch.ts';
import { streamMachineOf } from './stream-machine.ts';
import { leaderlessAnswerUs } from './timing.ts';

/** Finds who serves a request, by the interest that one server knows of. */
export class RequestRouter {
  readonly #server: NatsServer;

  constructor(server: NatsServer) {
    this.#server = server;
  }

  /** On the server that a client is connected to. */
  route(routed: Routed): void {
    const { request } = routed;
    const { cluster } = this.#server;
    switch (request.kind) {
      case 'publish': {
        const group = cluster.groupOf(request.subject);
        if (group !== undefined && this.#toLeaders(group, routed)) return;
        // Nobody listens: the client is told at once (jetstream C18).
        const isBucket = cluster.subjects.name(request.subject).startsWith('$KV.');
        this.#server.refuse(request.call, group === undefined && isBucket ? 'not-found' : 'no-responders');
        return;
      }
      case 'ensure-stream':
        if (!this.#toLeaders(cluster.meta, routed)) this.#unavailable(routed);
        return;
      case 'assign-consumer':
        if (!this.#toLeaders(cluster.meta, routed)) this.#unavailable(routed);
        return;
      case 'read':
      case 'read-all': {
        const group = cluster.group(request.stream);
        if (group === undefined) this.#refuse(routed, 'not-found');
        else if (!this.#toReader(group, routed)) this.#refuse(routed, 'no-responders');
        return;
      }
      case 'watch': {
        const group = cluster.group(request.stream);
        // Its consumer is made by the meta leader: without one there is silence (jetstream A4).
        if (group !== undefined && this.#knowsLeader(cluster.meta)) this.#toReader(group, routed);
        return;
      }
      case 'watch-stopped':
        request.watch.withdraw();
        return;
      case 'pull':
      case 'ack': {
        const group = cluster.group(request.stream);
        // Acks and pulls without a leader are lost silently (jetstream C23, F51).
        if (group !== undefined) this.#toLeaders(group, routed);
        return;
      }
      case 'pull-withdrawn':
      case 'stream-info':
      case 'purge':
      case 'consumer-info':
      case 'consumer-names':
      case 'consumer-change': {
        const group = cluster.group(request.stream);
        if (group === undefined) this.#refuse(routed, 'not-found');
        else if (!this.#toLeaders(group, routed)) this.#unavailable(routed);
        return;
      }
    }
  }

  /** On a server that leads the group or reads for it. */
  serve(routed: Routed): void {
    const { request } = routed;
    const { cluster } = this.#server;
    switch (request.kind) {
      case 'read':
      case 'read-all':
      case 'watch':
        this.#read(request);
        return;
      case 'ensure-stream':
      case 'assign-consumer':
        this.#lead(cluster.meta, routed);
        return;
      case 'publish':
        this.#lead(cluster.groupOf(request.subject), routed);
        return;
      case 'pull':
      case 'ack':
      case 'pull-withdrawn':
      case 'stream-info':
      case 'purge':
      case 'consumer-info':
      case 'consumer-names':
      case 'consumer-change':
        this.#lead(cluster.group(request.stream), routed);
        return;
      case 'watch-stopped':
        return;
    }
  }

  #lead(group: RaftGroup | undefined, routed: Routed): void {
    const service = group?.replicaOn(this.#server)?.service;
    if (service?.ready === true) service.handle(routed);
  }

  /** To everybody who says to lead: two, for a while, where an old leader is isolated (jetstream B14). */
  #toLeaders(group: RaftGroup, routed: Routed): boolean {
    const server = this.#server;
    let found = false;
    for (const { server: other } of group.replicas) {
      if (!server.interested(group.name, 'leaders', other)) continue;
      found = true;
      if (other === server) this.#lead(group, routed);
      else server.forward(other, routed);
    }
    return found;
  }

  #knowsLeader(group: RaftGroup): boolean {
    return group.replicas.some(({ server }) => this.#server.interested(group.name, 'leaders', server));
  }

  /** To one of those that answer reads, at random, reachable or not (jetstream H65, H66). */
  #toReader(group: RaftGroup, routed: Routed): boolean {
    const server = this.#server;
    const readers = group.replicas.filter((replica) =>
      server.interested(group.name, 'readers', replica.server),
    );
    if (readers.length === 0) return false;
    const { server: chosen } = server.cluster.random.pick(readers);
    if (chosen === server) this.serve(routed);
    else server.forward(chosen, routed);
    return true;
  }

  #read(request: ReadRequest | Extract<WatchRequest, { kind: 'watch' }>): void {
    const server = this.#server;
    const group = server.cluster.group(request.stream);
    const replica = group?.replicaOn(server);
    if (group === undefined || replica === undefined || !replica.reader) return;
    group.settle();
    const machine = streamMachineOf(replica.machine);
    machine.expire(server.wallUs());
    switch (request.kind) {
      case 'read': {
        const message = machine.messages.lastOf(request.subject);
        server.answer(request.call, message === undefined ? undefined : keyValueEntry(message, machine));
        return;
      }
      case 'read-all': {
        const entries = Array.from(machine.messages, (message) => keyValueEntry(message, machine));
        server.answer(request.call, entries);
        return;
      }
      case 'watch': {
        const { watch, generation, fromSequence } = request;
        new ServerWatch(replica, watch, generation, fromSequence).begin();
        return;
      }
    }
  }

  #refuse({ request }: Routed, code: 'not-found' | 'no-responders'): void {
    if (request.kind === 'consumer-change') this.#server.refuse(request.change.call, code);
    else if (request.kind === 'assign-consumer') this.#server.refuse(request.change.call, code);
    else if ('call' in request && request.call !== undefined) this.#server.refuse(request.call, code);
  }

  /** Error 10008 from servers that know there is no leader (jetstream A4). */
  #unavailable(routed: Routed): void {
    this.#server.cluster.kernel.after(leaderlessAnswerUs, RequestRouter.#leaderless, this, routed);
  }

  static #leaderless(router: RequestRouter, routed: Routed): void {
    if (router.#server.process.state === 'running') router.#refuse(routed, 'no-responders');
  }
}
