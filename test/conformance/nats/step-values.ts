import type { Acknowledgement } from '../../../system/ports/jetstream-pull.ts';
import { nakEndMs, slotMs, type AckKind, type Expectation } from './plan.ts';

/** The sequence that a header asks for, where so many were the last. */
export function expected(expectation: Expectation, last: number): number {
  switch (expectation) {
    case 'right':
      return last;
    case 'behind':
      return Math.max(1, last - 1);
    case 'ahead':
      return last + 1;
    case 'zero':
      return 0;
  }
}

/** A delayed nak comes back inside the second slot after it. */
const nakDelayMs = slotMs + nakEndMs;

export function acknowledgementOf(kind: AckKind): Acknowledgement {
  switch (kind) {
    case 'ack':
    case 'nak':
    case 'in-progress':
    case 'terminate':
      return { kind };
    case 'nak-later':
      return { kind: 'nak', delayMs: nakDelayMs };
    case 'terminate-reason':
      return { kind: 'terminate', reason: 'unfit' };
    case 'ack-next':
      return { kind, batch: 1 };
  }
}
