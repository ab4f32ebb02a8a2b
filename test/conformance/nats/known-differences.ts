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
    id: 'interest-after-unfiltering',
    profiles: ['2.12'],
    what: 'an interest stream whose only consumer lost its filter stores only what the old filter wanted; the model stores all',
    why: 'a defect of the server (seen on 2.12.15); nothing in the system takes a filter away',
    since: '2026-11-21',
    misleads: 'a scenario that edits filters on an interest stream would not see the loss',
    explains: ({ plan, step }) =>
      plan.stream?.retention === 'interest' &&
      step === 'end' &&
      plan.steps.some((other) => other.kind === 'create-consumer' && other.filters.length === 0),
    witness: {
      stream: { retention: 'interest' },
      timed: false,
      clients: 1,
      steps: [
        {
          kind: 'create-consumer',
          consumer: 1,
          filters: [2],
          settings: { ack: 'explicit' },
          action: 'create-or-update',
        },
        {
          kind: 'create-consumer',
          consumer: 1,
          filters: [],
          settings: { ack: 'explicit' },
          action: 'create-or-update',
        },
        { kind: 'publish', subject: 3, payloadBytes: 0 },
      ],
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
