import { describe, expect, test } from 'vitest';
import { drainTold } from '../../../scenarios/invariants/drain-told.ts';
import { RuleBench } from './rule-bench.ts';

const pod = 'defender-blue-a';
/** Two pods: 2 × 45 s and the grace of one. */
const boundMs = 150_000;

function draining(): RuleBench {
  return new RuleBench(drainTold)
    .say('pod.scheduled')
    .say('pod.scheduled', { pod: 'collector-blue-a', deployment: 'collector-blue' })
    .at(100)
    .say('operator.act', { act: 'drain-node', detail: 'node-0' });
}

function emptied(bench: RuleBench): RuleBench {
  return bench.say('pod.ended').say('pod.ended', { pod: 'collector-blue-a', deployment: 'collector-blue' });
}

describe('drain.told', () => {
  test.each([
    [boundMs, []],
    [boundMs + 1, ['the drain of node-0 took 150 s']],
  ])('a drain of %i ms', (durationMs, messages) => {
    const bench = emptied(draining()).say('node.drained', { durationMs }).finish();
    expect(bench.outcome.checked).toBe(1);
    expect(bench.messages).toEqual(messages);
  });

  test('is broken where a machine is told as empty and is not', () => {
    const bench = draining().say('pod.ended').say('node.drained').finish();
    expect(bench.messages).toEqual(['node-0 was told as drained, and collector-blue-a are on it']);
  });

  test('is kept by a blocked drain that is told with the names of all that stay', () => {
    const bench = draining()
      .say('pod.eviction-refused', { needed: 10, replicas: 10 })
      .say('pod.ended', { pod: 'collector-blue-a' })
      .say('node.drain-given-up', { pods: [pod], durationMs: 900_000 })
      .say('node.uncordoned')
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount: 0 });
  });

  test('is broken by one that is told without them', () => {
    const bench = draining()
      .say('pod.eviction-refused', { needed: 10, replicas: 10 })
      .say('node.drain-given-up', { pods: ['collector-blue-a'], durationMs: 900_000 });
    expect(bench.messages).toEqual([`the drain of node-0 was given up without a word of ${pod}`]);
  });

  test('is broken by one that a budget only holds up, and that never gets on', () => {
    const bench = draining()
      .say('pod.eviction-refused', { needed: 9, replicas: 10 })
      .say('node.drain-given-up', { pods: [pod, 'collector-blue-a'], durationMs: 300_000 });
    expect(bench.messages).toEqual([
      'the drain of node-0 was given up after 300 s, though every budget allows it',
    ]);
  });

  test('a time-out that is shorter than the bound may come too soon', () => {
    const bench = draining().say('node.drain-given-up', {
      pods: [pod, 'collector-blue-a'],
      durationMs: 60_000,
    });
    expect(bench.messages).toEqual([]);
  });

  test('is broken by silence: at the uncordon, or to the end', () => {
    expect(draining().say('node.uncordoned').finish().messages).toEqual([
      'the drain of node-0 ended without a word',
    ]);
    expect(draining().finish().messages).toEqual(['of the drain of node-0 nothing was ever told']);
  });

  test('machines that are drained together wait for each other', () => {
    const bench = draining()
      .say('pod.scheduled', { pod: 'defender-blue-b', node: 'node-1' })
      .say('operator.act', { act: 'drain-node', detail: 'node-1' })
      .at(300)
      .say('pod.ended', { pod: 'defender-blue-b' })
      .say('node.drained', { node: 'node-1', durationMs: 190_000 });
    expect(bench.messages).toEqual([]);
  });

  test.each([
    ['kubelet.flap-readiness', ['defender-blue-a'], 0],
    ['kubelet.flap-readiness', ['gateway-0'], 1],
    ['node.loss', ['node-3'], 0],
  ])('with %s of %j: %i violations', (kind, targets, violationCount) => {
    const bench = emptied(draining()).fault('f1', kind, targets).say('node.drained', { durationMs: 500_000 });
    expect(bench.outcome.violationCount).toBe(violationCount);
  });
});
