import type { Timer } from '../ports/clock.ts';
import type { KeyValue, KeyValueWatch } from '../ports/key-value.ts';
import type { NatsConnection } from '../ports/nats-connection.ts';
import type { AssignmentMap } from './assignment/assignment-map.ts';
import type { ConsumptionManager } from './consumption/consumption-manager.ts';
import type { DefenderPorts } from './defender-ports.ts';
import { Claimant } from './identity/claimant.ts';
import type { Identity } from './identity/identity.ts';
import { AgentLeaderLock } from './leadership/agent-leader-lock.ts';
import { KeyValueLeaderLock } from './leadership/kv-leader-lock.ts';
import type { LeaderLock, LeadershipHandlers } from './leadership/leader-lock.ts';
import { Leader } from './leadership/leader.ts';
import { encodeHeartbeat } from './membership/heartbeat-account.ts';
import { MapFollower } from './membership/map-follower.ts';
import { degradedLevel } from './metrics.ts';
import type { DefenderMetrics } from './metrics.ts';
import { bucketNames } from './names.ts';
import type { Pipeline } from './processing/pipeline.ts';
import { passPortError } from './retry.ts';
import type { DefenderSettings } from './settings.ts';
import type { StateMachine } from './state.ts';
import { subscriptionOf, unitsOf } from './units.ts';

/** What a member is made of. */
export interface MemberParts {
  readonly ports: DefenderPorts;
  readonly settings: DefenderSettings;
  readonly connection: NatsConnection;
  readonly state: StateMachine;
  readonly consumption: ConsumptionManager;
  readonly metrics: DefenderMetrics;
  readonly pipeline: Pipeline;
}

/** What a member does in the name of one id. */
interface Service {
  readonly identity: Identity;
  readonly lock: LeaderLock;
  leader: Leader | undefined;
  heartbeatWatch: KeyValueWatch | undefined;
}

/**
 * One Defender among the others: claims an id, beats, follows the map, leads if it falls to it, and degrades when NATS
 * cannot be reached: then it keeps its assignment for ever and processes what it can (defender §1).
 */
export class Member {
  readonly #parts: MemberParts;
  readonly #ids: KeyValue;
  readonly #heartbeats: KeyValue;
  readonly #leaderBucket: KeyValue;
  readonly #assignments: KeyValue;
  readonly #follower: MapFollower;
  readonly #unitCount: number;
  #claimant: Claimant | undefined;
  #service: Service | undefined;
  #beats: Timer | undefined;
  #appliedVersion = 0;
  #mapReadAtMs: number;
  #recheckAtMs: number;
  #degradedSinceMs: number | undefined;
  #graceUntilMs = 0;
  #isEnding = false;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    const { clock } = parts.ports;
    const names = bucketNames(parts.settings.bucketSuffix);
    this.#unitCount = unitsOf(parts.settings.tools, parts.settings.unitKind).length;
    this.#ids = parts.connection.keyValue(names.ids);
    this.#heartbeats = parts.connection.keyValue(names.heartbeats);
    this.#leaderBucket = parts.connection.keyValue(names.leader);
    this.#assignments = parts.connection.keyValue(names.assignments);
    this.#mapReadAtMs = clock.monotonicMs();
    this.#recheckAtMs = this.#mapReadAtMs + parts.settings.recheckMs;
    this.#follower = new MapFollower(parts.settings, clock, this.#assignments, (map) => {
      this.#apply(map);
    });
  }

  /** Begins to take part; runs on by itself. */
  start(): void {
    const { connection, ports, settings } = this.#parts;
    connection.onStatus((status) => {
      if (status === 'disconnected') this.#degrade();
    });
    this.#follower.start();
    // Spread by chance, so that the beats of a fleet that starts together do not come together.
    ports.clock.after(ports.random.integer(1, settings.heartbeatMs), () => {
      this.#beats = ports.clock.every(settings.heartbeatMs, () => {
        this.#beat();
      });
    });
    void this.#serve();
  }

  /** Looks for an id and serves in its name. */
  async #serve(): Promise<void> {
    const { ports, settings, state } = this.#parts;
    state.enter('claiming-id');
    const claimant = new Claimant(ports, settings, this.#ids, () => this.#readWithoutId(), state);
    this.#claimant = claimant;
    const identity = await claimant.claim();
    this.#claimant = undefined;
    if (identity === undefined || this.#isEnding) return;
    this.#begin(identity);
  }

  /** Without an id nothing is renewed: that the map can be read shows that NATS is back. */
  async #readWithoutId(): Promise<AssignmentMap | undefined> {
    const map = await this.#follower.read();
    this.#recover();
    return map;
  }

  #begin(identity: Identity): void {
    const { ports, state } = this.#parts;
    ports.process.setReady(true);
    state.enter('election');
    const lock = this.#lockOf(identity.id, {
      won: (term) => {
        this.#parts.metrics.leader.set(1);
        this.#lead(term);
      },
      lost: () => {
        this.#parts.metrics.leader.set(0);
        this.#endLeading();
      },
    });
    this.#service = { identity, lock, leader: undefined, heartbeatWatch: undefined };
    lock.start();
    state.enter('waiting-assignment');
    this.#appliedVersion = 0;
    if (this.#follower.current !== undefined) this.#apply(this.#follower.current);
    this.#beat();
  }

  #lockOf(defenderId: string, handlers: LeadershipHandlers): LeaderLock {
    const { ports, settings } = this.#parts;
    const { leadership } = settings;
    switch (leadership.kind) {
      case 'key-value':
        return new KeyValueLeaderLock(ports, settings, this.#leaderBucket, defenderId, handlers);
      case 'agent':
        return new AgentLeaderLock(
          ports,
          settings,
          leadership,
          defenderId,
          () => this.#follower.current?.term ?? 0,
          handlers,
        );
    }
  }

  #apply(map: AssignmentMap): void {
    const service = this.#service;
    if (service === undefined) return;
    if (this.#isEnding && this.#parts.settings.policies.mapWhileEnding === 'ignored') return;
    if (map.version === 0 || map.version === this.#appliedVersion) return;
    this.#appliedVersion = map.version;
    const { state } = this.#parts;
    const names = map.members.get(service.identity.id)?.units ?? [];
    state.mapSeen();
    this.#own(service, map, names);
  }

  #own(service: Service, map: AssignmentMap, names: readonly string[]): void {
    const { consumption, metrics, ports, settings } = this.#parts;
    consumption.own(
      names.map((name) => subscriptionOf(settings.unitKind, name)),
      new Set(map.members.keys()),
    );
    metrics.assignmentCoverage.set(names.length / this.#unitCount);
    ports.telemetry.event({
      kind: 'assignment.applied',
      colour: settings.colour,
      pod: ports.process.name,
      defenderId: service.identity.id,
      version: map.version,
      term: map.term,
      units: names.length,
      owned: names,
    });
  }

  #beat(): void {
    const { clock } = this.#parts.ports;
    const nowMs = clock.monotonicMs();
    this.#parts.consumption.beat(nowMs);
    if (this.#degradedSinceMs !== undefined) {
      const sinceMs = Math.min(this.#degradedSinceMs, this.#follower.confirmedAtMs);
      this.#parts.metrics.degradedLevel.set(degradedLevel(nowMs - sinceMs));
    }
    const service = this.#service;
    if (service === undefined) return;
    void this.#renewClaim(service);
    void this.#sendHeartbeat(service);
    if (this.#degradedSinceMs === undefined) void service.lock.beat();
    else if (service.lock.term !== undefined)
      void service.lock.beatWithoutNats(nowMs - this.#degradedSinceMs);
    if (nowMs - this.#mapReadAtMs >= this.#parts.settings.mapReadMs) {
      this.#mapReadAtMs = nowMs;
      this.#readMap();
    }
    if (nowMs >= this.#recheckAtMs) {
      this.#recheckAtMs = nowMs + this.#parts.settings.recheckMs;
      void this.#parts.pipeline.recheck();
    }
  }

  #readMap(): void {
    this.#follower.read().catch(passPortError);
  }

  async #renewClaim(service: Service): Promise<void> {
    const outcome = await service.identity.renew();
    if (this.#service !== service) return;
    switch (outcome) {
      case 'renewed':
        this.#recover();
        return;
      case 'unknown':
        this.#degrade();
        return;
      case 'lost':
        this.#loseIdentity(service);
        return;
    }
  }

  async #sendHeartbeat(service: Service): Promise<void> {
    const { clock } = this.#parts.ports;
    try {
      const revision = await this.#heartbeats.put(service.identity.id, encodeHeartbeat(clock.wallMs()));
      if (service.leader === undefined) return;
      service.leader.confirmBeat(revision);
      // Right after an own beat got through a fresh read is there to be had.
      await service.leader.check();
    } catch (error) {
      passPortError(error);
      // The next beat comes anyway; a leader takes its own missing beats as lack of evidence.
    }
  }

  #degrade(): void {
    if (this.#degradedSinceMs !== undefined || this.#isEnding) return;
    this.#degradedSinceMs = this.#parts.ports.clock.monotonicMs();
    this.#parts.state.degrade();
    switch (this.#parts.settings.policies.assignmentWhenDegraded) {
      case 'kept':
        return;
      case 'let-go':
        this.#letGo();
        return;
    }
  }

  #letGo(): void {
    const { current } = this.#follower;
    if (this.#service !== undefined && current !== undefined) this.#own(this.#service, current, []);
    this.#appliedVersion = 0;
  }

  /** A write that just succeeded is as fresh as it gets. */
  #recover(): void {
    if (this.#degradedSinceMs === undefined || this.#parts.connection.status() !== 'connected') return;
    this.#degradedSinceMs = undefined;
    this.#graceUntilMs = this.#parts.ports.clock.monotonicMs() + this.#parts.settings.recoveryGraceMs;
    this.#parts.metrics.degradedLevel.set(0);
    this.#parts.state.recover();
    if (this.#appliedVersion === 0 && this.#follower.current !== undefined)
      this.#apply(this.#follower.current);
    this.#readMap();
  }

  #loseIdentity(service: Service): void {
    const { consumption, state } = this.#parts;
    consumption.abandon();
    service.lock.abandon('the id is lost');
    service.lock.stop();
    this.#service = undefined;
    this.#recover();
    state.defenderId = '';
    if (!this.#isEnding) void this.#serve();
  }

  #lead(term: number): void {
    const service = this.#service;
    if (service === undefined) return;
    const { ports, settings, state } = this.#parts;
    const leader = new Leader(
      ports,
      settings,
      { ids: this.#ids, heartbeats: this.#heartbeats, assignments: this.#assignments },
      {
        defenderId: service.identity.id,
        term,
        units: unitsOf(settings.tools, settings.unitKind),
        state,
        isFirm: () => service.lock.isHeldFirmly(),
        isDegraded: () => this.#degradedSinceMs !== undefined,
        isNewcomer: () => service.identity.heldMs() < settings.windows.coldStartMs,
        mayDeclareDeath: () => ports.clock.monotonicMs() >= this.#graceUntilMs,
        stepDown: (reason) => {
          service.lock.stepDown(reason);
        },
      },
    );
    service.leader = leader;
    service.heartbeatWatch = this.#heartbeats.watch({
      entry: (entry) => {
        leader.observe(entry);
      },
    });
    void this.#sendHeartbeat(service);
  }

  #endLeading(): void {
    const service = this.#service;
    if (service === undefined) return;
    service.leader?.stop();
    service.heartbeatWatch?.stop();
    service.leader = undefined;
    service.heartbeatWatch = undefined;
    this.#parts.state.settle();
  }

  /** First step of the end: no new id, no new map, a mark on the claim. The beats go on. */
  async startEnding(): Promise<void> {
    this.#isEnding = true;
    this.#claimant?.cancel();
    this.#service?.lock.withdrawUnlessLeading();
    await this.#service?.identity.startDraining();
  }

  /** Gives the id back or hands it on; with what is left of the id, `endService` follows. */
  async releaseIdentity(): Promise<boolean> {
    this.#beats?.cancel();
    const service = this.#service;
    if (service === undefined) return false;
    return (await service.identity.release()) === 'handed-over';
  }

  async releaseLeadership(): Promise<void> {
    const lock = this.#service?.lock;
    await lock?.release();
    lock?.stop();
    this.#follower.stop();
  }

  /** A heartbeat that stays behind belongs to the successor; one that goes tells the leader of a planned leave. */
  async deleteHeartbeat(): Promise<void> {
    const service = this.#service;
    if (service !== undefined) await this.#heartbeats.delete(service.identity.id);
  }
}
