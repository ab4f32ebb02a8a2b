import { describe, expect, test } from 'vitest';
import {
  cassandraImpaired,
  coloursTouched,
  defendersDisturbed,
  isExcusedBy,
  listDelayed,
  natsImpaired,
} from '../../../scenarios/invariants/excuses.ts';
import { rules } from '../../../scenarios/invariants/index.ts';
import { rule } from '../../../scenarios/invariants/rule.ts';
import { RuleBench } from './rule-bench.ts';

const touchy = rule({
  id: 'test.touchy',
  title: 'no tool retries',
  kind: 'safety',
  source: 'test',
  excuses: [natsImpaired],
  watch({ history }, ledger) {
    history.on('tool.retry', ({ attempt }) => {
      ledger.check();
      ledger.violateUnlessExcused(`attempt ${attempt}`, attempt * 1e6, 'blue');
    });
    history.on('tool.overflow', () => ledger.violate('overflow', 10e6));
    return { finish: () => undefined };
  },
});

describe('the list of rules', () => {
  test('has names of their own', () => {
    const ids = rules.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.every((id) => /^[a-z-]+\.[a-z-]+$/.test(id))).toBe(true);
  });

  test('breaks and checks nothing in an empty history', () => {
    for (const each of rules) {
      const { checked, violationCount } = new RuleBench(each).finish().outcome;
      expect({ id: each.id, checked, violationCount }).toEqual({
        id: each.id,
        checked: 0,
        violationCount: 0,
      });
    }
  });
});

describe('the ledger', () => {
  test('counts all violations and keeps the first ones', () => {
    const bench = new RuleBench(touchy);
    for (let attempt = 1; attempt <= 25; attempt++) bench.at(attempt).say('tool.retry', { attempt });
    expect(bench.outcome).toMatchObject({ checked: 25, violationCount: 25 });
    expect(bench.messages).toHaveLength(20);
    expect(bench.outcome.violations[1]).toMatchObject({ message: 'attempt 2', timeUs: 2e6, event: 2 });
  });

  test.each([
    ['in force', 'nats.partition', ['nats-blue-0'], 0],
    ['over for the grace and the length of the breach', 'nats.partition', ['nats-blue-0'], 91],
    ['of links to NATS', 'link.delay', ['defender-blue-a - nats'], 0],
    ['of what both colours share', 'nats.partition', ['somewhere'], 0],
  ])('a fault %s excuses', (_, kind, targets, agoS) => {
    const bench = new RuleBench(touchy).faultBegins('f1', kind, targets);
    if (agoS > 0) bench.at(10).faultEnds('f1');
    bench.at(10 + agoS).say('tool.retry');
    expect(bench.outcome).toMatchObject({ violationCount: 0, excused: { 'NATS impaired': 1 } });
  });

  test.each([
    ['over for longer', 'nats.partition', ['nats-blue-0'], 91.1],
    ['of another dependency', 'cassandra.slow-node', ['cassandra-0'], 0],
    ['of other links', 'link.delay', ['tool-1 - gateway'], 0],
    ['of the other colour', 'nats.partition', ['nats-green-0'], 0],
  ])('a fault %s does not excuse', (_, kind, targets, agoS) => {
    const bench = new RuleBench(touchy).faultBegins('f1', kind, targets);
    if (agoS > 0) bench.at(10).faultEnds('f1');
    bench.at(10 + agoS).say('tool.retry');
    expect(bench.outcome).toMatchObject({ violationCount: 1, excused: {} });
    expect(bench.outcome.violations[0]?.faults).toEqual(['f1']);
  });

  test('a violation found late names the faults around its own time', () => {
    const bench = new RuleBench(touchy)
      .at(5)
      .fault('before', 'pod.kill', ['x'])
      .at(500)
      .fault('after', 'pod.kill', ['x'])
      .at(600)
      .say('tool.overflow');
    expect(bench.outcome.violations[0]).toMatchObject({ timeUs: 10e6, faults: ['before'] });
  });
});

describe('excuses', () => {
  test.each([
    [cassandraImpaired, 'link.loss', ['collector-blue-a - cassandra'], true],
    [cassandraImpaired, 'link.loss', ['collector-blue-a - nats'], false],
    [defendersDisturbed, 'pod.kill', ['defender-green-a'], true],
    [defendersDisturbed, 'pod.kill', ['collector-green-a'], false],
    [defendersDisturbed, 'pod.clock-step', ['defender-green-a'], false],
    [defendersDisturbed, 'operator.scale', ['collector-blue'], false],
    [defendersDisturbed, 'node.loss', ['node-3'], true],
    [listDelayed, 'link.delay', ['gateway-0 - collector'], false],
    [listDelayed, 'link.delay', ['gateway-0 - management'], true],
    [listDelayed, 'pod.kill', ['management-0'], true],
    [listDelayed, 'pod.kill', ['defender-blue-a'], false],
  ])('%j and %s of %j', (excuse, kind, targets, expected) => {
    expect(isExcusedBy(excuse, kind, targets)).toBe(expected);
  });

  test('touch the colours that their targets name', () => {
    expect(coloursTouched(['acks of nats-green'])).toEqual(['green']);
    expect(coloursTouched(['defender-blue-a', 'defender-green-b'])).toEqual(['blue', 'green']);
    expect(coloursTouched(['node-1'])).toEqual(['blue', 'green']);
  });
});
