import type { Outcome, ServerRequest } from './operation.ts';

/** One try of a statement as the client's side of it: what an elided operation needs to answer, or to go on in full. */
export interface ClientRequest extends ServerRequest {
  readonly timeoutUs: number;
  /** The answer reached the client. */
  receive(outcome: Outcome): void;
  /** The answer is on its way over a link that was healthy when it was sent. */
  deliverIn(delayUs: number, outcome: Outcome): void;
  /** From now on the client waits with a timer of its own. */
  becomeExplicit(): void;
}
