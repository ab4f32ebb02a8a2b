import type { EffectiveStreamSettings } from '../../system/ports/jetstream-management.ts';
import { apiErrors, type Refusal } from './api-errors.ts';
import {
  consumerRefusal,
  consumerReplicas,
  consumerUpdateRefusal,
  effectiveConsumerSettings,
  sameConsumerSettings,
  workQueueRefusal,
} from './consumer-settings.ts';
import type { GroupService } from './group-service.ts';
import { metaMachineOf, type MetaMachine, type StreamAssignment } from './meta-machine.ts';
import { spareServers } from './membership.ts';
import type { NatsServer } from './nats-server.ts';
import type { Assignment, Operation } from './operations.ts';
import type { RaftReplica } from './raft-replica.ts';
import type { MetaRequest, Routed } from './requests.ts';
import {
  effectiveStreamSettings,
  sameStreamSettings,
  streamRefusal,
  streamUpdateRefusal,
} from './stream-settings.ts';
import { filtersOverlap } from './subjects.ts';
import { orphanCheckUs } from './timing.ts';

type Request<Kind extends MetaRequest['kind']> = Extract<MetaRequest, { readonly kind: Kind }>;

/** The leader of the meta group: decides which streams and consumers there are (jetstream A4). */
export class MetaService implements GroupService {
  readonly #replica: RaftReplica;
  readonly #server: NatsServer;
  ready = false;
  #stopped = false;
  /** As it will be when all that is proposed is applied; undefined while nothing is under way. */
  #ahead: MetaMachine | undefined;
  #underWay = 0;

  constructor(replica: RaftReplica) {
    this.#replica = replica;
    this.#server = replica.server;
  }

  becomeReady(): void {
    if (this.ready || this.#stopped) return;
    this.ready = true;
    this.#server.subscribe(this.#replica.group.number, 'leaders');
    this.#replica.group.kernel.after(orphanCheckUs, MetaService.#orphansDue, this, undefined);
  }

  handle({ request }: Routed): void {
    switch (request.kind) {
      case 'create-stream':
        this.#createStream(request);
        return;
      case 'update-stream':
        this.#updateStream(request);
        return;
      case 'delete-stream':
        if (this.#state.streams.has(request.stream)) {
          this.#propose({ kind: 'stream-removed', stream: request.stream, call: request.call });
        } else this.#server.refuse(request.call, apiErrors.streamNotFound);
        return;
      case 'remove-peer':
        this.#removePeer(request);
        return;
      case 'stream-names':
        this.#server.answer(request.call, sorted(this.#machine.streams.keys()));
        return;
      case 'create-consumer':
        this.#createConsumer(request);
        return;
      case 'delete-consumer':
        this.#deleteConsumer(request);
        return;
      case 'consumer-names': {
        const stream = this.#machine.streams.get(request.stream);
        if (stream === undefined) this.#server.refuse(request.call, apiErrors.streamNotFound);
        else this.#server.answer(request.call, sorted(stream.consumers.keys()));
        return;
      }
      case 'publish':
      case 'stream-info':
      case 'purge':
      case 'message':
      case 'delete-message':
      case 'remove-acked':
      case 'stream-step-down':
      case 'consume':
      case 'consume-withdrawn':
      case 'pull':
      case 'ack':
      case 'consumer-info':
      case 'consumer-state':
      case 'consumer-step-down':
      case 'read':
      case 'read-all':
      case 'direct-message':
      case 'watch':
      case 'watch-stopped':
      case 'pull-stopped':
        return;
    }
  }

  committed(operation: Operation): void {
    if (operation.kind !== 'assign') return;
    if (this.#underWay > 0 && --this.#underWay === 0) this.#ahead = undefined;
    this.#server.cluster.assets.assign(this.#server, operation.assignment);
  }

  stop(): void {
    this.#stopped = true;
    if (this.ready) this.#server.unsubscribe(this.#replica.group.number, 'leaders');
    this.ready = false;
  }

  get #machine(): MetaMachine {
    return metaMachineOf(this.#replica.machine);
  }

  /** What exists or is about to. */
  get #state(): MetaMachine {
    return this.#ahead ?? this.#machine;
  }

  #propose(assignment: Assignment): void {
    const operation: Operation = { kind: 'assign', assignment };
    // A copy of all assignments is worth its price only while something is under way.
    this.#ahead ??= this.#machine.clone();
    this.#ahead.apply(operation);
    this.#underWay++;
    this.#replica.propose(operation);
  }

  #createStream({ settings, call }: Request<'create-stream'>): void {
    const { cluster } = this.#server;
    const wanted = effectiveStreamSettings(settings, cluster.profile);
    const known = this.#state.streams.get(wanted.name);
    const refusal =
      streamRefusal(wanted, Infinity) ??
      (known !== undefined && !sameStreamSettings(known.settings, wanted)
        ? apiErrors.streamNameInUse
        : undefined) ??
      (this.#taken(wanted) ? apiErrors.subjectsOverlap : undefined) ??
      (known === undefined ? this.#placementRefusal(wanted.replicas) : undefined);
    if (refusal === undefined) this.#propose({ kind: 'stream', settings: wanted, call });
    else this.#server.refuse(call, refusal);
  }

  #updateStream({ settings, call }: Request<'update-stream'>): void {
    const { cluster } = this.#server;
    const wanted = effectiveStreamSettings(settings, cluster.profile);
    const known = this.#state.streams.get(wanted.name);
    const refusal =
      known === undefined
        ? apiErrors.streamNotFound
        : (streamRefusal(wanted, Infinity) ??
          streamUpdateRefusal(known.settings, wanted, cluster.profile) ??
          (this.#taken(wanted) ? apiErrors.subjectsOverlap : undefined) ??
          (wanted.replicas === known.settings.replicas ? undefined : apiErrors.noPeers));
    if (refusal === undefined) this.#propose({ kind: 'stream', settings: wanted, call });
    else this.#server.refuse(call, refusal);
  }

  /** Servers with too many replicated assets take no more (jetstream §1J, §4). */
  #placementRefusal(replicas: number): Refusal | undefined {
    const { cluster } = this.#server;
    const fitting = cluster.servers.filter(
      (server) => server.up && (replicas === 1 || server.replicatedAssets < cluster.maxHaAssets),
    );
    return fitting.length < replicas ? apiErrors.noPeers : undefined;
  }

  /** Another server takes its place, where there is one that is no member (fault R8). */
  #removePeer({ stream, server, call }: Request<'remove-peer'>): void {
    const { cluster } = this.#server;
    const group = cluster.stream(stream)?.group;
    if (group === undefined) this.#server.refuse(call, apiErrors.streamNotFound);
    else if (!group.replicas.some((replica) => replica.server.name === server)) {
      this.#server.refuse(call, apiErrors.notAPeer);
    } else {
      const spare = spareServers(cluster, group);
      if (spare.length === 0) this.#server.refuse(call, apiErrors.peerRemapFailed);
      else {
        const replacement = cluster.random.pick(spare).name;
        this.#propose({ kind: 'stream-peer-removed', stream, server, replacement, call });
      }
    }
  }

  #createConsumer({ stream, settings, action: asked, call }: Request<'create-consumer'>): void {
    const { cluster } = this.#server;
    const { profile, mutations } = cluster;
    const action = profile.consumerActions ? asked : 'create-or-update';
    const assignment = this.#state.streams.get(stream);
    if (assignment === undefined) {
      this.#server.refuse(call, apiErrors.streamNotFound);
      return;
    }
    const wanted = effectiveConsumerSettings(settings, profile);
    const known = assignment.consumers.get(wanted.name);
    let refusal: Refusal | undefined = consumerRefusal(wanted, assignment.settings, profile);
    const { maxConsumers } = assignment.settings;
    // Servers of 2.9 count before they look whether the consumer is there.
    const isCounted = known === undefined ? action !== 'update' : !profile.consumerActions;
    if (refusal === undefined && isCounted && maxConsumers > 0) {
      if (assignment.consumers.size >= maxConsumers) refusal = apiErrors.maximumConsumers;
    }
    if (refusal === undefined && known !== undefined) {
      if (action === 'create' && !sameConsumerSettings(known, wanted) && !mutations.createOverwrites) {
        refusal = apiErrors.consumerExists;
      }
      refusal ??= consumerUpdateRefusal(known, wanted);
      if (
        refusal === undefined &&
        consumerReplicas(known, assignment.settings) !== consumerReplicas(wanted, assignment.settings)
      ) {
        refusal = apiErrors.noPeers;
      }
    } else if (refusal === undefined) {
      refusal = this.#newConsumerRefusal(assignment, wanted, action);
    }
    if (refusal === undefined) this.#propose({ kind: 'consumer', stream, settings: wanted, call });
    else this.#server.refuse(call, refusal);
  }

  #newConsumerRefusal(
    assignment: StreamAssignment,
    wanted: ReturnType<typeof effectiveConsumerSettings>,
    action: Request<'create-consumer'>['action'],
  ): Refusal | undefined {
    const { cluster } = this.#server;
    const { mutations } = cluster;
    if (action === 'update' && !mutations.updateCreates) return apiErrors.consumerDoesNotExist;
    if (consumerReplicas(wanted, assignment.settings) > 1) {
      const members = cluster.stream(assignment.settings.name)?.group.replicas ?? [];
      if (members.some(({ server }) => server.replicatedAssets > cluster.maxHaAssets)) {
        return apiErrors.insufficientResources;
      }
    }
    if (assignment.settings.retention !== 'workqueue') return undefined;
    return workQueueRefusal(
      wanted,
      assignment.consumers.size,
      (filter) => !mutations.workQueueOverlapAllowed && this.#filterTaken(assignment, wanted.name, filter),
      cluster.profile,
    );
  }

  /** Literal filters are looked up by number: a work queue has a consumer for every tool. */
  #filterTaken(assignment: StreamAssignment, name: string, filter: string): boolean {
    const { cluster } = this.#server;
    // A newer meta leader compares filters only; the server that runs the consumers sees one without.
    const seesUnfiltered = !cluster.profile.consumerActions;
    const asset =
      this.#underWay === 0 && cluster.profile.multiFilter
        ? cluster.stream(assignment.settings.name)
        : undefined;
    if (asset !== undefined && asset.consumers.size === assignment.consumers.size && !/[*>]/.test(filter)) {
      return asset
        .consumersOf(cluster.subjects.number(filter))
        .some((other) => other.name !== name && (seesUnfiltered || !other.filter.all));
    }
    for (const [other, { filterSubjects }] of assignment.consumers) {
      if (other === name) continue;
      if (filterSubjects.length === 0 && seesUnfiltered) return true;
      if (filterSubjects.some((taken) => filtersOverlap(filter, taken))) return true;
    }
    return false;
  }

  #deleteConsumer({ stream, consumer, call }: Request<'delete-consumer'>): void {
    const assignment = this.#state.streams.get(stream);
    if (assignment === undefined) {
      if (call !== undefined) this.#server.refuse(call, apiErrors.streamNotFound);
    } else if (!assignment.consumers.has(consumer)) {
      if (call !== undefined) this.#server.refuse(call, apiErrors.consumerNotFound);
    } else this.#propose({ kind: 'consumer-removed', stream, consumer, call });
  }

  /** Two streams never share a subject. */
  #taken(wanted: EffectiveStreamSettings): boolean {
    for (const { settings } of this.#state.streams.values()) {
      if (settings.name === wanted.name) continue;
      for (const subject of settings.subjects) {
        if (wanted.subjects.some((other) => filtersOverlap(other, subject))) return true;
      }
    }
    return false;
  }

  static #orphansDue(service: MetaService): void {
    service.#server.run(MetaService.#cleanOrphans, service, undefined);
  }

  /** A leader that has lost its state takes what it does not know for orphans (jetstream J83, fault D4). */
  static #cleanOrphans(service: MetaService): void {
    if (service.ready) service.#server.cluster.assets.keepOnly(service.#machine);
  }
}

function sorted(names: Iterable<string>): readonly string[] {
  return [...names].sort((a, b) => (a < b ? -1 : 1));
}
