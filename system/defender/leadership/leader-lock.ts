import type { Clock } from '../../ports/clock.ts';
import type { KeyValue, KeyValueEntry } from '../../ports/key-value.ts';
import type { Process } from '../../ports/process.ts';
import type { Random } from '../../ports/random.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import { Lease } from '../identity/lease.ts';
import { leaderKey } from '../names.ts';
import { passPortError } from '../retry.ts';
import type { DefenderSettings } from '../settings.ts';

export interface LeaderLockPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly process: Process;
  readonly telemetry: Telemetry;
}

export interface LeadershipHandlers {
  won(term: number): void;
  lost(): void;
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
export class LeaderLock {
  readonly #ports: LeaderLockPorts;
  readonly #settings: DefenderSettings;
  readonly #bucket: KeyValue;
  readonly #handlers: LeadershipHandlers;
  readonly #defenderId: string;
  readonly #value: Uint8Array;
  #seenRevision = 0;
  #seenAtMs: number;
  #isFree = false;
  #isReaching = false;
  #isCandidate = true;
  #lease: Lease | undefined;
  #term: number | undefined;
  #renewedAtMs = 0;

  constructor(
    ports: LeaderLockPorts,
    settings: DefenderSettings,
    bucket: KeyValue,
    defenderId: string,
    handlers: LeadershipHandlers,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#bucket = bucket;
    this.#defenderId = defenderId;
    this.#handlers = handlers;
    this.#value = encoder.encode(`${ports.process.uid} ${defenderId}`);
    this.#seenAtMs = ports.clock.monotonicMs();
  }

  get term(): number | undefined {
    return this.#term;
  }

  /** True while no other process can have taken the lock (by this process's own clock). */
  isHeldFirmly(): boolean {
    switch (this.#settings.policies.fencing) {
      case 'by-term':
        return (
          this.#term !== undefined &&
          this.#ports.clock.monotonicMs() - this.#renewedAtMs < this.#settings.leaderDeadAfterMs
        );
      case 'none':
        return this.#term !== undefined;
    }
  }

  /** A change of the lock, from the watch. */
  observe(entry: KeyValueEntry): void {
    if (entry.revision <= this.#seenRevision) return;
    this.#seenRevision = entry.revision;
    this.#seenAtMs = this.#ports.clock.monotonicMs();
    this.#isFree = entry.operation === 'delete';
    if (this.#isFree) this.reach();
  }

  /** The watch has told all that there was: no lock, if none came. */
  initialised(): void {
    if (this.#seenRevision === 0) {
      this.#isFree = true;
      this.reach();
    }
  }

  /** Reaches for a lock that is free, after a moment's jitter. */
  reach(): void {
    if (!this.#isCandidate || this.#term !== undefined) return;
    this.#ports.clock.after(this.#ports.random.integer(0, candidacyJitterMs), () => {
      if (this.#isFree) void this.#take();
    });
  }

  /** The beat: the leader renews, a candidate looks whether the leader is dead. Never rejects. */
  async beat(): Promise<void> {
    if (this.#lease !== undefined) await this.#renew(this.#lease);
    else if (this.#isFree || this.#isStale()) await this.#take();
  }

  /** From now on this process does not try to lead. */
  withdraw(): void {
    this.#isCandidate = false;
  }

  /** Gives the lock up, so that another can take it at once. Never rejects. */
  async release(): Promise<void> {
    this.withdraw();
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

  /** As `withdraw`, but a leader goes on until it releases the lock. */
  withdrawUnlessLeading(): void {
    if (this.#term === undefined) this.withdraw();
  }

  /** Another leader has published: this term is over, a new one may begin. */
  stepDown(reason: string): void {
    if (this.#term !== undefined && this.#settings.policies.fencing === 'by-term') this.#lose(reason);
  }

  /** The id is gone, and with it the right to lead. */
  abandon(reason: string): void {
    this.withdraw();
    if (this.#term !== undefined) this.#lose(reason);
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
        this.#renewedAtMs = startedMs;
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
    if (!this.#isCandidate || this.#isReaching || this.#term !== undefined) return;
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
      this.observe(entry);
      return undefined;
    }
    if (!this.#isStale()) return undefined;
    return this.#bucket.update(leaderKey, this.#value, entry.revision);
  }

  #win(revision: number, startedMs: number): void {
    const { process, telemetry } = this.#ports;
    this.#term = revision;
    this.#renewedAtMs = startedMs;
    this.#lease = new Lease(this.#bucket, leaderKey, revision, (value) => this.#isMine(value));
    telemetry.event({
      kind: 'leader.elected',
      colour: this.#settings.colour,
      pod: process.name,
      defenderId: this.#defenderId,
      term: revision,
    });
    this.#handlers.won(revision);
  }

  #lose(reason: string): void {
    const { clock, process, telemetry } = this.#ports;
    const term = this.#term ?? 0;
    this.#lease = undefined;
    this.#term = undefined;
    this.#seenAtMs = clock.monotonicMs();
    telemetry.event({
      kind: 'leader.lost',
      colour: this.#settings.colour,
      pod: process.name,
      defenderId: this.#defenderId,
      term,
      reason,
    });
    this.#handlers.lost();
  }

  #isMine(value: Uint8Array): boolean {
    return decoder.decode(value).startsWith(`${this.#ports.process.uid} `);
  }
}
