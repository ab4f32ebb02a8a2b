import type { NatsProfile } from '../../../sim/nats/index.ts';
import type { Observation } from './observation.ts';
import type { Plan, Step } from './plan.ts';

export interface Disagreement {
  readonly step: Step | 'creation' | 'end';
  readonly model: Observation;
  readonly server: Observation;
  readonly plan: Plan;
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
  /** Shows the difference. It is run with the fixed sequences; where the worlds agree on it, the entry has to go. */
  readonly witness: Plan;
}

export const knownDifferences: readonly KnownDifference[] = [
  {
    id: 'refused-consumer-remains',
    profiles: ['2.12'],
    what: 'a filtered consumer of a work queue that has an unfiltered one is refused (10100) and stays known to the meta group: it is listed, counted and updated',
    why: 'a defect of the server (seen on 2.12.15): only the server that would run it sees the conflict; the model refuses it before',
    since: '2026-11-21',
    misleads: 'none: a work queue here has filtered consumers only',
    explains: ({ plan, step, model, server }) => {
      if (plan.stream?.retention !== 'workqueue') return false;
      const counted = (text: string): string => text.replaceAll(/\d+ consumers/g, '#');
      const isListed = typeof step !== 'string' && step.kind === 'consumer-names';
      const isKnown = /10014|10149/.test(model);
      return counted(model) === counted(server) || isListed || isKnown;
    },
    witness: {
      stream: { retention: 'workqueue' },
      timed: false,
      clients: 1,
      steps: [
        {
          kind: 'create-consumer',
          consumer: 1,
          filters: [],
          settings: { ack: 'explicit' },
          action: 'create',
        },
        {
          kind: 'create-consumer',
          consumer: 0,
          filters: [5],
          settings: { ack: 'explicit' },
          action: 'create',
        },
        { kind: 'consumer-names' },
      ],
    },
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
    id: 'subjects-after-removal',
    profiles: ['2.9.10'],
    what: 'the number of subjects in stream info: the server still counts subjects whose messages a rollup or a limit removed',
    why: 'a defect of the memory store of 2.9.10; nothing in the system reads the number',
    since: '2026-11-21',
    misleads: 'none',
    explains: ({ model, server }) =>
      model.replaceAll(/\d+ subjects/g, '#') === server.replaceAll(/\d+ subjects/g, '#'),
    witness: {
      stream: { storage: 'memory', allowRollup: true },
      timed: false,
      clients: 1,
      steps: [
        { kind: 'publish', subject: 0, payloadBytes: 1 },
        { kind: 'publish', subject: 1, payloadBytes: 1 },
        { kind: 'publish', subject: 1, payloadBytes: 1, rollup: 'all' },
        { kind: 'stream-info' },
      ],
    },
  },
];
