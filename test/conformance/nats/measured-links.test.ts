import { expect, test } from 'vitest';
import { median } from './distribution.ts';
import { faultScripts, scriptOnModel } from './fault-scripts.ts';
import { measuredLinks, type MeasuredLinks } from './measured-links.ts';

const seeds = Array.from({ length: 15 }, (_, seed) => BigInt(seed + 1));
/** A kernel adds the round trip to each of its waits, on a busy machine a tenth; the model's wait is exact. */
const earlier = 0.85;
const earlierSeconds = 1.5;

async function modelSeconds({ profile, id }: MeasuredLinks): Promise<ReadonlyMap<string, readonly number[]>> {
  const script = faultScripts.find((known) => known.id === id);
  if (script === undefined) throw new Error(`no sequence ${id}`);
  const seconds = new Map<string, number[]>();
  for (const seed of seeds) {
    for (const { what, seen } of await scriptOnModel(script, profile, seed))
      seconds.set(what, [...(seconds.get(what) ?? []), Number(seen)]);
  }
  return seconds;
}

const groups = Object.entries(Object.groupBy(measuredLinks, ({ profile, id }) => `${profile}, ${id}`));

test.each(groups)(
  'the model takes as long as servers whose links are cut in namespaces: %s',
  async (_, rows = []) => {
    const [first] = rows;
    if (first === undefined) throw new Error('nothing was measured');
    const model = await modelSeconds(first);
    for (const { what, seconds } of rows) {
      const middle = median((model.get(what) ?? []).toSorted((left, right) => left - right));
      const least = Math.min(...seconds);
      expect(middle, what).toBeGreaterThanOrEqual(Math.min(least * earlier, least - earlierSeconds));
      expect(middle, what).toBeLessThanOrEqual(Math.max(...seconds));
    }
  },
);
