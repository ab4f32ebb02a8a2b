import { describe, expect, test } from 'vitest';
import { mutationCatalogue, type MutationName } from '../../../sim/nats/index.ts';
import { Fixture, type FixtureOptions } from './fixture.ts';
import { Player, type Sequence } from './player.ts';
import { sequences } from './sequences.ts';

async function played({ play }: Sequence, options: FixtureOptions): Promise<readonly unknown[]> {
  const fixture = new Fixture({ steady: true, seed: 2n, ...options });
  return await fixture.run(async () => {
    const client = await fixture.client('a', 0);
    const player = new Player(fixture, client, 3);
    try {
      await play(player);
    } catch (error) {
      // A mutated server may refuse what a sequence relies on.
      if (options.mutations === undefined) throw error;
      player.note(String(error));
    }
    return player.seen;
  });
}

describe('sequences', () => {
  for (const sequence of sequences) {
    test(sequence.name, async () => {
      expect(await played(sequence, {})).toEqual(sequence.expected);
    });
  }
});

const mutationNames = Object.keys(mutationCatalogue).filter((name): name is MutationName =>
  Object.hasOwn(mutationCatalogue, name),
);

describe('each deliberate error is seen by a sequence', () => {
  for (const name of mutationNames) {
    test(`${name}: ${mutationCatalogue[name]}`, async () => {
      const finders: string[] = [];
      for (const sequence of sequences) {
        const seen = await played(sequence, { mutations: [name] });
        if (JSON.stringify(seen) !== JSON.stringify(sequence.expected)) finders.push(sequence.name);
      }
      expect(finders).not.toEqual([]);
    });
  }
});
