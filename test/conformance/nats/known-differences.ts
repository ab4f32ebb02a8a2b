import type { NatsProfile, UnmodelledDefect } from '../../../sim/nats/index.ts';
import type { Observation } from './observation.ts';
import type { Plan, Step } from './plan.ts';

export interface Disagreement {
  readonly step: Step | 'creation' | 'end';
  readonly model: Observation;
  readonly server: Observation;
  readonly plan: Plan;
  /** Of the step; steps before it agree. */
  readonly place: number;
  /** What the model has met in this plan and does not show. */
  readonly unmodelled: ReadonlySet<UnmodelledDefect>;
}

/** A difference that is understood and left. What follows it in a sequence is not compared. */
export interface KnownDifference {
  readonly id: string;
  readonly profiles: readonly NatsProfile['version'][];
  readonly what: string;
  readonly why: string;
  /** Day it was listed. */
  readonly since: string;
  /** The scenario that could be misled by it, and how. */
  readonly misleads: string;
  explains(disagreement: Disagreement): boolean;
  /**
   * Shows the difference. It is run with the fixed sequences; where the worlds agree on it, the entry has to go.
   * Undefined: the server itself does now one thing, now the other.
   */
  readonly witness: Plan | undefined;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    id: 'refused-consumer-unanswered',
    profiles: ['2.12'],
    what: 'creating or deleting a consumer of a work queue that the server which would run it refuses, or once refused, is sometimes not answered; asked about it, the meta leader sometimes answers for it, with nothing delivered',
    why: 'chance: the refusal races with the meta leader’s own copy of the assignment (seen on 2.12.15; the same steps are answered in other runs)',
    since: '2026-11-21',
    misleads: 'none: every consumer of a work queue here has a filter, and no two the same',
    explains: ({ plan, step, model, server }) => {
      if (plan.stream?.retention !== 'workqueue' || typeof step === 'string') return false;
      const isUnanswered =
        (step.kind === 'create-consumer' || step.kind === 'delete-consumer') && server === 'timeout';
      const isAnsweredFor =
        step.kind === 'consumer-info' &&
        model.includes('/10014 ') &&
        server === 'delivered 0/0, floor 0/0, 0 pending, 0 unacked, 0 redelivered';
      return isUnanswered || isAnsweredFor;
    },
    witness: undefined,
  },
  {
    id: 'interest-takes-a-moment',
    profiles: ['2.12'],
    what: 'a replicated stream that comes to keep by interest: the answer to the update sometimes still counts what nobody needs; the model has dropped it',
    why: 'chance: the removals go through the stream’s log while the answer is on its way (seen both ways on 2.12.15)',
    since: '2026-11-21',
    misleads: 'none: no stream here changes how it keeps',
    explains: ({ plan, step }) =>
      plan.stream?.replicas === 3 &&
      typeof step !== 'string' &&
      step.kind === 'update-stream' &&
      step.changes.retention === 'interest',
    witness: undefined,
  },
  {
    id: 'begins-further-by-replica',
    profiles: ['2.12'],
    what: 'what comes before a consumer that acknowledges all and begins further on, in a replicated stream that keeps by interest: done with by the others, it sometimes goes and sometimes stays',
    why: 'chance: the server that leads the consumer goes by where it begins, the others by its record, which says 0 until something is acknowledged; so who leads decides (seen on 2.12.15: gone in 23 of 40, kept in 17)',
    since: '2026-11-21',
    misleads: 'none: consumers here acknowledge one by one',
    explains: ({ plan }) =>
      plan.stream?.replicas === 3 &&
      plan.steps.some(
        (step) =>
          step.kind === 'create-consumer' &&
          step.settings.ack === 'all' &&
          (step.settings.deliver ?? { kind: 'all' }).kind !== 'all',
      ) &&
      (plan.stream.retention === 'interest' ||
        plan.steps.some((step) => step.kind === 'update-stream' && step.changes.retention === 'interest')),
    witness: undefined,
  },
  {
    id: 'limit-raised-wakes-first',
    profiles: ['2.9.10'],
    what: 'an update that changes the limit of unacknowledged messages, while a pull without waiting that this limit had stopped is still queued and nobody listens to it: the cursor sometimes stands at the end of the stream; in the model it stays',
    why: 'chance: the consumer’s own loop and the answer to the update race for its lock; whoever is first finds the request, or takes it away (seen both ways on 2.9.10: 9 of 40 and 31 of 40)',
    since: '2026-11-21',
    misleads: 'none: limits of consumers are not changed here, and pulls wait',
    explains: ({ plan, step, place, model, server }) =>
      typeof step !== 'string' &&
      step.kind === 'create-consumer' &&
      plan.steps
        .slice(0, place)
        .some(
          (earlier) =>
            earlier.kind === 'pull' && earlier.consumer === step.consumer && earlier.request.noWait === true,
        ) &&
      withoutCursor(model) === withoutCursor(server) &&
      cursorOf(model) < cursorOf(server),
    witness: undefined,
  },
  {
    id: 'delete-beyond-the-last',
    profiles: ['2.9.10'],
    what: 'deleting a sequence beyond the last of a replicated file stream is not answered, and its replicas reset themselves; the model refuses it (10057)',
    why: 'a defect of 2.9.10 (`ErrStoreEOF` counts as a cluster reset); nothing in the system deletes by sequence',
    since: '2026-11-21',
    misleads: 'none',
    explains: ({ plan, step, server }) =>
      plan.stream?.replicas === 3 &&
      typeof step !== 'string' &&
      step.kind === 'delete-message' &&
      server === 'timeout',
    witness: {
      stream: { replicas: 3 },
      timed: false,
      clients: 1,
      steps: [{ kind: 'delete-message', sequence: 2 }],
    },
  },
  {
    id: 'purge-beyond-the-last',
    profiles: ['2.9.10'],
    what: 'after a purge below a sequence that is still to come, the next message of a replicated stream is refused (10077), and its replicas reset themselves; the model stores it there',
    why: 'a defect of 2.9.10 (the stream’s own last sequence stays behind its store’s); nothing in the system purges by sequence',
    since: '2026-11-21',
    misleads: 'none',
    explains: ({ plan, step, server }) =>
      plan.stream?.replicas === 3 &&
      typeof step !== 'string' &&
      step.kind === 'publish' &&
      server.includes('expected sequence does not match store') &&
      plan.steps.some((earlier) => earlier.kind === 'purge' && (earlier.options.belowSequence ?? 0) > 1),
    witness: {
      stream: { replicas: 3 },
      timed: false,
      clients: 1,
      steps: [
        { kind: 'purge', options: { belowSequence: 14 } },
        { kind: 'publish', subject: 0, payloadBytes: 1 },
      ],
    },
  },
  {
    id: 'ack-all-by-replica',
    profiles: ['2.9.10'],
    what: 'what an acknowledgement of all before it releases in a replicated stream that keeps by interest: on the replica beside the consumer’s leader only the last of them goes, on the others all',
    why: 'a defect of 2.9.10, seen or not by which server leads the stream; the model releases all',
    since: '2026-11-21',
    misleads: 'none: consumers here acknowledge one by one',
    explains: ({ plan }) =>
      plan.stream?.replicas === 3 &&
      plan.steps.some(({ kind }) => kind === 'acknowledge') &&
      plan.steps.some((step) => step.kind === 'create-consumer' && step.settings.ack === 'all') &&
      (plan.stream.retention === 'interest' ||
        plan.steps.some((step) => step.kind === 'update-stream' && step.changes.retention === 'interest')),
    witness: undefined,
  },
  {
    id: 'purge-revives',
    profiles: ['2.9.10'],
    what: 'a purge of a file up to a sequence that is gone, past another one that is gone, brings the former back, uncounted; the model goes on with the next that is there',
    why: 'a defect of 2.9.10 (`Compact` takes its end from the map of deleted messages, not what it passes); nothing in the system purges by sequence',
    since: '2026-11-21',
    misleads: 'none',
    explains: ({ plan, place, unmodelled }) =>
      unmodelled.has('purge-revives') &&
      plan.steps.slice(0, place).some((step) => step.kind === 'purge' && step.filter === undefined),
    witness: {
      stream: {},
      timed: false,
      clients: 1,
      steps: [
        { kind: 'publish', subject: 0, payloadBytes: 1 },
        { kind: 'publish', subject: 0, payloadBytes: 1 },
        { kind: 'publish', subject: 0, payloadBytes: 1 },
        { kind: 'publish', subject: 0, payloadBytes: 1 },
        { kind: 'delete-message', sequence: 2 },
        { kind: 'delete-message', sequence: 3 },
        { kind: 'purge', options: { belowSequence: 3 } },
        { kind: 'stream-info' },
      ],
    },
  },
  {
    id: 'pattern-counted-twice',
    profiles: ['2.9.10'],
    what: 'how many messages of a pattern are pending in a file where its subjects alternate: some are counted twice',
    why: 'a defect of 2.9.10 (`filteredPending` scans for all subjects where it meets the first with gaps, after others were added up), seen or not by the order of a hash table',
    since: '2026-11-21',
    misleads: 'none: filters here have no wildcards',
    explains: ({ step, model, server, unmodelled }) =>
      unmodelled.has('pattern-counted-twice') &&
      typeof step !== 'string' &&
      (step.kind === 'pull' || step.kind === 'consumer-info' || step.kind === 'create-consumer') &&
      withoutPending(model) === withoutPending(server),
    witness: undefined,
  },
];

function withoutPending(observation: Observation): Observation {
  return observation.replaceAll(/\d+ pending/g, 'pending');
}

const cursor = /^(delivered \d+\/)(\d+)/;

function withoutCursor(info: Observation): string {
  return info.replace(cursor, '$1');
}

/** Of the stream; NaN where this is no answer with a cursor. */
function cursorOf(info: Observation): number {
  return Number(cursor.exec(info)?.[2]);
}
