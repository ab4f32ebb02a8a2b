/**
 * Deliberate small errors of the model, for proving that the differential tests can fail: each is a switch, all are off
 * by default. The text says what is wrong when it is on.
 */
export const mutationCatalogue = {
  dedupWindowShort: 'the duplicate window ends a second early',
  dedupIgnoresWindow: 'a message id is remembered for ever',
  dedupAfterExpectations: 'expected sequences are judged before duplicates',
  duplicateAnswersNewSequence: 'a duplicate is acknowledged with the last sequence of the stream',
  refusedConsumesSequence: 'a refused compare-and-set uses up a stream sequence',
  subjectSequenceIgnored: 'an expected last subject sequence of 0 is never checked',
  lastSequenceOffByOne: 'the expected last sequence may be one too small',
  expectedStreamIgnored: 'the expected stream is not looked at',
  discardNewOffByOne: 'a stream with discard new takes one message more than its limit',
  discardOldDropsNewest: 'a full stream with discard old drops the message before the new one',
  perSubjectLimitIgnored: 'the limit of messages a subject is not kept',
  rollupKeepsOlder: 'a rollup of a subject leaves its oldest message',
  interestStoresAlways: 'an interest stream keeps messages that no consumer wants',
  workQueueKeepsAcked: 'a work queue keeps what was acknowledged',
  purgeKeepsOneMore: 'a purge that keeps n messages keeps n + 1',
  purgeResetsSequence: 'a purge of everything starts the sequence again at 1',
  ageNeverExpires: 'messages do not expire by age',
  filterUpdateRewinds: 'a filter update moves the cursor back to the first message',
  filterUpdateDropsPending: 'a filter update forgets pending messages of removed subjects',
  redeliveryNotCounted: 'a redelivery carries the delivery count of the first',
  redeliveredInfoZero: 'the number of redelivered messages is always reported as 0',
  maxDeliverOneMore: 'a message is delivered once more than the maximum',
  maxAckPendingOneMore: 'one message more than the maximum may be unacknowledged',
  redeliveriesCountAsPending: 'redeliveries wait while the maximum of unacknowledged messages is reached',
  termRedelivers: 'a terminated message is delivered again at once',
  nakDelayIgnored: 'a nak with delay redelivers at once',
  nakIgnored: 'a nak without delay does nothing',
  progressIgnored: 'an in-progress signal does not restart the ack wait',
  backoffIgnored: 'redeliveries wait for the ack wait, not for the back-off',
  ackFloorJumps: 'an acknowledgement out of order moves the ack floor',
  ackFloorMovesOnTerm: 'a terminated message moves the ack floor to its own sequence at once',
  ackAllAcksOne: 'an acknowledgement of all acknowledges one message',
  ackNextAsksForNothing: 'an acknowledgement that asks for more acknowledges only',
  deliverNewFromFirst: 'a consumer of new messages begins with the first stored one',
  deliverLastFromFirst: 'a consumer that begins with the last message begins with the first',
  noWaitAnswersTimeout: 'a pull that does not wait is answered 408 where nothing is there',
  expiryWithoutPending: 'the status of an expired pull does not say what was missing',
  batchOneMore: 'a pull gets one message more than it asked for',
  maxWaitingOneMore: 'one pull more than the maximum may wait',
  heartbeatLimitIgnored: 'a pull may ask for heartbeats as long as its life',
  deletionUnannounced: 'waiting pulls are not told that their consumer was deleted',
  leadershipChangeUnannounced: 'waiting pulls are not told that the consumer has a new leader',
  createIgnoresTombstone: 'a delete marker does not count as a message of its key',
  historyOneShort: 'a bucket keeps one value less than its history, at least one',
  purgeLeavesHistory: 'a purge of a key leaves its earlier values',
  watchSeesUpdatesOnly: 'a watch does not hand over the present values',
  directGetFromLeaderOnly: 'direct gets are answered by the leader only',
  workQueueOverlapAllowed: 'two consumers of a work queue may share a subject',
  updateCreates: 'an update of a consumer that does not exist creates it',
  createOverwrites: 'creating a consumer that exists with other settings updates it',
} as const;

export type MutationName = keyof typeof mutationCatalogue;
export type Mutations = Readonly<Record<MutationName, boolean>>;

const names = Object.keys(mutationCatalogue).filter((name): name is MutationName =>
  Object.hasOwn(mutationCatalogue, name),
);

export function mutationsOf(on: readonly MutationName[]): Mutations {
  const switches = {} as Record<MutationName, boolean>;
  for (const name of names) switches[name] = on.includes(name);
  return switches;
}

export const noMutations: Mutations = mutationsOf([]);
