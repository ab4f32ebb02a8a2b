import { describe, expect, test } from 'vitest';
import { ingestSeamless } from '../../../scenarios/invariants/ingest-seamless.ts';
import { RuleBench } from './rule-bench.ts';

const collector = { pod: 'collector-blue-a', deployment: 'collector-blue' };
const message = 'T0001 had to send again (UNAVAILABLE) while collector-blue-a was stopping';

function stopping(): RuleBench {
  return new RuleBench(ingestSeamless).at(100).say('pod.terminating', collector);
}

describe('ingest.seamless', () => {
  test.each([
    [100, [message]],
    [145, [message]],
    [146, []],
  ])('a request that is sent again at %i s', (seconds, messages) => {
    const bench = stopping().at(seconds).say('tool.retry');
    expect(bench.outcome.checked).toBe(1);
    expect(bench.messages).toEqual(messages);
  });

  test('Defenders have no part in it', () => {
    const bench = new RuleBench(ingestSeamless).say('pod.terminating').say('tool.retry');
    expect(bench.outcome).toMatchObject({ checked: 0, violationCount: 0 });
  });

  test('while a gateway stops nothing is judged', () => {
    const bench = stopping().say('pod.terminating', { pod: 'gateway-0', deployment: 'gateway' });
    expect(bench.say('tool.retry').messages).toEqual([]);
  });

  test.each([
    ['cassandra.kill-node', ['cassandra-1'], 0],
    ['pod.kill', ['collector-blue-b'], 0],
    ['pod.kill', ['defender-blue-a'], 1],
    ['operator.rolling-update', ['collector-blue'], 1],
    ['kubelet.flap-readiness', ['collector-blue-b'], 0],
  ])('with %s of %j: %i violations', (kind, targets, violationCount) => {
    expect(stopping().fault('f1', kind, targets).say('tool.retry').outcome.violationCount).toBe(
      violationCount,
    );
  });
});
