import { describe, expect, test } from 'vitest';
import { budgetProcessing } from '../../../scenarios/invariants/budget-processing.ts';
import { RuleBench } from './rule-bench.ts';

describe('budget.processing', () => {
  test.each([
    [4999, 0],
    [5000, 1],
  ])('%i ms: %i violations', (durationMs, violationCount) => {
    const bench = new RuleBench(budgetProcessing).say('completion.acknowledged', { durationMs });
    expect(bench.outcome).toMatchObject({ checked: 1, violationCount });
    if (violationCount > 0)
      expect(bench.messages).toEqual(['T0001/1 took 5000 ms from delivery to ack on defender-blue-a']);
  });

  test.each([
    ['cassandra.slow-node', ['cassandra-2'], 'Cassandra impaired'],
    ['nats.impair-acks', ['acks of nats-blue'], 'NATS impaired'],
    ['pod.freeze', ['defender-blue-a'], 'Defenders killed, frozen or replaced'],
  ])('%s of %j excuses', (kind, targets, reason) => {
    const bench = new RuleBench(budgetProcessing)
      .faultBegins('f1', kind, targets)
      .say('completion.acknowledged', { durationMs: 9000 });
    expect(bench.outcome).toMatchObject({ violationCount: 0, excused: { [reason]: 1 } });
  });

  test.each([
    ['pod.kill', ['gateway-0']],
    ['pod.kill', ['defender-green-a']],
    ['link.delay', ['tool-1 - gateway']],
    ['prometheus.outage', ['prometheus']],
  ])('%s of %j does not', (kind, targets) => {
    const bench = new RuleBench(budgetProcessing)
      .faultBegins('f1', kind, targets)
      .say('completion.acknowledged', { durationMs: 9000 });
    expect(bench.outcome.violationCount).toBe(1);
  });

  function quiet(slow: number, durationMs: number, contexts = 100): RuleBench {
    const bench = new RuleBench(budgetProcessing, { quiet: true });
    for (let index = 0; index < contexts; index++)
      bench.say('completion.acknowledged', { durationMs: index < slow ? durationMs : 500 });
    return bench.finish();
  }

  test('a quiet run keeps the percentiles too', () => {
    expect(quiet(5, 3000).messages).toEqual([]);
    expect(quiet(6, 2999).messages).toEqual([]);
    expect(quiet(6, 3000).messages).toEqual(['p95 of 100 contexts is 3000 ms, the bound 3000 ms']);
    expect(quiet(2, 5000).messages.at(-1)).toBe('p99 of 100 contexts is 5000 ms, the bound 5000 ms');
    expect(quiet(99, 4000, 99).messages).toEqual([]);
  });
});
