import type { Completion } from '../../ports/completion.ts';
import type { DeliveredMessage } from '../../ports/jetstream.ts';

/** Which stored message this is: a stream that lost its end gives a sequence again (jetstream D1, R1), an id it does not. */
export function messageKey({ streamSequence, messageId }: DeliveredMessage): string {
  return `${streamSequence} ${messageId}`;
}

/** One completion in the hands of this Defender. */
export interface Delivery {
  readonly completion: Completion;
  readonly contextId: string;
  readonly unit: string;
  /** The latest delivery of the message: the one to acknowledge. */
  message: DeliveredMessage;
  /** Monotonic time of the first delivery to this process. */
  readonly deliveredAtMs: number;
  /** Last time the server heard that work goes on. */
  progressAtMs: number;
  /** The id is lost or the drain is over: nothing may be done any more. */
  isAborted: boolean;
  /** Released: the unit has another owner; what has begun is finished, but nothing is waited for. */
  readonly owner: { readonly isReleased: boolean };
  /** Acknowledged already (only where that is done before storing). */
  isAcknowledged: boolean;
}
