import type { CqlFailure } from '../../system/ports/cql-wide.ts';
import type { PortErrorCode } from '../../system/ports/errors.ts';
import type { OperationBody } from './operation.ts';

/**
 * The code by which the system's port knows a failure. An Unavailable that a light-weight transaction meets at its commit
 * comes after the decision, and one of a batch after some of its writes: both are as ambiguous as a timeout (15, 49).
 */
export function codeOfFailure(failure: CqlFailure, body: OperationBody): PortErrorCode {
  switch (failure.kind) {
    case 'unavailable': {
      const isSerial = failure.consistency === 'SERIAL' || failure.consistency === 'LOCAL_SERIAL';
      return body.kind === 'conditional' && !isSerial ? 'write-timeout' : 'unavailable';
    }
    case 'write-timeout':
    case 'write-failure':
      return 'write-timeout';
    case 'read-timeout':
    case 'read-failure':
      return 'read-timeout';
    case 'overloaded':
    case 'bootstrapping':
      return 'overloaded';
    case 'invalid':
      return 'invalid';
    case 'client-timeout':
      return 'timeout';
    case 'disconnected':
      return 'disconnected';
    case 'not-connected':
      return 'unavailable';
  }
}

export function describeFailure(failure: CqlFailure, what: string): string {
  switch (failure.kind) {
    case 'unavailable':
      return `${what} at ${failure.consistency}: ${failure.required} replicas needed, ${failure.alive} alive`;
    case 'write-timeout':
    case 'write-failure':
      return `${what} at ${failure.consistency}: ${failure.received} of ${failure.required} replicas acknowledged in time (${failure.writeType})`;
    case 'read-timeout':
    case 'read-failure':
      return `${what} at ${failure.consistency}: ${failure.received} of ${failure.required} replicas answered in time`;
    case 'overloaded':
    case 'bootstrapping':
      return `${what}: the coordinator is ${failure.kind}; nothing was sent`;
    case 'invalid':
    case 'client-timeout':
    case 'disconnected':
    case 'not-connected':
      return `${what}: ${failure.kind}`;
  }
}
