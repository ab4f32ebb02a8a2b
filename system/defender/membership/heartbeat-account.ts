import type { KeyValueEntry } from '../../ports/key-value.ts';
import { fitsWallDigits, readWallDigits, wallDigits, writeWallDigits } from '../wall-digits.ts';
import { ChangeAccount } from './change-account.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** Value of a heartbeat: the member's wall clock, for people. That its revision changed is all that counts. */
export function encodeHeartbeat(wallMs: number): Uint8Array {
  if (!fitsWallDigits(wallMs)) return encoder.encode(String(wallMs));
  const bytes = new Uint8Array(wallDigits);
  writeWallDigits(bytes, 0, wallMs);
  return bytes;
}

export function heartbeatWallMs(value: Uint8Array): number {
  return readWallDigits(value) ?? Number(decoder.decode(value));
}

/**
 * The leader's account of heartbeats (defender §2). Silence is measured on a clock of evidence, which runs only while the
 * leader's own heartbeats are confirmed: when nobody's get through, nobody is silent, and after an outage all
 * have their three beats anew.
 */
export class HeartbeatAccount {
  readonly #changes = new ChangeAccount();
  readonly #values = new Map<string, Uint8Array>();
  readonly #longestGapMs: number;
  #evidenceMs = 0;
  #beatAtMs: number;

  constructor(heartbeatMs: number, nowMs: number) {
    this.#longestGapMs = 1.5 * heartbeatMs;
    this.#beatAtMs = nowMs;
  }

  /** One of the leader's own heartbeats was confirmed. */
  confirmBeat(nowMs: number): void {
    this.#evidenceMs = this.#evidenceNowMs(nowMs);
    this.#beatAtMs = nowMs;
  }

  observe(entry: KeyValueEntry, nowMs: number): void {
    if (this.#changes.observe(entry.key, entry.revision, this.#evidenceNowMs(nowMs))) {
      this.#values.set(entry.key, entry.value);
    }
  }

  /** Starts the account of a member whose heartbeat was not there when the leader came. */
  expect(id: string, nowMs: number): void {
    this.#changes.observe(id, 0, this.#evidenceNowMs(nowMs));
  }

  forget(id: string): void {
    this.#changes.forget(id);
    this.#values.delete(id);
  }

  knows(id: string): boolean {
    return this.#changes.has(id);
  }

  ids(): readonly string[] {
    return [...this.#changes.keys()];
  }

  silentMs(id: string, nowMs: number): number {
    return this.#changes.unchangedMs(id, this.#evidenceNowMs(nowMs));
  }

  /** Wall clock that the member's last heartbeat told; 0 if it never was seen. */
  lastWallMs(id: string): number {
    const value = this.#values.get(id);
    return value === undefined ? 0 : heartbeatWallMs(value);
  }

  #evidenceNowMs(nowMs: number): number {
    return this.#evidenceMs + Math.min(nowMs - this.#beatAtMs, this.#longestGapMs);
  }
}
