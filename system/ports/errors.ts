/**
 * What a port can answer instead of a result. A closed set: adapters and models map every failure of the thing
 * behind them to one of these codes and keep the original as `cause`.
 *
 * - `timeout`: no answer in time; the operation may have happened, may happen later, or never (jetstream 25).
 * - `disconnected`: the connection closed while the operation was under way; as ambiguous as `timeout`.
 * - `no-responders`: nobody listens on the subject; definitely not stored (jetstream 18).
 * - `wrong-revision`: a compare-and-set met another revision (jetstream 33, 34, errors 10071 and 10164).
 * - `stream-full`: discard-new limits are reached; definitely not stored (jetstream 35).
 * - `not-found`: stream, consumer, bucket, deployment or key does not exist.
 * - `conflict`: the configuration asked for clashes with what exists (jetstream 36, errors 10098–10101).
 * - `unavailable`: not enough live replicas, nothing was sent (cassandra-and-live 6).
 * - `write-timeout`: a write got too few acknowledgements; ambiguous (cassandra-and-live 9).
 * - `read-timeout`: a read got too few answers (cassandra-and-live 40).
 * - `overloaded`: refused before anything was done.
 * - `connection-refused`: nothing listens at the address; definitely not sent.
 * - `invalid`: the request itself is wrong and will never succeed.
 */
export type PortErrorCode =
  | 'timeout'
  | 'disconnected'
  | 'no-responders'
  | 'wrong-revision'
  | 'stream-full'
  | 'not-found'
  | 'conflict'
  | 'unavailable'
  | 'write-timeout'
  | 'read-timeout'
  | 'overloaded'
  | 'connection-refused'
  | 'invalid';

/** The one error class of all ports. The message comes first and is made for people, the code for programs. */
export class PortError extends Error {
  readonly code: PortErrorCode;

  constructor(message: string, code: PortErrorCode, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PortError';
    this.code = code;
  }
}

/** True where the operation may have taken effect although no success was reported. */
export function isAmbiguous(code: PortErrorCode): boolean {
  switch (code) {
    case 'timeout':
    case 'disconnected':
    case 'write-timeout':
    case 'read-timeout':
      return true;
    case 'no-responders':
    case 'wrong-revision':
    case 'stream-full':
    case 'not-found':
    case 'conflict':
    case 'unavailable':
    case 'overloaded':
    case 'connection-refused':
    case 'invalid':
      return false;
  }
}
