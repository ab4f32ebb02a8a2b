import { describe, expect, test } from 'vitest';
import { durabilityPublished } from '../../../scenarios/invariants/durability-published.ts';
import { RuleBench } from './rule-bench.ts';

describe('durability.published', () => {
  test('holds where a completion was processed, given up by name, or still waits', () => {
    const bench = new RuleBench(durabilityPublished, { waitingCompletions: () => ['T0001/3'] })
      .at(10)
      .say('completion.published')
      .say('completion.delivered')
      .say('uchart.stored')
      .say('completion.published', { contextId: 'T0001/2' })
      .say('completion.dead-lettered', { contextId: 'T0001/2' })
      .say('completion.published', { contextId: 'T0001/3' })
      .at(200)
      .finish();
    expect(bench.outcome).toMatchObject({ checked: 3, violationCount: 0 });
  });

  test('a second publication of what is processed asks for nothing', () => {
    const bench = new RuleBench(durabilityPublished)
      .say('uchart.stored')
      .say('completion.published')
      .at(1000)
      .finish();
    expect(bench.messages).toEqual([]);
  });

  test('is broken by a completion that is gone', () => {
    const bench = new RuleBench(durabilityPublished)
      .at(10)
      .say('completion.published', { streamSequence: 7 })
      .at(20)
      .finish();
    expect(bench.messages).toEqual([
      'T0001/1: NATS acknowledged its completion as 7 at 10 s, and it is neither in the stream nor processed',
    ]);
  });
});
