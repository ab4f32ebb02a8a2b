import type { PlannedFault } from '../../chaos/plan.ts';
import type { SystemCustomisation } from '../../sim/system-customisation.ts';
import type { Ports } from '../../system/ports/index.ts';
import type { RpcHandler } from '../../system/ports/rpc.ts';
import { experimentDeployment } from '../../system/routing/experiment/sides.ts';
import { fixed, goal, minuteMs, parametersOf, type Goal, type Scenario } from './scenario.ts';

/** What becomes of the experiment, one case a seed after the other. */
type Case = 'passes' | 'fails' | 'superseded' | 'rolled-back' | 'restarted' | 'blind';

const cases: readonly Case[] = ['passes', 'fails', 'superseded', 'rolled-back', 'restarted', 'blind'];
const slowMs = 1_500;

/** Collectors of a candidate whose every answer is late: that no experiment may let through. */
function slowCandidate(ports: Ports): Ports {
  if (!ports.process.name.startsWith(experimentDeployment('collector', 'candidate'))) return ports;
  const late =
    (handler: RpcHandler): RpcHandler =>
    (call, reply) =>
      handler(call, (outcome) => {
        ports.clock.after(slowMs, () => reply(outcome));
      });
  return {
    ...ports,
    rpc: {
      serve: (port, methods) =>
        ports.rpc.serve(
          port,
          Object.fromEntries(Object.entries(methods).map(([name, handler]) => [name, late(handler)])),
        ),
      call: (target, method, request, options, done) =>
        ports.rpc.call(target, method, request, options, done),
    },
  };
}

const customisations: Readonly<Record<Case, SystemCustomisation>> = {
  passes: {},
  fails: { ports: (_component, ports) => slowCandidate(ports) },
  superseded: {},
  'rolled-back': {},
  restarted: {},
  blind: {},
};

function actsOf(which: Case, at: (minute: number) => number): readonly Omit<PlannedFault, 'id'>[] {
  const start = { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(2) };
  switch (which) {
    case 'passes':
    case 'fails':
      return [start];
    case 'superseded':
      return [start, { kind: 'operator.start-rollout', parameters: { image: 'v1.2' }, startMs: at(16) }];
    case 'restarted':
      // Its pods are starting, and then it measures: whoever takes over finds both.
      return [
        start,
        ...[at(3), at(14)].map((startMs) => ({
          kind: 'pod.kill',
          parameters: { component: 'rollout' },
          startMs,
        })),
      ];
    case 'blind':
      return [start, { kind: 'prometheus.outage', parameters: {}, startMs: at(8), endMs: at(16) }];
    case 'rolled-back':
      return [start, { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(16) }];
  }
}

function goalsOf(which: Case): readonly Goal[] {
  const ended = (outcome: string): Goal =>
    goal(`an experiment ended ${outcome}`, 'experiment.ended', (event) => event.outcome === outcome);
  const worked = goal(
    'both sides processed contexts of their own',
    'experiment.worked',
    ({ work }) => work === 'processed',
  );
  switch (which) {
    case 'passes':
    case 'restarted':
      return [
        worked,
        ended('Successful'),
        goal('the first stage began after it', 'rollout.stage', ({ state }) => state === 'entered'),
      ];
    case 'fails':
      return [
        ended('Failed'),
        goal('the release was aborted', 'rollout.ended', ({ outcome }) => outcome === 'aborted'),
      ];
    case 'superseded':
      return [worked, ended('Terminated'), ended('Successful')];
    case 'blind':
      return [
        ended('Inconclusive'),
        goal('it paused the release', 'rollout.stage', ({ state }) => state === 'paused'),
      ];
    case 'rolled-back':
      return [ended('Terminated'), goal('the list was rolled back', 'rollback.completed')];
  }
}

/**
 * Before the first tool comes to a release, its image and the stable one run side by side under copies of the same
 * requests, on streams, buckets and tables of their own (delivery 39, 40). Seeds go through what may become of it.
 */
export const experimentFirst: Scenario = {
  name: 'experiment-first',
  summary: 'a release proves itself beside stable under copied requests before it gets its first tool',
  tags: ['rollout', 'gates', 'delivery', 'faults', 'experiment'],
  cases: cases.length,
  parameters: parametersOf(60).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 40 } : parameter,
  ),
  setUp({ minutes }, seed) {
    const at = (minute: number): number => Math.round((minute / 60) * minutes * minuteMs);
    const which = cases[Number(seed % BigInt(cases.length))] ?? 'passes';
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      experiment: { settings: { durationMs: at(20) }, toolPercent: 100 },
      customisation: customisations[which],
      fixedFaults: fixed(actsOf(which, at)),
      // What may happen to the fab meanwhile; an experiment is excused nothing for it.
      drawnFaults: {
        kinds: ['pod.kill', 'pod.freeze', 'metrics.scrape-gap', 'management.errors'],
        most: 3,
        startMs: at(6),
        endMs: at(40),
      },
      goals: goalsOf(which),
    };
  },
};
