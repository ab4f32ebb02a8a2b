import type { Clock } from '../../ports/clock.ts';
import type { KeyValue, KeyValueEntry, KeyValueWatch } from '../../ports/key-value.ts';
import type { Process } from '../../ports/process.ts';
import type { Random } from '../../ports/random.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { Lease } from '../identity/lease.ts';
import { leaderKey } from '../names.ts';
import { passPortError } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';
import type { LeaderLock, LeadershipHandlers } from './leader-lock.ts';
import { Tenure } from './tenure.ts';

export interface KeyValueLeaderLockPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly process: Process;
  readonly telemetry: Telemetry;
}

/** Candidates that see the lock given up do not all reach for it at once. */
const candidacyJitterMs = 300;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Leadership as a key that is held by compare-and-set (delivery R20, defender §2). The revision that a term begins with is
 * its fencing token. A candidate takes the lock when it has seen it unchanged for `leaderDeadAfterMs` by its own clock
 * and a read just made agrees; a leader that could not renew for as long gives up by itself.
 */
export class KeyValueLeaderLock implements LeaderLock {
  readonly #ports: KeyValueLeaderLockPorts;
  readonly #settings: DefenderSettings;
  readonly #bucket: KeyValue;
  readonly #tenure: Tenure;
  readonly #value: Uint8Array;
  #seenRevision = 0;
  #seenAtMs: number;
  #isFree = false;
  #isReaching = false;
  #isCandidate = true;
  #lease: Lease | undefined;
  #watch: KeyValueWatch | undefined;

  constructor(
    ports: KeyValueLeaderLockPorts,
    settings: DefenderSettings,
    bucket: KeyValue,
    defenderId: string,
    handlers: LeadershipHandlers,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#bucket = bucket;
    this.#tenure = new Tenure(ports, settings, defenderId, handlers, settings.leaderDeadAfterMs);
    this.#value = encoder.encode(`${ports.process.uid} ${defenderId}`);
    this.#seenAtMs = ports.clock.monotonicMs();
  }

  get term(): number | undefined {
    return this.#tenure.term;
  }

  isHeldFirmly(): boolean {
    return this.#tenure.isFirm();
  }

  start(): void {
    this.#watch = this.#bucket.watch({
      entry: (entry) => {
        if (entry.key === leaderKey) this.#observe(entry);
      },
      initialised: () => {
        this.#initialised();
      },
    });
  }

  stop(): void {
    this.#watch?.stop();
  }

  /** A change of the lock, from the watch. */
  #observe(entry: KeyValueEntry): void {
    if (entry.revision <= this.#seenRevision) return;
    this.#seenRevision = entry.revision;
    this.#seenAtMs = this.#ports.clock.monotonicMs();
    this.#isFree = entry.operation === 'delete';
    if (this.#isFree) this.#reach();
  }

  /** The watch has told all that there was: no lock, if none came. */
  #initialised(): void {
    if (this.#seenRevision === 0) {
      this.#isFree = true;
      this.#reach();
    }
  }

  /** Reaches for a lock that is free, after a moment's jitter. */
  #reach(): void {
    if (!this.#isCandidate || this.term !== undefined) return;
    this.#ports.clock.after(this.#ports.random.integer(0, candidacyJitterMs), () => {
      if (this.#isFree) void this.#take();
    });
  }

  async beat(): Promise<void> {
    if (this.#lease !== undefined) await this.#renew(this.#lease);
    else if (this.#isFree || this.#isStale()) await this.#take();
  }

  async release(): Promise<void> {
    this.#isCandidate = false;
    const lease = this.#lease;
    if (lease === undefined) return;
    this.#lose('released');
    try {
      await this.#bucket.delete(leaderKey, lease.revision);
    } catch (error) {
      passPortError(error);
      // The others find the lock unchanged after leaderDeadAfterMs.
    }
  }

  /** Without NATS the lock cannot be renewed, so it is lost in its time. */
  async beatWithoutNats(): Promise<void> {
    if (this.#lease !== undefined) await this.#renew(this.#lease);
  }

  withdrawUnlessLeading(): void {
    if (this.term === undefined) this.#isCandidate = false;
  }

  stepDown(reason: string): void {
    if (this.term !== undefined && this.#settings.policies.fencing === 'by-term') this.#lose(reason);
  }

  abandon(reason: string): void {
    this.#isCandidate = false;
    if (this.term !== undefined) this.#lose(reason);
  }

  #isStale(): boolean {
    return this.#ports.clock.monotonicMs() - this.#seenAtMs >= this.#settings.leaderDeadAfterMs;
  }

  async #renew(lease: Lease): Promise<void> {
    const startedMs = this.#ports.clock.monotonicMs();
    const outcome = await lease.renew(this.#value, false);
    if (this.#lease !== lease) return;
    switch (outcome) {
      case 'renewed':
        this.#tenure.renewed(startedMs);
        break;
      case 'lost':
        if (this.#settings.policies.fencing === 'by-term') this.#lose('another process has the lock');
        break;
      case 'unknown':
        if (!this.isHeldFirmly()) this.#lose('could not renew in time');
        break;
    }
  }

  async #take(): Promise<void> {
    if (!this.#isCandidate || this.#isReaching || this.term !== undefined) return;
    this.#isReaching = true;
    try {
      const startedMs = this.#ports.clock.monotonicMs();
      const revision = await this.#takeLock();
      if (revision !== undefined && this.#isCandidate) this.#win(revision, startedMs);
    } catch (error) {
      // Whoever got it is seen by the watch, or by the next look.
      passPortError(error);
    } finally {
      this.#isReaching = false;
    }
  }

  /** Undefined where a read shows that the leader lives after all, as when the watch has stopped in silence. */
  async #takeLock(): Promise<number | undefined> {
    if (this.#isFree) {
      this.#isFree = false;
      return this.#bucket.create(leaderKey, this.#value);
    }
    const entry = await this.#bucket.get(leaderKey);
    if (entry === undefined) return this.#bucket.create(leaderKey, this.#value);
    if (entry.revision > this.#seenRevision) {
      this.#observe(entry);
      return undefined;
    }
    if (!this.#isStale()) return undefined;
    return this.#bucket.update(leaderKey, this.#value, entry.revision);
  }

  #win(revision: number, startedMs: number): void {
    this.#lease = new Lease(this.#bucket, leaderKey, revision, (value) => this.#isMine(value));
    this.#tenure.begin(revision, startedMs);
  }

  #lose(reason: string): void {
    this.#lease = undefined;
    this.#seenAtMs = this.#ports.clock.monotonicMs();
    this.#tenure.end(reason);
  }

  #isMine(value: Uint8Array): boolean {
    return decoder.decode(value).startsWith(`${this.#ports.process.uid} `);
  }
}
