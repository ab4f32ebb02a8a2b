import {
  ClosedConnectionError,
  ConnectionError,
  DrainingConnectionError,
  NoRespondersError,
  RequestError,
  TimeoutError,
} from '@nats-io/transport-node';
import { PortError, type PortErrorCode } from '../../../../system/ports/errors.ts';

/** Whatever the successor throws at a request, as the port's one error: classes here, where `nats` has one class with codes. */
export function portErrorOf(what: string, error: unknown): PortError {
  const message = error instanceof Error ? error.message : String(error);
  return new PortError(`${what}: ${message}`, codeOf(error), { cause: error });
}

function codeOf(error: unknown): PortErrorCode {
  if (error instanceof TimeoutError) return 'timeout';
  if (error instanceof NoRespondersError) return 'no-responders';
  // A request that failed carries its reason inside.
  if (error instanceof RequestError)
    return error.isNoResponders()
      ? 'no-responders'
      : error.cause === undefined
        ? 'invalid'
        : codeOf(error.cause);
  if (
    error instanceof ClosedConnectionError ||
    error instanceof DrainingConnectionError ||
    error instanceof ConnectionError
  )
    return 'disconnected';
  return 'invalid';
}
