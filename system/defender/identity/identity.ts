import type { Clock } from '../../ports/clock.ts';
import type { KeyValue, KeyValueEntry } from '../../ports/key-value.ts';
import type { Process } from '../../ports/process.ts';
import type { Random } from '../../ports/random.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { hasCode, passPortError } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';
import { ClaimRenewals } from './claim-renewals.ts';
import { decodeClaim, encodeClaim } from './claim.ts';
import type { Claim, ClaimMark } from './claim.ts';
import { Lease } from './lease.ts';
import type { RenewalOutcome } from './lease.ts';

export interface IdentityPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly process: Process;
  readonly telemetry: Telemetry;
}

/** How an id was given up; the field of the event `identity.released`. */
export type ReleaseOutcome = 'planned' | 'handed-over' | 'lost';

/** Tries of one release: a conflict means that a standby has just reserved the id. */
const releaseTries = 5;
const releasePauseMs = 100;

/** The id this process holds: kept by renewals, given up or handed over at the end (defender §2, §6). */
export class Identity {
  readonly id: string;
  readonly #ports: IdentityPorts;
  readonly #settings: DefenderSettings;
  readonly #bucket: KeyValue;
  readonly #lease: Lease;
  readonly #claimedMs: number;
  readonly #claimedAtMs: number;
  readonly #mapVersion: number;
  #mark: ClaimMark = 'held';
  #reservedBy = '';
  /** Of the claim as it now stands. */
  #renewals: ClaimRenewals | undefined;
  #released = false;

  constructor(
    ports: IdentityPorts,
    settings: DefenderSettings,
    bucket: KeyValue,
    id: string,
    revision: number,
    mapVersion: number,
  ) {
    this.id = id;
    this.#ports = ports;
    this.#settings = settings;
    this.#bucket = bucket;
    this.#lease = new Lease(bucket, id, revision, (value) => this.#isMine(value));
    this.#claimedMs = ports.clock.wallMs();
    this.#claimedAtMs = ports.clock.monotonicMs();
    this.#mapVersion = mapVersion;
  }

  /** How long this process has held the id. */
  heldMs(): number {
    return this.#ports.clock.monotonicMs() - this.#claimedAtMs;
  }

  /** One renewal by compare-and-set. After `lost` the id is another's and nothing may be done in its name. */
  async renew(): Promise<RenewalOutcome> {
    if (this.#released) return 'unknown';
    this.#renewals ??= this.#newRenewals();
    const value = this.#renewals.at(this.#ports.clock.wallMs());
    const outcome = await this.#lease.renew(value, this.#mark !== 'held', this.#adopt);
    if (outcome === 'lost') this.#leave('lost');
    return outcome;
  }

  /** From now on a standby may reserve the id. */
  async startDraining(): Promise<void> {
    if (this.#settings.policies.handOver === 'none') return;
    this.#mark = 'draining';
    this.#renewals = undefined;
    if ((await this.renew()) !== 'renewed') await this.renew();
  }

  /** Leaves the id to the standby that reserved it, or gives it back to the pool. */
  async release(): Promise<ReleaseOutcome> {
    for (let attempt = 0; attempt < releaseTries && !this.#released; attempt++) {
      const outcome = await this.#tryRelease();
      if (outcome !== undefined) return this.#leave(outcome);
      await this.#ports.clock.sleep(releasePauseMs);
    }
    return this.#leave('planned');
  }

  async #tryRelease(): Promise<ReleaseOutcome | undefined> {
    try {
      const entry = await this.#bucket.get(this.id);
      const claim = entry === undefined ? undefined : decodeClaim(entry.value);
      if (entry === undefined || claim?.uid !== this.#ports.process.uid) return 'lost';
      if (claim.reservedBy !== '' && this.#settings.policies.handOver === 'marks') {
        await this.#bucket.update(this.id, encodeClaim({ ...claim, mark: 'leaving' }), entry.revision);
        return 'handed-over';
      }
      await this.#bucket.delete(this.id, entry.revision);
      return 'planned';
    } catch (error) {
      passPortError(error);
      return hasCode(error, 'not-found') ? 'lost' : undefined;
    }
  }

  #leave(how: ReleaseOutcome): ReleaseOutcome {
    if (this.#released) return how;
    this.#released = true;
    const { process, telemetry } = this.#ports;
    telemetry.event({
      kind: 'identity.released',
      colour: this.#settings.colour,
      pod: process.name,
      defenderId: this.id,
      how,
    });
    return how;
  }

  #isMine(value: Uint8Array): boolean {
    return decodeClaim(value)?.uid === this.#ports.process.uid;
  }

  readonly #adopt = (entry: KeyValueEntry): void => {
    this.#reservedBy = decodeClaim(entry.value)?.reservedBy ?? '';
    this.#renewals = undefined;
  };

  #newRenewals(): ClaimRenewals {
    const { process } = this.#ports;
    return new ClaimRenewals({
      uid: process.uid,
      pod: process.name,
      claimedMs: this.#claimedMs,
      renewedMs: 0,
      mark: this.#mark,
      reservedBy: this.#reservedBy,
      mapVersion: this.#mapVersion,
    });
  }
}

/** A claim of this process as it is written when an id is taken. */
export function newClaim(ports: IdentityPorts, mapVersion: number): Uint8Array {
  const nowMs = ports.clock.wallMs();
  return encodeClaim({
    uid: ports.process.uid,
    pod: ports.process.name,
    claimedMs: nowMs,
    renewedMs: nowMs,
    mark: 'held',
    reservedBy: '',
    mapVersion,
  });
}

export interface PooledClaim {
  readonly entry: KeyValueEntry;
  readonly claim: Claim;
}

/** All claims of the pool by id. */
export async function readClaims(bucket: KeyValue): Promise<ReadonlyMap<string, PooledClaim>> {
  const claims = new Map<string, PooledClaim>();
  for (const entry of await bucket.entries()) {
    const claim = decodeClaim(entry.value);
    if (claim !== undefined) claims.set(entry.key, { entry, claim });
  }
  return claims;
}
