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

/** What a server itself said when it refused: JetStream's `{code, err_code, description}`. */
export interface ServerRefusal {
  /** HTTP-like, for example 400. */
  readonly status: number;
  /** For example 10071; 0 where the server gave none. */
  readonly errorCode: number;
  readonly description: string;
}

export interface PortErrorOptions extends ErrorOptions {
  readonly server?: ServerRefusal;
}

/** The one error class of all ports. The message comes first and is made for people, the code for programs. */
export class PortError extends Error {
  readonly code: PortErrorCode;
  /** Only where a server answered, and where the port promises its words. */
  readonly server: ServerRefusal | undefined;

  constructor(message: string, code: PortErrorCode, options?: PortErrorOptions) {
    super(message, options);
    this.name = 'PortError';
    this.code = code;
    this.server = options?.server;
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

/**
 * The code for an error that JetStream answered, by its number (nats-server's `errors.json`). Model and adapter share
 * it, so that they cannot disagree on the mapping.
 */
export function codeOfRefusal({ status, errorCode }: ServerRefusal): PortErrorCode {
  switch (errorCode) {
    // Another last sequence, also while a write is under way (jetstream D33).
    case 10071:
    case 10164:
      return 'wrong-revision';
    // Maximum of messages, bytes, or messages of a subject.
    case 10077:
      return 'stream-full';
    // Stream, consumer, message.
    case 10059:
    case 10014:
    case 10037:
      return 'not-found';
    // Stream or consumer exists with other settings; subjects or filters overlap; work-queue rules (jetstream D36).
    case 10058:
    case 10065:
    case 10013:
    case 10105:
    case 10148:
    case 10098:
    case 10099:
    case 10100:
    case 10101:
      return 'conflict';
    // No leader: nothing happened (jetstream A4).
    case 10008:
      return 'no-responders';
    // Too much under way (jetstream D39).
    case 10167:
      return 'overloaded';
    default:
      return status === 404 ? 'not-found' : status === 503 ? 'unavailable' : 'invalid';
  }
}
