import type { Clock } from '../ports/clock.ts';
import { PortError } from '../ports/errors.ts';
import type { PortErrorCode } from '../ports/errors.ts';
import type { Random } from '../ports/random.ts';

/** True where trying the same thing later can succeed: the thing behind the port failed, not what was asked of it. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof PortError && isDependencyFailure(error.code);
}

function isDependencyFailure(code: PortErrorCode): boolean {
  switch (code) {
    case 'timeout':
    case 'disconnected':
    case 'no-responders':
    case 'unavailable':
    case 'write-timeout':
    case 'read-timeout':
    case 'overloaded':
    case 'connection-refused':
    case 'stream-full':
      return true;
    case 'wrong-revision':
    case 'not-found':
    case 'conflict':
    case 'invalid':
      return false;
  }
}

export function hasCode(error: unknown, code: PortErrorCode): boolean {
  return error instanceof PortError && error.code === code;
}

/** Lets failures of a port pass, since the next try deals with them; anything else is a bug and must show. */
export function passPortError(error: unknown): void {
  if (!(error instanceof PortError)) throw error;
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Waits that double from `minMs` to `maxMs`, each drawn between half of it and all of it. */
export class BackOff {
  readonly #random: Random;
  readonly #minMs: number;
  readonly #maxMs: number;
  #attempts = 0;

  constructor(random: Random, minMs: number, maxMs: number) {
    this.#random = random;
    this.#minMs = minMs;
    this.#maxMs = maxMs;
  }

  /** Failures so far. */
  get attempts(): number {
    return this.#attempts;
  }

  nextMs(): number {
    const fullMs = Math.min(this.#maxMs, this.#minMs * 2 ** Math.min(this.#attempts, 20));
    this.#attempts++;
    return Math.round(fullMs * (0.5 + this.#random.float() / 2));
  }
}

/** Resolves with the promise's outcome, or to undefined after `limitMs`; a failure counts as undefined. */
export function within<T>(clock: Clock, limitMs: number, promise: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const timer = clock.after(limitMs, () => {
      resolve(undefined);
    });
    promise.then(
      (value) => {
        timer.cancel();
        resolve(value);
      },
      () => {
        timer.cancel();
        resolve(undefined);
      },
    );
  });
}
