import fc from 'fast-check';
import type { ConsumerSettings } from '../../../system/ports/jetstream-management.ts';
import type { PullRequest } from '../../../system/ports/jetstream-pull.ts';
import {
  ackWaitEndMs,
  pullEndMs,
  slotMs,
  type Expectation,
  type Plan,
  type PublishStep,
  type Selector,
  type Step,
} from './plan.ts';

const small = fc.integer({ min: 0, max: 3 });
const sequence = fc.integer({ min: 1, max: 30 });
const expectation = fc.constantFrom<Expectation>('right', 'right', 'behind', 'ahead', 'zero');
const key = fc.integer({ min: 0, max: 2 });
const consumer = fc.integer({ min: 0, max: 1 });
const replicas = fc.constantFrom(1, 1, 1, 1, 3);

/** An object without the members that are undefined, which exact optional properties forbid. */
function present<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** There in so large a share of the draws. */
function optionally<T>(arbitrary: fc.Arbitrary<T>, share: number): fc.Arbitrary<T | undefined> {
  const weight = Math.round(share * 100);
  return fc.oneof({ weight: 100 - weight, arbitrary: fc.constant(undefined) }, { weight, arbitrary });
}

const publish: fc.Arbitrary<Step> = fc
  .record({
    subject: small,
    payloadBytes: fc.constantFrom(0, 1, 40, 300),
    messageId: optionally(small, 0.3),
    expectedStream: optionally(fc.constantFrom('right' as const, 'wrong' as const), 0.06),
    expectedLast: optionally(expectation, 0.12),
    expectedLastOfSubject: optionally(expectation, 0.15),
    expectedMessageId: optionally(fc.constantFrom('right' as const, 'wrong' as const), 0.06),
    rollup: optionally(fc.constantFrom('sub' as const, 'all' as const), 0.05),
    ttl: optionally(fc.constantFrom('never', '1h', 'soon', '0'), 0.04),
  })
  .map((fields) => ({ kind: 'publish', ...present<Omit<PublishStep, 'kind'>>(fields) }));

const selector: fc.Arbitrary<Selector> = fc.oneof(
  sequence.map((chosen): Selector => ({ kind: 'sequence', sequence: chosen })),
  small.map((subject): Selector => ({ kind: 'last-of-subject', subject })),
  fc
    .tuple(fc.integer({ min: 0, max: 5 }), sequence)
    .map(([filter, fromSequence]): Selector => ({ kind: 'next-of-subject', filter, fromSequence })),
);

/** Waits of timed plans end inside a slot, each kind at a place of its own. */
const ackWaitMs = fc.integer({ min: 1, max: 3 }).map((slots) => slots * slotMs + ackWaitEndMs);

function consumerSettings(timed: boolean): fc.Arbitrary<Partial<ConsumerSettings>> {
  return fc
    .record({
      ack: fc.constantFrom(
        'explicit' as const,
        'explicit' as const,
        'explicit' as const,
        'all' as const,
        'none' as const,
      ),
      deliver: optionally(
        fc.oneof(
          fc
            .constantFrom('last' as const, 'new' as const, 'last-per-subject' as const)
            .map((kind) => ({ kind })),
          sequence.map((start) => ({ kind: 'by-start-sequence' as const, sequence: start })),
        ),
        0.25,
      ),
      ackWaitMs: timed ? ackWaitMs : fc.constant(undefined),
      backoffMs: timed
        ? optionally(fc.array(ackWaitMs, { minLength: 1, maxLength: 2 }), 0.15)
        : fc.constant(undefined),
      maxDeliver: optionally(fc.constantFrom(1, 2, 3), 0.3),
      maxAckPending: optionally(fc.constantFrom(1, 2, 3), 0.3),
      maxRequestBatch: optionally(fc.constant(3), 0.08),
      headersOnly: optionally(fc.constant(true), 0.08),
    })
    .map((fields) => present<Partial<ConsumerSettings>>(fields));
}

function createConsumer(timed: boolean): fc.Arbitrary<Step> {
  return fc
    .record({
      consumer,
      filters: fc.oneof(
        fc.constant([]),
        fc.integer({ min: 0, max: 5 }).map((filter) => [filter]),
        fc.integer({ min: 0, max: 5 }).map((filter) => [filter]),
        fc.uniqueArray(fc.integer({ min: 0, max: 5 }), { minLength: 2, maxLength: 2 }),
      ),
      settings: consumerSettings(timed),
      action: fc.constantFrom(
        'create' as const,
        'update' as const,
        'create-or-update' as const,
        'create-or-update' as const,
      ),
    })
    .map((fields) => ({ kind: 'create-consumer', ...fields }));
}

function pull(timed: boolean): fc.Arbitrary<Step> {
  const waits: fc.Arbitrary<Omit<PullRequest, 'batch'>> = timed
    ? fc.integer({ min: 0, max: 2 }).map((slots) => ({ expiresMs: slots * slotMs + pullEndMs }))
    : fc.constantFrom<Omit<PullRequest, 'batch'>>(
        { expiresMs: 250 },
        { expiresMs: 250, idleHeartbeatMs: 100 },
        { expiresMs: 200, idleHeartbeatMs: 150 },
      );
  return fc
    .record({
      consumer,
      batch: fc.integer({ min: 1, max: 5 }),
      wait: fc.oneof(
        { weight: 6, arbitrary: fc.constant<Omit<PullRequest, 'batch'>>({ noWait: true }) },
        { weight: 2, arbitrary: waits },
        { weight: 1, arbitrary: waits.map((wait) => ({ ...wait, noWait: true })) },
      ),
      maxBytes: optionally(fc.constantFrom(100, 500), 0.08),
    })
    .map(({ consumer: chosen, batch, wait, maxBytes }) => ({
      kind: 'pull',
      consumer: chosen,
      request: { batch, ...wait, ...(maxBytes === undefined ? {} : { maxBytes }) },
    }));
}

function acknowledge(timed: boolean): fc.Arbitrary<Step> {
  return fc.record({
    kind: fc.constant('acknowledge' as const),
    held: fc.integer({ min: 0, max: 11 }),
    ack: fc.constantFrom(
      'ack' as const,
      'ack' as const,
      'ack' as const,
      'nak' as const,
      'in-progress' as const,
      'terminate' as const,
      'terminate-reason' as const,
      timed ? ('nak-later' as const) : ('nak' as const),
    ),
    confirmed: fc.boolean(),
  });
}

const admin: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>({ kind: 'stream-info' }),
  fc.constant<Step>({ kind: 'consumer-names' }),
  consumer.map((chosen): Step => ({ kind: 'consumer-info', consumer: chosen })),
  consumer.map((chosen): Step => ({ kind: 'consumer-info', consumer: chosen })),
  selector.map((chosen): Step => ({ kind: 'message', selector: chosen })),
  selector.map((chosen): Step => ({ kind: 'direct-message', selector: chosen })),
  sequence.map((chosen): Step => ({ kind: 'delete-message', sequence: chosen })),
  consumer.map((chosen): Step => ({ kind: 'delete-consumer', consumer: chosen })),
  fc
    .tuple(
      optionally(fc.integer({ min: 0, max: 5 }), 0.5),
      fc.oneof(
        fc.constant({}),
        sequence.map((belowSequence) => ({ belowSequence })),
        fc.integer({ min: 1, max: 3 }).map((keep) => ({ keep })),
      ),
    )
    .map(([filter, options]): Step => ({
      kind: 'purge',
      options,
      ...(filter === undefined ? {} : { filter }),
    })),
  fc
    .oneof(
      fc.constantFrom(2, 5, 100).map((maxMessages) => ({ maxMessages })),
      fc.constantFrom(1, 2).map((maxMessagesPerSubject) => ({ maxMessagesPerSubject })),
      fc.constantFrom('old' as const, 'new' as const).map((discard) => ({ discard })),
      fc.constantFrom('interest' as const, 'workqueue' as const).map((retention) => ({ retention })),
      fc.constant({ allowRollup: true }),
      fc.constant({ allowDirect: true }),
    )
    .map((changes): Step => ({ kind: 'update-stream', changes })),
);

const streamSettings: fc.Arbitrary<NonNullable<Plan['stream']>> = fc
  .record({
    replicas,
    retention: fc.constantFrom(
      undefined,
      undefined,
      'interest' as const,
      'workqueue' as const,
      'workqueue' as const,
    ),
    storage: fc.constantFrom(undefined, undefined, 'memory' as const),
    discard: fc.constantFrom(undefined, 'new' as const),
    maxMessages: optionally(fc.constantFrom(2, 4, 8), 0.3),
    maxBytes: optionally(fc.constantFrom(300, 1_000), 0.12),
    maxMessagesPerSubject: optionally(fc.constantFrom(1, 2), 0.25),
    discardNewPerSubject: optionally(fc.constant(true), 0.1),
    maxMessageBytes: optionally(fc.constant(100), 0.06),
    maxConsumers: optionally(fc.constant(1), 0.05),
    allowDirect: optionally(fc.constant(true), 0.5),
    allowRollup: optionally(fc.constant(true), 0.5),
    denyDelete: optionally(fc.constant(true), 0.08),
    denyPurge: optionally(fc.constant(true), 0.08),
    allowMessageTtl: optionally(fc.constant(true), 0.2),
  })
  .map((fields) => consistent(present<NonNullable<Plan['stream']>>(fields)));

/** Settings that the server takes: what it refuses is tried by updates. */
function consistent(settings: NonNullable<Plan['stream']>): NonNullable<Plan['stream']> {
  return {
    ...settings,
    ...(settings.denyPurge === true ? { allowRollup: false } : {}),
    ...(settings.discardNewPerSubject === true
      ? { discard: 'new', maxMessagesPerSubject: settings.maxMessagesPerSubject ?? 2 }
      : {}),
  };
}

const bucketSettings: fc.Arbitrary<NonNullable<Plan['bucket']>> = fc
  .record({ replicas, history: optionally(fc.constantFrom(2, 3, 64), 0.5) })
  .map((fields) => present<NonNullable<Plan['bucket']>>(fields));

const bucketStep: fc.Arbitrary<Step> = fc.oneof(
  key.map((chosen): Step => ({ kind: 'bucket-put', key: chosen })),
  key.map((chosen): Step => ({ kind: 'bucket-create', key: chosen })),
  fc
    .tuple(key, expectation)
    .map(([chosen, revision]): Step => ({ kind: 'bucket-update', key: chosen, revision })),
  fc.tuple(key, optionally(expectation, 0.4)).map(([chosen, revision]): Step => ({
    kind: 'bucket-delete',
    key: chosen,
    ...(revision === undefined ? {} : { revision }),
  })),
  key.map((chosen): Step => ({ kind: 'bucket-purge', key: chosen })),
  key.map((chosen): Step => ({ kind: 'bucket-get', key: chosen })),
  key.map((chosen): Step => ({ kind: 'bucket-get', key: chosen })),
  fc
    .tuple(key, fc.integer({ min: 1, max: 20 }))
    .map(([chosen, revision]): Step => ({ kind: 'bucket-get-revision', key: chosen, revision })),
  fc.constant<Step>({ kind: 'stream-info' }),
);

/** Each costs an ordered consumer. */
const bucketReader: fc.Arbitrary<Step> = fc.oneof(
  key.map((chosen): Step => ({ kind: 'bucket-history', key: chosen })),
  fc.constant<Step>({ kind: 'bucket-keys' }),
  fc
    .tuple(fc.constantFrom('last' as const, 'history' as const, 'updates' as const), fc.boolean())
    .map(([include, ignoreDeletes]): Step => ({ kind: 'bucket-watch', include, ignoreDeletes })),
);

function streamSteps(timed: boolean): fc.Arbitrary<Step> {
  return fc.oneof(
    { weight: 10, arbitrary: publish },
    { weight: 3, arbitrary: createConsumer(timed) },
    { weight: 7, arbitrary: pull(timed) },
    { weight: 7, arbitrary: acknowledge(timed) },
    { weight: 5, arbitrary: admin },
    ...(timed
      ? [
          {
            weight: 3,
            arbitrary: fc.integer({ min: 1, max: 3 }).map((slots): Step => ({ kind: 'sleep', slots })),
          },
        ]
      : []),
  );
}

const clients = fc.constantFrom(1, 1, 2);

const streamPlan: fc.Arbitrary<Plan> = fc.record({
  stream: streamSettings,
  timed: fc.constant(false),
  clients,
  steps: fc.array(streamSteps(false), { minLength: 25, maxLength: 60, size: 'max' }),
});

const timedPlan: fc.Arbitrary<Plan> = fc.record({
  stream: fc
    .tuple(streamSettings, optionally(fc.integer({ min: 1, max: 3 }), 0.4))
    .map(([settings, slots]) => ({
      ...settings,
      ...(slots === undefined ? {} : { duplicateWindowMs: slots * slotMs + 100 }),
    })),
  timed: fc.constant(true),
  clients,
  steps: fc.array(streamSteps(true), { minLength: 10, maxLength: 20, size: 'max' }),
});

const bucketPlan: fc.Arbitrary<Plan> = fc.record({
  bucket: bucketSettings,
  timed: fc.constant(false),
  clients,
  steps: fc.array(fc.oneof({ weight: 12, arbitrary: bucketStep }, { weight: 1, arbitrary: bucketReader }), {
    minLength: 25,
    maxLength: 60,
    size: 'max',
  }),
});

export const anyPlan: fc.Arbitrary<Plan> = fc.oneof(
  { weight: 6, arbitrary: streamPlan },
  { weight: 2, arbitrary: timedPlan },
  { weight: 3, arbitrary: bucketPlan },
);

/** The same plans for the same seed, as many as hold so many steps. */
export function plansOf(seed: number, operations: number): readonly Plan[] {
  const plans: Plan[] = [];
  let counted = 0;
  for (const plan of fc.sample(anyPlan, { seed, numRuns: Math.ceil(operations / 10) })) {
    if (counted >= operations) break;
    plans.push(plan);
    counted += plan.steps.length;
  }
  return plans;
}
