import { describe, expect, test } from 'vitest';
import { defenderTimelines } from '../../../scenarios/catalog/defender-timelines/index.ts';
import { prepare, runScenario } from '../../../scenarios/runner.ts';
import { TimelineFold } from '../../../scenarios/timelines/timeline-fold.ts';
import type { Band, Timeline } from '../../../scenarios/timelines/timeline.ts';

function later<B extends Band>(band: B): B {
  const [least, most] = band.seconds;
  return { ...band, seconds: [least + 100, most + 100] };
}

/** The same with every band where it cannot be met. */
function shifted(timeline: Timeline): Timeline {
  const { maps, events, stable, ...rest } = timeline;
  return {
    ...rest,
    maps: maps.map(later),
    events: events.map(later),
    ...(stable === undefined ? {} : { stable: later(stable) }),
  };
}

describe('the timelines of defender §3', () => {
  test('all eleven are in the catalogue', () => {
    const numbers = defenderTimelines.map(({ name }) => Number.parseInt(name.split('-')[2] ?? '', 10));
    expect(new Set(numbers)).toEqual(new Set(Array.from({ length: 11 }, (_, index) => index + 1)));
  });

  test.each(defenderTimelines.map(({ name }) => [name]))(
    '%s holds, and does not where its bands are shifted',
    { timeout: 120_000 },
    async (scenario) => {
      const request = { scenario, seed: 7n, overrides: {} };
      const { timeline } = prepare(request).setup;
      if (timeline === undefined) throw new Error('no timeline');
      let wrong: TimelineFold | undefined;
      const result = await runScenario(request, {
        built: ({ history }) => {
          wrong = new TimelineFold(shifted(timeline), history);
        },
      });
      expect(result.reasons).toEqual([]);
      const banded = (wrong?.finish() ?? []).filter(({ band }) => band !== undefined);
      expect(banded.map(({ problem }) => problem ?? 'none')).not.toContain('none');
    },
  );
});
