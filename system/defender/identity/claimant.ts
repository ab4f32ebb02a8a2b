import type { KeyValue } from '../../ports/key-value.ts';
import type { AssignmentMap } from '../assignment/assignment-map.ts';
import { ChangeAccount } from '../membership/change-account.ts';
import { defenderIdAt } from '../names.ts';
import { hasCode, passPortError } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';
import type { StateMachine } from '../state.ts';
import { encodeClaim } from './claim.ts';
import { Identity, newClaim, readClaims } from './identity.ts';
import type { IdentityPorts, PooledClaim } from './identity.ts';

/** Lost races before the pool is read anew, so that many pods that start at once do not all try all ids. */
const racesBeforeReading = 4;
/** Then at most this long a pause: a start of the whole cluster should take a second, not many. */
const racePauseMs = 200;
const exhaustedPauseMs = 5_000;

/**
 * A process in search of an id (defender §2, §6). In a cold start it takes the first free one. Where a map is in force it
 * first waits as a standby: reserves a claim that drains and takes it over when its pod leaves; takes at once an id that
 * the map names and nobody claims; and after the hold-off any free one.
 */
export class Claimant {
  readonly #ports: IdentityPorts;
  readonly #settings: DefenderSettings;
  readonly #bucket: KeyValue;
  readonly #currentMap: () => Promise<AssignmentMap | undefined>;
  readonly #state: StateMachine;
  #account = new ChangeAccount();
  /** When the pool was last read. */
  #readMs = -Infinity;
  readonly #startedMs: number;
  #handOverSeenMs = -Infinity;
  #reserved: string | undefined;
  #isRacing = false;
  #isWanted = true;

  constructor(
    ports: IdentityPorts,
    settings: DefenderSettings,
    bucket: KeyValue,
    currentMap: () => Promise<AssignmentMap | undefined>,
    state: StateMachine,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#bucket = bucket;
    this.#currentMap = currentMap;
    this.#state = state;
    this.#startedMs = ports.clock.monotonicMs();
  }

  /** Undefined after `cancel`. Never rejects: what fails is tried again. */
  async claim(): Promise<Identity | undefined> {
    while (this.#isWanted) {
      try {
        const identity = await this.#attempt();
        if (identity !== undefined) return identity;
      } catch (error) {
        // Reading or writing the pool failed: nothing is known and nothing is held, so the next look decides.
        passPortError(error);
      }
      const { clock, random } = this.#ports;
      const pauseMs = this.#isRacing ? random.integer(10, racePauseMs) : this.#settings.standbyPollMs;
      if (this.#isWanted) await clock.sleep(pauseMs);
    }
    return undefined;
  }

  cancel(): void {
    this.#isWanted = false;
  }

  async #attempt(): Promise<Identity | undefined> {
    this.#isRacing = false;
    if (this.#state.activity === 'init') this.#state.enter('claiming-id');
    const map = await this.#currentMap();
    const claims = await readClaims(this.#bucket);
    const nowMs = this.#ports.clock.monotonicMs();
    // What could not be looked at is not known to have stood still: whoever could not read may have been cut off with the holder.
    if (nowMs - this.#readMs > this.#settings.claimTtlMs / 2) this.#account = new ChangeAccount();
    this.#readMs = nowMs;
    for (const [id, { entry }] of claims) this.#account.observe(id, entry.revision, nowMs);
    const own = this.#ownClaim(claims);
    if (own !== undefined) return own;

    if (map === undefined || map.version === 0 || this.#settings.policies.handOver === 'none') {
      return this.#claimFree(claims, map?.version ?? 0, () => true);
    }
    this.#state.enter('standby');
    this.#ports.process.setReady(true);
    const inherited = await this.#inherit(claims, nowMs);
    if (inherited !== undefined || this.#reserved !== undefined) return inherited;
    // While ids are handed on there are more standbys than marks at a time: the next mark may be this one's.
    for (const { claim } of claims.values()) if (claim.mark !== 'held') this.#handOverSeenMs = nowMs;
    const sinceMs = Math.max(this.#startedMs, this.#handOverSeenMs);
    const isHoldOffOver = nowMs - sinceMs >= this.#settings.standbyHoldOffMs;
    return this.#claimFree(
      claims,
      map.version,
      (id) => isHoldOffOver || (map.members.has(id) && !claims.has(id)),
    );
  }

  /** A claim that a write of ours made although it timed out. */
  #ownClaim(claims: ReadonlyMap<string, PooledClaim>): Identity | undefined {
    for (const [id, { entry, claim }] of claims) {
      if (claim.uid === this.#ports.process.uid)
        return this.#identity(id, entry.revision, claim.mapVersion, false);
    }
    return undefined;
  }

  async #inherit(claims: ReadonlyMap<string, PooledClaim>, nowMs: number): Promise<Identity | undefined> {
    const { uid } = this.#ports.process;
    this.#reserved = undefined;
    for (const [id, { claim }] of claims) if (claim.reservedBy === uid) this.#reserved = id;
    if (this.#reserved === undefined) {
      await this.#reserve(claims);
      return undefined;
    }
    const reserved = claims.get(this.#reserved);
    if (reserved === undefined) return undefined;
    const isAbandoned = this.#account.unchangedMs(this.#reserved, nowMs) >= this.#settings.claimTtlMs;
    if (reserved.claim.mark !== 'leaving' && !isAbandoned) return undefined;
    const { mapVersion } = reserved.claim;
    const value = newClaim(this.#ports, mapVersion);
    const revision = await this.#bucket.update(this.#reserved, value, reserved.entry.revision);
    return this.#identity(this.#reserved, revision, mapVersion, true);
  }

  async #reserve(claims: ReadonlyMap<string, PooledClaim>): Promise<void> {
    for (const [id, { entry, claim }] of claims) {
      if (claim.mark !== 'draining' || claim.reservedBy !== '') continue;
      const reservation = encodeClaim({ ...claim, reservedBy: this.#ports.process.uid });
      const revision = await this.#unlessRaced(this.#bucket.update(id, reservation, entry.revision));
      if (revision === undefined) continue;
      this.#account.observe(id, revision, this.#ports.clock.monotonicMs());
      this.#reserved = id;
      const { process, telemetry } = this.#ports;
      telemetry.event({
        kind: 'identity.reserved',
        colour: this.#settings.colour,
        pod: process.name,
        defenderId: id,
      });
      return;
    }
  }

  async #claimFree(
    claims: ReadonlyMap<string, PooledClaim>,
    mapVersion: number,
    isAllowed: (id: string) => boolean,
  ): Promise<Identity | undefined> {
    const nowMs = this.#ports.clock.monotonicMs();
    let races = 0;
    let taken = 0;
    for (let index = 0; index < this.#settings.poolSize && races < racesBeforeReading; index++) {
      const id = defenderIdAt(index);
      const present = claims.get(id);
      if (present !== undefined) taken++;
      if (!isAllowed(id)) continue;
      if (present !== undefined && this.#account.unchangedMs(id, nowMs) < this.#settings.claimTtlMs) continue;
      const revision = await this.#unlessRaced(this.#take(id, present, mapVersion));
      if (revision !== undefined) return this.#identity(id, revision, mapVersion, false);
      races++;
    }
    this.#isRacing = races > 0;
    if (taken >= this.#settings.poolSize) {
      this.#state.enter('init');
      await this.#ports.clock.sleep(exhaustedPauseMs);
    }
    return undefined;
  }

  #take(id: string, present: PooledClaim | undefined, mapVersion: number): Promise<number> {
    const value = newClaim(this.#ports, mapVersion);
    switch (this.#settings.policies.takeOver) {
      case 'compare-and-set':
        return present === undefined
          ? this.#bucket.create(id, value)
          : this.#bucket.update(id, value, present.entry.revision);
      case 'overwrite':
        return this.#bucket.put(id, value);
    }
  }

  async #unlessRaced(write: Promise<number>): Promise<number | undefined> {
    try {
      return await write;
    } catch (error) {
      if (hasCode(error, 'wrong-revision')) return undefined;
      throw error;
    }
  }

  #identity(id: string, revision: number, mapVersion: number, inherited: boolean): Identity {
    const { process, telemetry } = this.#ports;
    this.#state.defenderId = id;
    telemetry.event({
      kind: 'identity.claimed',
      colour: this.#settings.colour,
      pod: process.name,
      defenderId: id,
      inherited,
    });
    return new Identity(this.#ports, this.#settings, this.#bucket, id, revision, mapVersion);
  }
}
