import type { Clock } from '../ports/clock.ts';
import { PortError } from '../ports/errors.ts';
import type { PortErrorCode } from '../ports/errors.ts';
import type { Random } from '../ports/random.ts';

/** True where the same idempotent operation may succeed later: what is behind the port failed, not what was asked of it. */
export function isWorthRetrying(error: unknown): boolean {
  return error instanceof PortError && isPassing(error.code);
}

function isPassing(code: PortErrorCode): boolean {
  switch (code) {
    case 'timeout':
    case 'disconnected':
    case 'no-responders':
    case 'unavailable':
    case 'write-timeout':
    case 'read-timeout':
    case 'overloaded':
    case 'connection-refused':
      return true;
    case 'wrong-revision':
    case 'stream-full':
    case 'not-found':
    case 'conflict':
    case 'invalid':
      return false;
  }
}

export interface BackOff {
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

/** Pause after the failure of `attempt` (from 1): doubling up to the longest, drawn between half of it and all of it. */
export function backOffMs(random: Random, backOff: BackOff, attempt: number): number {
  const fullMs = Math.min(backOff.retryMaxMs, backOff.retryMinMs * 2 ** Math.min(attempt - 1, 20));
  return Math.ceil(fullMs * (0.5 + random.float() / 2));
}

/**
 * Repeats an idempotent operation until it succeeds, fails for good, or `deadlineMs` of the monotonic clock would pass:
 * then it rejects with the last error. `operation` gets what one attempt may take and the number of the attempt, from 1.
 */
export async function untilDeadline<T>(
  ports: { readonly clock: Clock; readonly random: Random },
  backOff: BackOff,
  deadlineMs: number,
  attemptTimeoutMs: number,
  operation: (timeoutMs: number, attempt: number) => Promise<T>,
): Promise<T> {
  const { clock, random } = ports;
  for (let attempt = 1; ; attempt++) {
    const leftMs = deadlineMs - clock.monotonicMs();
    if (leftMs <= 0) throw new PortError('the deadline of the call is over', 'timeout');
    try {
      return await operation(Math.min(attemptTimeoutMs, leftMs), attempt);
    } catch (error) {
      const pauseMs = backOffMs(random, backOff, attempt);
      if (!isWorthRetrying(error) || clock.monotonicMs() + pauseMs >= deadlineMs) throw error;
      await clock.sleep(pauseMs);
    }
  }
}

/** Repeats what must succeed before the process can serve at all. Errors that no waiting mends are thrown. */
export function forever<T>(
  ports: { readonly clock: Clock; readonly random: Random },
  backOff: BackOff,
  operation: () => Promise<T>,
): Promise<T> {
  return untilDeadline(ports, backOff, Infinity, Infinity, operation);
}
