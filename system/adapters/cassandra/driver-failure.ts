import { errors, types } from 'cassandra-driver';
import { PortError, type PortErrorCode } from '../../ports/errors.ts';
import type { CqlFailure, WideConsistency, WriteType } from '../../ports/cql-wide.ts';

const codes = types.responseErrorCodes;

/**
 * What an error of the driver means (cassandra-and-live §1.3, §1.11, 55–57). Where several attempts were made, the most
 * ambiguous of them counts: `NoHostAvailableError` proves nothing unless every inner error does.
 */
export function failureOf(error: unknown): CqlFailure {
  if (error instanceof PortError) return { kind: 'invalid' };
  if (error instanceof errors.OperationTimedOutError) return { kind: 'client-timeout' };
  if (error instanceof errors.ResponseError) return responseFailure(error);
  if (error instanceof errors.NoHostAvailableError) {
    const inner = Object.values(fieldsOf(error.innerErrors)).filter((each) => each instanceof Error);
    const failures = inner.map((each) => failureOf(each));
    return failures.find((failure) => isAmbiguousFailure(failure)) ?? { kind: 'not-connected' };
  }
  if (error instanceof errors.BusyConnectionError) return { kind: 'not-connected' };
  if (error instanceof errors.ArgumentError || error instanceof TypeError) return { kind: 'invalid' };
  const fields = fieldsOf(error);
  if (fields['isSocketError'] === true) {
    return { kind: fields['requestNotWritten'] === true ? 'not-connected' : 'disconnected' };
  }
  // A plain error comes from the pool of one host, before anything was sent, or from a socket: no code tells which.
  if (error instanceof Error) return { kind: notSent.has(error.message) ? 'not-connected' : 'disconnected' };
  throw error;
}

const notSent: ReadonlySet<string> = new Set(['No connection available']);

/** The failure as an error of the port, the driver's own as its cause. */
export function portErrorOf(error: unknown): PortError {
  if (error instanceof PortError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new PortError(message, codeOf(failureOf(error)), { cause: error });
}

/** True where the statement may have been carried out, or may yet be (cassandra-and-live §1.11, a single plain statement). */
export function isAmbiguousFailure(failure: CqlFailure): boolean {
  switch (failure.kind) {
    case 'write-timeout':
    case 'write-failure':
    case 'read-timeout':
    case 'read-failure':
    case 'client-timeout':
    case 'disconnected':
      return true;
    case 'unavailable':
    case 'overloaded':
    case 'bootstrapping':
    case 'invalid':
    case 'not-connected':
      return false;
  }
}

function codeOf(failure: CqlFailure): PortErrorCode {
  switch (failure.kind) {
    case 'unavailable':
    case 'not-connected':
      return 'unavailable';
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
  }
}

function responseFailure(error: errors.ResponseError): CqlFailure {
  const fields = fieldsOf(error);
  const consistency = consistencyOf(fields['consistencies']);
  const received = countOf(fields['received']);
  const required = countOf(fields['blockFor']);
  switch (error.code) {
    case codes.unavailableException:
      return {
        kind: 'unavailable',
        consistency,
        required: countOf(fields['required']),
        alive: countOf(fields['alive']),
      };
    case codes.writeTimeout:
    case codes.writeFailure:
      return {
        kind: error.code === codes.writeTimeout ? 'write-timeout' : 'write-failure',
        consistency,
        received,
        required,
        writeType: writeTypeOf(fields['writeType']),
      };
    case codes.readTimeout:
    case codes.readFailure:
      return {
        kind: error.code === codes.readTimeout ? 'read-timeout' : 'read-failure',
        consistency,
        received,
        required,
        dataPresent: fields['isDataPresent'] === 1 || fields['isDataPresent'] === true,
      };
    case codes.overloaded:
      return { kind: 'overloaded' };
    case codes.isBootstrapping:
      return { kind: 'bootstrapping' };
    case codes.syntaxError:
    case codes.unauthorized:
    case codes.invalid:
    case codes.configError:
    case codes.alreadyExists:
    case codes.unprepared:
      return { kind: 'invalid' };
    default:
      // A server error leaves open what was done: no other reading is safe.
      return { kind: 'write-failure', consistency, received, required, writeType: 'SIMPLE' };
  }
}

const consistencies = new Map<number, WideConsistency>([
  [types.consistencies.any, 'ANY'],
  [types.consistencies.one, 'ONE'],
  [types.consistencies.two, 'TWO'],
  [types.consistencies.three, 'THREE'],
  [types.consistencies.quorum, 'QUORUM'],
  [types.consistencies.all, 'ALL'],
  [types.consistencies.localQuorum, 'LOCAL_QUORUM'],
  [types.consistencies.eachQuorum, 'EACH_QUORUM'],
  [types.consistencies.serial, 'SERIAL'],
  [types.consistencies.localSerial, 'LOCAL_SERIAL'],
  [types.consistencies.localOne, 'LOCAL_ONE'],
]);

/** The driver's number of a consistency level. */
export const driverConsistency: Readonly<Record<WideConsistency, types.consistencies>> = {
  ANY: types.consistencies.any,
  ONE: types.consistencies.one,
  TWO: types.consistencies.two,
  THREE: types.consistencies.three,
  QUORUM: types.consistencies.quorum,
  ALL: types.consistencies.all,
  LOCAL_QUORUM: types.consistencies.localQuorum,
  EACH_QUORUM: types.consistencies.eachQuorum,
  SERIAL: types.consistencies.serial,
  LOCAL_SERIAL: types.consistencies.localSerial,
  LOCAL_ONE: types.consistencies.localOne,
};

function consistencyOf(value: unknown): WideConsistency {
  return (typeof value === 'number' ? consistencies.get(value) : undefined) ?? 'ONE';
}

function countOf(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

function writeTypeOf(value: unknown): WriteType {
  switch (value) {
    case 'BATCH':
    case 'UNLOGGED_BATCH':
    case 'BATCH_LOG':
    case 'CAS':
      return value;
    default:
      return 'SIMPLE';
  }
}

/** The driver adds fields to its errors that its types do not name. */
function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
