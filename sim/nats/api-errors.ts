import type { PortErrorCode, ServerRefusal } from '../../system/ports/errors.ts';

/** Why a request failed: what the server said, or, where nobody answered for it, the port's own code. */
export type Refusal = PortErrorCode | ServerRefusal;

function refusal(status: number, errorCode: number, description: string): ServerRefusal {
  return { status, errorCode, description };
}

/** JetStream's errors by what they mean (nats-server's `errors.json`; jetstream §1D, §1F). */
export const apiErrors = {
  unavailable: refusal(503, 10008, 'JetStream system temporarily unavailable'),
  badRequest: refusal(400, 10003, 'bad request'),
  insufficientResources: refusal(503, 10023, 'insufficient resources'),
  noPeers: refusal(400, 10005, 'no suitable peers for placement'),

  streamNotFound: refusal(404, 10059, 'stream not found'),
  streamNameInUse: refusal(400, 10058, 'stream name already in use with a different configuration'),
  subjectsOverlap: refusal(400, 10065, 'subjects overlap with an existing stream'),
  replicasNegative: refusal(400, 10133, 'replicas count cannot be negative'),
  noMessage: refusal(404, 10037, 'no message found'),
  directMessageNotFound: refusal(404, 0, 'Message Not Found'),
  purgeNotPermitted: refusal(500, 10110, 'stream purge not permitted'),
  purgeFailed: refusal(500, 10051, 'no message found'),
  deleteNotPermitted: refusal(500, 10057, 'message delete not permitted'),
  notAPeer: refusal(400, 10040, 'peer not a member'),
  peerRemapFailed: refusal(503, 10075, 'peer remap failed'),

  streamMismatch: refusal(400, 10060, 'expected stream does not match'),
  messageTooLarge: refusal(400, 10054, 'message size exceeds maximum allowed'),
  ttlInvalid: refusal(400, 10165, 'invalid per-message TTL'),
  ttlDisabled: refusal(400, 10166, 'per-message TTL is disabled'),
  wrongLastSequenceInFlight: refusal(400, 10164, 'wrong last sequence'),
  subjectSequenceMissing: refusal(400, 10193, 'missing sequence for expected last sequence per subject'),
  duplicateInProcess: refusal(409, 10158, 'duplicate message id is in process'),
  rollupNotPermitted: refusal(500, 10111, 'rollup not permitted'),
  fullOfMessages: refusal(503, 10077, 'maximum messages exceeded'),
  fullOfBytes: refusal(503, 10077, 'maximum bytes exceeded'),
  fullOfSubject: refusal(503, 10077, 'maximum messages per subject exceeded'),
  tooManyRequests: refusal(429, 10167, 'too many requests'),

  consumerNotFound: refusal(404, 10014, 'consumer not found'),
  consumerExists: refusal(400, 10148, 'consumer already exists'),
  consumerDoesNotExist: refusal(400, 10149, 'consumer does not exist'),
  maximumConsumers: refusal(400, 10026, 'maximum consumers limit reached'),
  filterNotSubset: refusal(
    400,
    10093,
    'consumer filter subject is not a valid subset of the interest subjects',
  ),
  filtersOverlap: refusal(400, 10138, 'consumer subject filters cannot overlap'),
  emptyFilter: refusal(400, 10139, 'consumer filter in FilterSubjects cannot be empty'),
  replicasExceedStream: refusal(400, 10126, 'consumer config replica count exceeds parent stream'),
  replicasMustMatch: refusal(
    400,
    10134,
    "consumer config replicas must match interest retention stream's replicas",
  ),
  backoffTooLong: refusal(400, 10116, 'max deliver is required to be > length of backoff values'),
  workQueueExplicitAck: refusal(400, 10098, 'workqueue stream requires explicit ack'),
  workQueueUnfiltered: refusal(400, 10099, 'multiple non-filtered consumers not allowed on workqueue stream'),
  workQueueNotUnique: refusal(400, 10100, 'filtered consumer not unique on workqueue stream'),
  workQueueDeliverAll: refusal(400, 10101, 'consumer must be deliver all on workqueue stream'),
  /** In the words of 2.9. */
  pullRequiresAnyAck: refusal(400, 10084, 'consumer in pull mode requires ack policy'),
  pullRequiresAck: refusal(
    400,
    10084,
    'consumer in pull mode requires explicit ack policy on workqueue stream',
  ),
} as const;

export function wrongLastSequence(sequence: number): ServerRefusal {
  return refusal(400, 10071, `wrong last sequence: ${sequence}`);
}

export function wrongLastMessageId(messageId: string): ServerRefusal {
  return refusal(400, 10070, `wrong last msg ID: ${messageId}`);
}

/** What was there once and is behind the stream's ends is no message, what is gone from its middle no sequence. */
export function deleteFailed(why: string): ServerRefusal {
  return refusal(500, 10057, why);
}

export function sequenceNotFound(sequence: number): ServerRefusal {
  return refusal(400, 10043, `sequence ${sequence} not found`);
}

export function invalidStream(why: string): ServerRefusal {
  return refusal(500, 10052, why);
}

export function invalidConsumer(why: string): ServerRefusal {
  return refusal(500, 10012, why);
}

export function invalidPolicy(why: string): ServerRefusal {
  return refusal(400, 10094, why);
}

export function rollupInvalid(value: string): ServerRefusal {
  return refusal(500, 10111, `rollup value invalid: "${value}"`);
}
