import { describe, expect, test } from 'vitest';
import { isolationColour } from '../../../scenarios/invariants/isolation-colour.ts';
import { RuleBench } from './rule-bench.ts';

const green = { colour: 'green', pod: 'defender-green-a', streamSequence: 40 } as const;

describe('isolation.colour', () => {
  test('holds where each colour consumes its own', () => {
    const bench = new RuleBench(isolationColour)
      .say('completion.published')
      .say('completion.delivered')
      .say('completion.delivered', { ...green, contextId: 'T0001/2' })
      .say('completion.published', { colour: 'green', contextId: 'T0001/2', streamSequence: 40 });
    expect(bench.outcome).toMatchObject({ checked: 2, violationCount: 0 });
  });

  test.each([
    ['before', ['completion.published', 'completion.delivered']],
    ['after', ['completion.delivered', 'completion.published']],
  ] as const)('is broken by a message of the other colour, published %s', (_, kinds) => {
    const bench = new RuleBench(isolationColour);
    for (const kind of kinds) {
      if (kind === 'completion.delivered') bench.say(kind, green);
      else bench.say(kind, { streamSequence: 40 });
    }
    expect(bench.messages).toEqual([
      'defender-green-a (green) consumed T0001/1, which only blue had published',
    ]);
  });

  test('a context that a tool completed twice, once with each colour, is no crossing', () => {
    const bench = new RuleBench(isolationColour)
      .say('completion.published', { streamSequence: 12 })
      .say('completion.delivered', { streamSequence: 12 })
      // The collector of green died before it could tell of its publication.
      .say('completion.delivered', green);
    expect(bench.outcome.violationCount).toBe(0);
  });
});
