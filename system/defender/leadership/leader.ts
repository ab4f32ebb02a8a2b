import type { Clock, Timer } from '../../ports/clock.ts';
import type { KeyValue, KeyValueEntry } from '../../ports/key-value.ts';
import type { Process } from '../../ports/process.ts';
import type { RebalanceReason } from '../../ports/system-event.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { decodeMap, encodeMap } from '../assignment/assignment-map.ts';
import type { AssignmentMap } from '../assignment/assignment-map.ts';
import { compareNames } from '../assignment/compare.ts';
import { readClaims } from '../identity/identity.ts';
import { HeartbeatAccount } from '../membership/heartbeat-account.ts';
import { assignmentKey } from '../names.ts';
import { hasCode, passPortError } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';
import type { StateMachine } from '../state.ts';
import type { Unit } from '../units.ts';
import { computePublication, emptyMap, shouldReweigh } from './publication.ts';
import type { Publication } from './publication.ts';
import { RebalancePlanner } from './rebalance-planner.ts';
import type { Topology } from './rebalance-planner.ts';

export interface LeaderPorts {
  readonly clock: Clock;
  readonly process: Process;
  readonly telemetry: Telemetry;
}

export interface LeaderBuckets {
  readonly ids: KeyValue;
  readonly heartbeats: KeyValue;
  readonly assignments: KeyValue;
}

/** What a leader needs to know of the member that it is. */
export interface LeaderOffice {
  readonly defenderId: string;
  readonly term: number;
  readonly units: readonly Unit[];
  readonly state: StateMachine;
  isFirm(): boolean;
  isDegraded(): boolean;
  /** It holds its id for less than a cold start takes: the others may have come as lately. */
  isNewcomer(): boolean;
  /** No emergency in the grace after having been degraded (defender §1). */
  mayDeclareDeath(): boolean;
  /** Another term has published: this one is over. */
  stepDown(reason: string): void;
}

const retryPauseMs = 500;
/** Death and windows are looked at when they are due, but no more often than this. */
const leastWaitMs = 50;
/** A heartbeat that is half an interval overdue was missed, by whatever was late. */
const missedBeats = 1.5;

/** One term of leadership: watches the members, decides when a map is due, computes and publishes it (defender §2–§4). */
export class Leader {
  readonly #ports: LeaderPorts;
  readonly #settings: DefenderSettings;
  readonly #buckets: LeaderBuckets;
  readonly #office: LeaderOffice;
  readonly #account: HeartbeatAccount;
  readonly #planner: RebalancePlanner;
  readonly #declaredDead = new Set<string>();
  /** Members of which at least one heartbeat is missing. */
  readonly #missing = new Set<string>();
  /** Members of the map in force that were gone since it was published, and had come back when this term began. */
  #returned: ReadonlySet<string> = new Set();
  #current: { readonly map: AssignmentMap; readonly revision: number } | undefined;
  #pending: Publication | undefined;
  #shouldReweigh = false;
  /** Of the leader's own last heartbeat, and of its first in this term: what is older was written before the term. */
  #ownRevision = 0;
  #firstRevision: number | undefined;
  #isChecking = false;
  #isStopped = false;
  #timer: Timer | undefined;

  constructor(ports: LeaderPorts, settings: DefenderSettings, buckets: LeaderBuckets, office: LeaderOffice) {
    this.#ports = ports;
    this.#settings = settings;
    this.#buckets = buckets;
    this.#office = office;
    const nowMs = ports.clock.monotonicMs();
    this.#account = new HeartbeatAccount(settings.heartbeatMs, nowMs);
    this.#planner = new RebalancePlanner(settings, nowMs);
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
  }

  /** A heartbeat, from the watch. */
  observe(entry: KeyValueEntry): void {
    if (entry.operation === 'delete') return;
    const isNew = !this.#account.knows(entry.key);
    this.#account.observe(entry, this.#ports.clock.monotonicMs());
    if (isNew) this.#checkIn(leastWaitMs);
  }

  /** The leader's own heartbeat got through: evidence counts again, and reads can be told fresh from stale. */
  confirmBeat(revision: number): void {
    this.#ownRevision = Math.max(this.#ownRevision, revision);
    this.#firstRevision ??= revision;
    this.#account.confirmBeat(this.#ports.clock.monotonicMs());
  }

  /** The topology check, on every beat and whenever something is due. Never rejects. */
  async check(): Promise<void> {
    if (this.#isChecking || this.#isStopped || this.#office.isDegraded()) return;
    this.#isChecking = true;
    try {
      this.#current ??= await this.#stamp();
      if (this.#current !== undefined) await this.#rebalance(this.#current);
    } catch (error) {
      // The next beat looks again; without a read there is no evidence and nothing to decide.
      passPortError(error);
    } finally {
      this.#isChecking = false;
    }
  }

  /**
   * Reads the map in force and puts this term on it: from now on an older leader meets another revision, and members
   * refuse its term. Nothing else of the map changes.
   */
  async #stamp(): Promise<{ map: AssignmentMap; revision: number } | undefined> {
    const { assignments } = this.#buckets;
    const entry = await assignments.get(assignmentKey);
    const found = entry === undefined ? undefined : decodeMap(entry.value);
    if (found !== undefined && found.term > this.#office.term) {
      this.#office.stepDown('a later term has published');
      return undefined;
    }
    if (found?.term === this.#office.term && found.version === this.#pending?.map.version) {
      this.#announce(this.#pending);
    }
    this.#pending = undefined;
    const map =
      found === undefined
        ? emptyMap(this.#office.term, this.#ports.clock.wallMs())
        : { ...found, term: this.#office.term };
    const returned = await this.#findReturned(map);
    if (this.#isStopped || !this.#office.isFirm()) return undefined;
    this.#returned = returned;
    const bytes = encodeMap(map);
    const revision =
      entry === undefined
        ? await assignments.create(assignmentKey, bytes)
        : await assignments.update(assignmentKey, bytes, entry.revision);
    const nowMs = this.#ports.clock.monotonicMs();
    for (const member of map.members.keys()) this.#account.expect(member, nowMs);
    this.#shouldReweigh = shouldReweigh(this.#settings, this.#office.units, map);
    return { map, revision };
  }

  /** Where the leader itself is new, whoever returned with it is no sign that the cluster went on (defender §3, timeline 7). */
  async #findReturned(map: AssignmentMap): Promise<ReadonlySet<string>> {
    const returned = new Set<string>();
    if (map.version === 0 || !this.#office.isNewcomer()) return returned;
    for (const [id, { claim }] of await readClaims(this.#buckets.ids)) {
      if (map.members.has(id) && claim.mapVersion === map.version) returned.add(id);
    }
    return returned;
  }

  async #rebalance(current: { readonly map: AssignmentMap; readonly revision: number }): Promise<void> {
    const topology = await this.#readTopology(current.map);
    if (topology === undefined || this.#isStopped) return;
    const nowMs = this.#ports.clock.monotonicMs();
    const { state } = this.#office;
    const decision = this.#planner.decide(nowMs, current.map, topology, this.#shouldReweigh);
    switch (decision.kind) {
      case 'nothing':
        state.settle();
        this.#checkIn(this.#nextDeathInMs(nowMs));
        return;
      case 'wait':
        state.enter('scaling');
        this.#checkIn(Math.min(decision.remainingMs, this.#nextDeathInMs(nowMs)));
        return;
      case 'publish':
        await this.#publish(current, [...topology.alive].sort(compareNames), decision.reason);
        return;
    }
  }

  /** Undefined where the read was stale: nothing may be decided on it (defender §1, "fresh reads"). */
  async #readTopology(map: AssignmentMap): Promise<Topology | undefined> {
    const { defenderId } = this.#office;
    const wantedRevision = this.#ownRevision;
    const entries = await this.#buckets.heartbeats.entries();
    const own = entries.find(({ key }) => key === defenderId);
    if (!this.#settings.policies.isFreshRead(own?.revision, wantedRevision)) return undefined;
    const nowMs = this.#ports.clock.monotonicMs();
    for (const entry of entries) this.#account.observe(entry, nowMs);
    const present = new Map(entries.map(({ key, revision }) => [key, revision]));
    const isAbsent = [...map.members.keys()].some((member) => !present.has(member));
    const claims = isAbsent ? await readClaims(this.#buckets.ids) : undefined;

    const alive = new Set([defenderId]);
    const dead = new Set<string>();
    for (const id of this.#account.ids()) {
      const isMember = map.members.has(id);
      if (isMember) this.#noteSilence(id, nowMs);
      if (!present.has(id) && (!isMember || claims?.has(id) !== true)) {
        this.#account.forget(id);
        this.#declaredDead.delete(id);
      } else if ((isMember || this.#isOfThisTerm(present.get(id))) && !this.#isSilent(id, nowMs)) {
        alive.add(id);
        this.#declaredDead.delete(id);
      } else if (isMember && !this.#office.mayDeclareDeath()) {
        alive.add(id);
      } else if (isMember) {
        dead.add(id);
        this.#declareDead(id, nowMs);
      }
    }
    const isSurvivor = (id: string): boolean => map.members.has(id) && !this.#returned.has(id);
    return { alive, dead, survivors: [...alive].filter(isSurvivor).length };
  }

  /** An older heartbeat may be one that a dead member left behind: whoever joins beats again. */
  #isOfThisTerm(revision: number | undefined): boolean {
    return revision !== undefined && this.#firstRevision !== undefined && revision >= this.#firstRevision;
  }

  #isSilent(id: string, nowMs: number): boolean {
    if (id === this.#office.defenderId) return false;
    return this.#settings.policies.deadVerdict({
      silentMs: this.#account.silentMs(id, nowMs),
      deadAfterMs: this.#settings.deadAfterMs,
      heartbeatWallMs: this.#account.lastWallMs(id),
      leaderWallMs: this.#ports.clock.wallMs(),
    });
  }

  #noteSilence(id: string, nowMs: number): void {
    const silentMs = this.#account.silentMs(id, nowMs);
    if (silentMs < missedBeats * this.#settings.heartbeatMs) this.#missing.delete(id);
    else if (!this.#missing.has(id)) {
      this.#missing.add(id);
      this.#ports.telemetry.event({
        kind: 'member.silent',
        colour: this.#settings.colour,
        defenderId: id,
        silentMs,
      });
    }
  }

  #declareDead(id: string, nowMs: number): void {
    if (this.#declaredDead.has(id)) return;
    this.#declaredDead.add(id);
    this.#ports.telemetry.event({
      kind: 'member.dead',
      colour: this.#settings.colour,
      defenderId: id,
      silentMs: this.#account.silentMs(id, nowMs),
    });
  }

  #nextDeathInMs(nowMs: number): number {
    let nextMs = this.#settings.deadAfterMs;
    for (const id of this.#account.ids()) {
      if (id === this.#office.defenderId) continue;
      const remainingMs = this.#settings.deadAfterMs - this.#account.silentMs(id, nowMs);
      if (remainingMs > 0) nextMs = Math.min(nextMs, remainingMs);
    }
    return nextMs;
  }

  #checkIn(delayMs: number): void {
    this.#timer?.cancel();
    if (this.#isStopped) return;
    this.#timer = this.#ports.clock.after(Math.max(leastWaitMs, Math.ceil(delayMs)), () => {
      this.#due();
    });
  }

  /** A timer that was set for a death which did not happen only sets the next one: no read for nothing. */
  #due(): void {
    const nowMs = this.#ports.clock.monotonicMs();
    const { activity } = this.#office.state;
    const mayBeDead = this.#account.ids().some((id) => this.#isSilent(id, nowMs));
    if (mayBeDead || activity !== 'stable') void this.check();
    else this.#checkIn(this.#nextDeathInMs(nowMs));
  }

  async #publish(
    current: { readonly map: AssignmentMap; readonly revision: number },
    members: readonly string[],
    reason: RebalanceReason,
  ): Promise<void> {
    if (!this.#office.isFirm()) return;
    const { state, term, units } = this.#office;
    if (reason === 'crash') state.enter('emergency');
    else {
      state.enter('scaling');
      state.enter('rebalancing');
    }
    const { clock } = this.#ports;
    const publication = computePublication(
      this.#settings,
      units,
      current.map,
      members,
      reason,
      term,
      clock.wallMs(),
    );
    this.#pending = publication;
    const { process, telemetry } = this.#ports;
    telemetry.event({ kind: 'assignment.computed', pod: process.name, ...publication.change });
    try {
      const revision = await this.#write(publication, current.revision);
      this.#current = { map: publication.map, revision };
      state.mapSeen();
      this.#announce(publication);
    } catch (error) {
      passPortError(error);
      this.#current = undefined;
      if (hasCode(error, 'wrong-revision')) this.#pending = undefined;
      this.#checkIn(retryPauseMs);
    } finally {
      if (!this.#isStopped) state.settle();
    }
  }

  #write(publication: Publication, revision: number): Promise<number> {
    const bytes = encodeMap(publication.map);
    switch (this.#settings.policies.fencing) {
      case 'by-term':
        return this.#buckets.assignments.update(assignmentKey, bytes, revision);
      case 'none':
        return this.#buckets.assignments.put(assignmentKey, bytes);
    }
  }

  #announce(publication: Publication): void {
    this.#pending = undefined;
    this.#shouldReweigh = false;
    this.#returned = new Set();
    this.#declaredDead.clear();
    this.#planner.published(this.#ports.clock.monotonicMs());
    const { change, reason } = publication;
    const { colour } = this.#settings;
    const { telemetry } = this.#ports;
    telemetry.counter('tfdc_defender_rebalances_total', { colour, reason }).add(1);
    telemetry.event({ kind: 'assignment.published', ...change });
  }
}
