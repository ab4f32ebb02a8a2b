import { expect, test } from 'vitest';
import { idleClean } from '../../../scenarios/invariants/idle-clean.ts';
import { RuleBench } from './rule-bench.ts';

const published = { colour: 'green', contextId: 'T0001/1' } as const;
const deployed = { deployment: 'collector-green', image: 'v1.2', by: 'rollout-0' };
const waiting = { waitingCompletions: () => ['T0001/1'] };

test('is broken by an image that comes over what was published before the release and waits', () => {
  const bench = new RuleBench(idleClean, waiting)
    .at(1)
    .say('completion.published', published)
    .at(2)
    .say('rollout.started', { canaryColour: 'green' })
    .say('deployment.changed', deployed)
    .say('deployment.changed', deployed);
  expect(bench.messages).toEqual(['v1.2 came to green over 1 unprocessed completions (T0001/1)']);
});

test.each([
  ['worked off', (bench: RuleBench) => bench.say('completion.acknowledged', published)],
  ['dead-lettered', (bench: RuleBench) => bench.say('completion.dead-lettered', published)],
])('holds where it was %s', (_, finish) => {
  const bench = new RuleBench(idleClean, waiting).at(1).say('completion.published', published);
  finish(bench).at(2).say('rollout.started', { canaryColour: 'green' }).say('deployment.changed', deployed);
  expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
});

test('holds for what waits at the other colour, what came later, and what an operator does', () => {
  const bench = new RuleBench(idleClean, waiting)
    .at(1)
    .say('completion.published', { ...published, colour: 'blue' })
    .say('rollout.started', { canaryColour: 'green' })
    .at(2)
    .say('completion.published', published)
    .say('deployment.changed', { ...deployed, by: 'operator' })
    .say('deployment.changed', { ...deployed, deployment: 'collector-blue' });
  expect(bench.outcome).toMatchObject({ checked: 0 });
  expect(bench.say('deployment.changed', deployed).outcome).toMatchObject({ checked: 1, violationCount: 0 });
});
