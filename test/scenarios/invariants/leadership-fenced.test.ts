import { describe, expect, test } from 'vitest';
import { leadershipFenced } from '../../../scenarios/invariants/leadership-fenced.ts';
import { RuleBench } from './rule-bench.ts';

describe('leadership.fenced', () => {
  test('holds where terms and versions are used once in a colour', () => {
    const bench = new RuleBench(leadershipFenced)
      .say('leader.elected')
      .say('assignment.published')
      .say('leader.elected', { colour: 'green' })
      .say('assignment.published', { colour: 'green' })
      .say('leader.elected', { term: 2 })
      .say('assignment.published', { term: 2, version: 2 });
    expect(bench.outcome).toMatchObject({ checked: 6, violationCount: 0 });
  });

  test('is broken by two leaders of a term and two maps of a version', () => {
    const bench = new RuleBench(leadershipFenced)
      .say('leader.elected')
      .say('leader.elected', { pod: 'defender-blue-b' })
      .say('assignment.published')
      .say('assignment.published', { term: 2 });
    expect(bench.messages).toEqual([
      'defender-blue-b (blue) was elected in term 1, which defender-blue-a had',
      'blue: map 1 was published twice, in term 1 and in term 2',
    ]);
  });

  test('is broken by a map that its leader could not announce', () => {
    const bench = new RuleBench(leadershipFenced)
      .say('assignment.published')
      .say('assignment.computed', { term: 2 })
      .say('assignment.applied', { term: 2 });
    expect(bench.messages).toEqual(['blue: map 1 was published twice, in term 1 and in term 2']);
  });

  test('is broken by a leader that counts from an older map', () => {
    const bench = new RuleBench(leadershipFenced)
      .say('assignment.published', { version: 5 })
      .say('assignment.published', { version: 4, term: 2 });
    expect(bench.messages).toEqual(['blue: map 4 of term 2 came after map 5']);
  });

  test('excused for good by a power loss of that colour, and by nothing else', () => {
    const bench = new RuleBench(leadershipFenced)
      .fault('f1', 'nats.power-loss', ['nats-blue-1'])
      .at(9000)
      .say('leader.elected')
      .say('leader.elected')
      .say('leader.elected', { colour: 'green' })
      .say('leader.elected', { colour: 'green' });
    expect(bench.outcome).toMatchObject({ violationCount: 1 });
    expect(Object.values(bench.outcome.excused)).toEqual([1]);
  });
});
