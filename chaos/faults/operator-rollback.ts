import { instantFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';

/** The operator takes the release back, in one of three levels (PRODUCT, rollback). */
export const operatorRollback = instantFault({
  kind: 'operator.rollback',
  summary: 'the operator rolls the release back',
  effect:
    'L1 empties the list and keeps the canary; L2 takes some tools out; L3 is L1, waits for backlog 0, and scales the canary down. It pre-empts whatever the rollout is doing.',
  live: 'POST /api/v1/rollout/rollback of the rollout controller',
  rulesUsuallyHit: ['rollback.bound', 'routing.one-colour', 'effect.exactly-once'],
  parameters: [
    { name: 'level', type: 'choice', choices: ['L1', 'L2', 'L3'], default: 'L1', doc: 'how far back' },
    {
      name: 'tools',
      type: 'integer',
      unit: 'tools',
      minimum: 1,
      maximum: 100_000,
      typical: [1, 20],
      default: 5,
      doc: 'how many L2 takes out',
    },
  ],
  impact: () => ({ dependency: 'rollout', big: true, storageLost: 0, groupSize: 1, settleMs: 60_000 }),
  act(world, values) {
    const level = levelOf(textOf(values, 'level'));
    if (level === 'L2') world.operator.rollback(level, numberOf(values, 'tools'));
    else world.operator.rollback(level);
    return [`rollback ${level}`];
  },
});

function levelOf(choice: string): 'L1' | 'L2' | 'L3' {
  if (choice === 'L2' || choice === 'L3') return choice;
  return 'L1';
}
