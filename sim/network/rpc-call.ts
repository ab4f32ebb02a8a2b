import type { RpcCall, RpcCallOptions, RpcOutcome } from '../../system/ports/rpc.ts';
import type { EventHandle, Placed, PlacedSet, SimProcess } from '../kernel/index.ts';

export const requestBytes = 700;
export const replyBytes = 120;
export const notSent: RpcOutcome['metadata'] = { sent: 'no' };
export const noMetadata: RpcOutcome['metadata'] = {};

/** What a call waits on. */
export interface CallChannel {
  readonly pending: PlacedSet<PendingCall>;
  lastHeardUs: number;
}

export interface ReplyMessage {
  readonly call: PendingCall;
  readonly outcome: RpcOutcome;
}

/** A call between its start and its one outcome, at both ends of the connection. */
export class PendingCall implements RpcCall, Placed {
  readonly method: string;
  readonly request: unknown;
  readonly metadata: RpcCall['metadata'];
  readonly deadlineMs: number;
  readonly done: (outcome: RpcOutcome) => void;
  readonly #drains: boolean;
  channel: CallChannel | undefined;
  place = -1;
  timer: EventHandle = -1;
  settled = false;
  sent = false;

  constructor(
    method: string,
    request: unknown,
    options: RpcCallOptions,
    drains: boolean,
    done: (outcome: RpcOutcome) => void,
  ) {
    this.#drains = drains;
    this.method = method;
    this.request = request;
    this.metadata = options.metadata;
    this.deadlineMs = options.deadlineMs;
    this.done = done;
  }

  settle(process: SimProcess, outcome: RpcOutcome): void {
    if (this.settled) return;
    this.settled = true;
    process.kernel.cancel(this.timer);
    this.channel?.pending.delete(this);
    if (this.#drains && process.state === 'running') process.kernel.wake();
    process.run(this.done, outcome, undefined);
  }
}
