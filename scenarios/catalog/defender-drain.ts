import { RandomStream } from '../../sim/kernel/index.ts';
import type { DisruptionBudget } from '../../sim/kubernetes/index.ts';
import { fixed, goal, minuteMs, parametersOf, type Goal, type Scenario } from './scenario.ts';

interface DrainCase {
  /** Of the Defenders of each colour; all other Deployments let one pod go at a time. */
  readonly budget: DisruptionBudget;
  readonly timeoutMs: number;
  readonly ends: 'drained' | 'blocked';
}

const cases: readonly DrainCase[] = [
  { budget: { maxUnavailable: 1 }, timeoutMs: 0, ends: 'drained' },
  { budget: { minAvailable: '100%' }, timeoutMs: 0, ends: 'blocked' },
  { budget: { minAvailable: '80%' }, timeoutMs: 480_000, ends: 'drained' },
  { budget: { maxUnavailable: 0 }, timeoutMs: 120_000, ends: 'blocked' },
];

/** What must have happened: a machine was emptied under a budget, or a drain was told as blocked. */
function goalsOf({ ends }: DrainCase): readonly Goal[] {
  switch (ends) {
    case 'drained':
      return [
        goal('a machine was drained', 'node.drained'),
        goal('a Defender ended by its drain', 'drain.started'),
        goal('an id was handed over', 'identity.claimed', (event) => event.inherited, false),
        goal('an eviction had to wait', 'pod.eviction-refused', () => true, false),
      ];
    case 'blocked':
      return [
        goal('an eviction was refused', 'pod.eviction-refused', ({ needed, replicas }) => needed >= replicas),
        goal('the drain was told as blocked', 'node.drain-given-up', ({ pods }) => pods.length > 0),
      ];
  }
}

/**
 * Three machines with Defenders are drained at the same time, under disruption budgets (delivery 84, 85, F66). Where they
 * let one pod go at a time, the machines are emptied one pod after the other and the ids are handed on; where they let none
 * go, every eviction is refused again and again, nobody is lost, and the drain is told as blocked: at its time-out, or when
 * the operator has waited long enough. The seed says which.
 */
export const defenderDrain: Scenario = {
  name: 'defender-drain',
  summary: 'machines are drained under disruption budgets: pod after pod, or blocked for ever and told so',
  tags: ['operations', 'defender', 'kubernetes'],
  parameters: parametersOf(30),
  setUp({ minutes }, seed) {
    const at = (minute: number): number => Math.round((minute / 30) * minutes * minuteMs);
    const one = new RandomStream(seed, 'defender-drain', 'case').pick(cases);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      disruptionBudgets: {
        defender: one.budget,
        collector: { maxUnavailable: 1 },
        gateway: { maxUnavailable: 1 },
      },
      fixedFaults: fixed([
        {
          kind: 'operator.drain-node',
          parameters: { component: 'defender', colour: 'blue', count: 3, timeoutMs: one.timeoutMs },
          startMs: at(8),
          endMs: at(20),
        },
      ]),
      goals: [goal('contexts processed', 'completion.acknowledged'), ...goalsOf(one)],
    };
  },
};
