import type { History } from '../../sim/history/history.ts';
import type { Goal } from '../catalog/scenario.ts';
import type { GoalOutcome } from '../run-result.ts';

/** Counts how often each interesting thing happened. */
export function watchGoals(history: History, goals: readonly Goal[]): () => GoalOutcome[] {
  const counts = goals.map(() => 0);
  goals.forEach((goal, index) => {
    history.on(goal.kind, (event) => {
      if (goal.matches(event)) counts[index] = (counts[index] ?? 0) + 1;
    });
  });
  return () =>
    goals.map((goal, index) => ({ goal: goal.goal, required: goal.required, count: counts[index] ?? 0 }));
}
