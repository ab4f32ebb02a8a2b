import { apiErrors, type Refusal } from './api-errors.ts';
import { NatsConsumption } from './consumption.ts';
import type { NatsServer } from './nats-server.ts';
import type { RaftGroup } from './raft-group.ts';
import { PullInbox } from './raw-pull.ts';
import type { ConsumerRequest, NatsRequest, ReadRequest, Routed, WatchRequest } from './requests.ts';
import { keyValueEntry, ServerWatch } from './server-watch.ts';
import { streamMachineOf } from './stream-machine.ts';
import { answerMessage } from './stored-message-reads.ts';
import { SubjectFilter } from './subject-filter.ts';
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
      case 'create-stream':
      case 'update-stream':
      case 'delete-stream':
      case 'remove-peer':
      case 'stream-names':
      case 'create-consumer':
      case 'delete-consumer':
      case 'consumer-names':
        if (!this.#toLeaders(cluster.meta, routed)) this.#unavailable(routed);
        return;
      case 'read':
      case 'read-all': {
        const group = cluster.stream(request.stream)?.group;
        if (group === undefined) this.#refuse(request, apiErrors.streamNotFound);
        else if (!this.#toReader(group, routed)) this.#refuse(request, 'no-responders');
        return;
      }
      case 'direct-message': {
        const asset = cluster.stream(request.stream);
        // Nobody answers direct gets of a stream that does not allow them.
        const isAllowed = asset?.servesDirect === true;
        const isServed = asset !== undefined && isAllowed && this.#toReader(asset.group, routed);
        if (!isServed && cluster.profile.missingAnswers) this.#refuse(request, 'no-responders');
        return;
      }
      case 'watch': {
        const group = cluster.stream(request.stream)?.group;
        // Its consumer is made by the meta leader: without one there is silence (jetstream A4).
        if (group !== undefined && this.#knowsLeader(cluster.meta)) this.#toReader(group, routed);
        return;
      }
      case 'watch-stopped':
        request.watch.withdraw();
        return;
      case 'pull-stopped':
        request.inbox.unsubscribed = true;
        return;
      case 'consume': {
        const group = cluster.consumer(request.stream, request.consumer)?.group;
        if (group !== undefined) this.#toLeaders(group, routed);
        // The loop asks for the consumer first, and the meta leader knows that there is none.
        else if (this.#knowsLeader(cluster.meta)) this.#missing(request.consumption);
        return;
      }
      case 'pull':
      case 'ack': {
        // Without a leader acks are lost silently, and pulls on older servers (jetstream C23, F51).
        const group = cluster.consumer(request.stream, request.consumer)?.group;
        const isServed = group !== undefined && this.#toLeaders(group, routed);
        if (!isServed && request.kind === 'pull' && cluster.profile.missingAnswers) {
          const { inbox } = request;
          this.#server.push(inbox.client, 100, PullInbox.status, inbox, { status: 503, description: '' });
        }
        return;
      }
      case 'consume-withdrawn':
      case 'consumer-info':
      case 'consumer-state':
      case 'consumer-step-down':
        this.#toConsumer(request, routed);
        return;
      case 'remove-acked': {
        const group = cluster.stream(request.stream)?.group;
        if (group !== undefined) this.#toLeaders(group, routed);
        return;
      }
      case 'stream-info':
      case 'purge':
      case 'message':
      case 'delete-message':
      case 'stream-step-down': {
        const group = cluster.stream(request.stream)?.group;
        if (group !== undefined) {
          if (!this.#toLeaders(group, routed)) this.#unavailable(routed);
        } else if (this.#knowsLeader(cluster.meta)) this.#refuse(request, apiErrors.streamNotFound);
        else this.#unavailable(routed);
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
      case 'direct-message':
      case 'watch':
        this.#read(request);
        return;
      case 'create-stream':
      case 'update-stream':
      case 'delete-stream':
      case 'remove-peer':
      case 'stream-names':
      case 'create-consumer':
      case 'delete-consumer':
      case 'consumer-names':
        this.#lead(cluster.meta, routed);
        return;
      case 'publish':
        this.#lead(cluster.groupOf(request.subject), routed);
        return;
      case 'consume':
      case 'pull':
      case 'ack':
      case 'consume-withdrawn':
      case 'consumer-info':
      case 'consumer-state':
      case 'consumer-step-down':
        this.#lead(cluster.consumer(request.stream, request.consumer)?.group, routed);
        return;
      case 'stream-info':
      case 'purge':
      case 'message':
      case 'delete-message':
      case 'remove-acked':
      case 'stream-step-down':
        this.#lead(cluster.stream(request.stream)?.group, routed);
        return;
      case 'watch-stopped':
      case 'pull-stopped':
        return;
    }
  }

  #toConsumer(request: Exclude<ConsumerRequest, { kind: 'consume' | 'pull' | 'ack' }>, routed: Routed): void {
    const { cluster } = this.#server;
    const group = cluster.consumer(request.stream, request.consumer)?.group;
    if (group !== undefined) {
      if (!this.#toLeaders(group, routed)) this.#unavailable(routed);
    } else if (this.#knowsLeader(cluster.meta)) {
      const isStream = cluster.stream(request.stream) !== undefined;
      this.#refuse(request, isStream ? apiErrors.consumerNotFound : apiErrors.streamNotFound);
    } else this.#unavailable(routed);
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
      if (!server.interested(group.number, 'leaders', other)) continue;
      found = true;
      if (other === server) this.#lead(group, routed);
      else server.forward(other, routed);
    }
    return found;
  }

  #knowsLeader(group: RaftGroup): boolean {
    return group.replicas.some(({ server }) => this.#server.interested(group.number, 'leaders', server));
  }

  /** To one of those that answer reads, at random, reachable or not (jetstream H65, H66). */
  #toReader(group: RaftGroup, routed: Routed): boolean {
    const server = this.#server;
    const kind = server.cluster.mutations.directGetFromLeaderOnly ? 'leaders' : 'readers';
    const readers = group.replicas.filter((replica) => server.interested(group.number, kind, replica.server));
    if (readers.length === 0) return false;
    const { server: chosen } = server.cluster.random.pick(readers);
    if (chosen === server) this.serve(routed);
    else server.forward(chosen, routed);
    return true;
  }

  #read(request: ReadRequest | Extract<WatchRequest, { kind: 'watch' }>): void {
    const server = this.#server;
    const group = server.cluster.stream(request.stream)?.group;
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
        const { subjects, settings } = machine.context;
        const prefix = `$KV.${settings.name.slice('KV_'.length)}.`;
        const filter = new SubjectFilter([`${prefix}${request.keys}`], subjects);
        const entries = [];
        for (const message of machine.messages) {
          if (filter.matches(message.subject)) entries.push(keyValueEntry(message, machine));
        }
        server.answer(request.call, entries);
        return;
      }
      case 'direct-message':
        answerMessage(server, machine, request, apiErrors.directMessageNotFound);
        return;
      case 'watch': {
        const { watch, generation, fromSequence } = request;
        new ServerWatch(replica, watch, generation, fromSequence).begin();
        return;
      }
    }
  }

  #missing(consumption: NatsConsumption): void {
    this.#server.push(consumption.client, 80, NatsConsumption.arriveMissing, consumption, undefined);
  }

  #refuse(request: NatsRequest, refusal: Refusal): void {
    if ('call' in request && request.call !== undefined) this.#server.refuse(request.call, refusal);
  }

  /** Error 10008 from servers that know there is no leader (jetstream A4). */
  #unavailable(routed: Routed): void {
    this.#server.cluster.kernel.after(leaderlessAnswerUs, RequestRouter.#leaderless, this, routed);
  }

  static #leaderless(router: RequestRouter, routed: Routed): void {
    if (router.#server.process.state === 'running') router.#refuse(routed.request, apiErrors.unavailable);
  }
}
