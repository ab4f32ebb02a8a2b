import { ErrorCode, NatsError } from 'nats';
import { codeOfRefusal, PortError, type PortErrorCode } from '../../ports/errors.ts';

/** Whatever the client library throws, as the port's one error. */
export function portErrorOf(what: string, error: unknown): PortError {
  if (error instanceof PortError) return error;
  if (error instanceof NatsError) {
    const refusal = error.api_error;
    if (refusal !== undefined) {
      const { code: status, err_code: errorCode = 0, description } = refusal;
      const server = { status, errorCode, description };
      return new PortError(`${what}: ${description}`, codeOfRefusal(server), { cause: error, server });
    }
    return new PortError(`${what}: ${error.message}`, codeOf(error.code), { cause: error });
  }
  return new PortError(`${what}: ${error instanceof Error ? error.message : String(error)}`, 'invalid', {
    cause: error,
  });
}

function codeOf(code: string): PortErrorCode {
  switch (code) {
    case ErrorCode.Timeout:
      return 'timeout';
    // Of a request: nobody listens. JetStream's publish gives it the same number.
    case ErrorCode.NoResponders:
      return 'no-responders';
    case ErrorCode.ConnectionClosed:
    case ErrorCode.ConnectionDraining:
    case ErrorCode.ConnectionTimeout:
    case ErrorCode.Disconnect:
      return 'disconnected';
    case ErrorCode.ConnectionRefused:
      return 'connection-refused';
    case ErrorCode.JetStream404NoMessages:
      return 'not-found';
    default:
      return 'invalid';
  }
}
