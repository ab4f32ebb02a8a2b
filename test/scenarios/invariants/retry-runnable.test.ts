import { expect, test } from 'vitest';
import { retryRunnable } from '../../../scenarios/invariants/retry-runnable.ts';
import { RuleBench } from './rule-bench.ts';

function rolledBack(): RuleBench {
  return new RuleBench(retryRunnable).at(0).say('rollout.ended', { outcome: 'rolled-back' }).at(10);
}

test('holds where the next release comes to its first stage', () => {
  const bench = rolledBack().say('rollout.started').at(600).say('rollout.stage').at(9000).finish();
  expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
});

test('is broken by a release that is refused', () => {
  const detail = '/api/v1/rollout 409 {"error":"refused"}';
  expect(rolledBack().say('operator.act', { act: 'answered', detail }).messages).toEqual([
    `the next release was refused: ${detail}`,
  ]);
});

test('is broken by one that is aborted on its way', () => {
  const ended = { outcome: 'aborted', reason: 'not prepared' } as const;
  expect(rolledBack().say('rollout.started').at(400).say('rollout.ended', ended).messages).toEqual([
    'a release after an abort was aborted before its first stage: not prepared',
  ]);
});

test('is broken by one that never gets there', () => {
  const bench = rolledBack().say('rollout.started').at(2000).finish();
  expect(bench.messages).toEqual(['a release after an abort has not come to its first stage in 1990 s']);
});

test('says nothing of the first release, one that is superseded, one rolled back, one that was disturbed', () => {
  const first = new RuleBench(retryRunnable).say('rollout.started').at(9000).finish();
  const superseded = rolledBack()
    .say('rollout.started')
    .say('rollout.ended', { outcome: 'aborted', reason: 'superseded by v1.3' });
  const back = rolledBack().say('rollout.started').say('rollback.started').at(9000).finish();
  const disturbed = rolledBack()
    .say('rollout.started')
    .fault('f1', 'nats.kill-node', ['nats-green-0'])
    .at(400)
    .say('rollout.ended', { outcome: 'aborted', reason: 'not prepared' });
  for (const bench of [first, superseded, back, disturbed]) expect(bench.messages).toEqual([]);
});
