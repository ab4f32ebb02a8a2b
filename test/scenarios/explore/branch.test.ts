import { expect, test } from 'vitest';
import { findStates } from '../../../scenarios/explore/branch.ts';
import type { Path } from '../../../scenarios/explore/path.ts';
import { scaleNamed } from '../../../scenarios/explore/scale.ts';
import type { Moment } from '../../../scenarios/explore/timeline.ts';

const small = scaleNamed('small');

function moment(phase: string, fromMs: number, stableColour: 'blue' | 'green' = 'blue'): Moment {
  return { phase, stableColour, releaseColour: 'green', otherColourRuns: true, fromUs: fromMs * 1000 };
}

/** A release that passes two stages and is promoted, on every path that begins one. */
async function look(path: Path): Promise<readonly Moment[]> {
  const fromMs = path.fromMs;
  return await Promise.resolve([
    moment('idle', 0),
    moment('deploying', fromMs + 10_000),
    moment('observing-0', fromMs + 20_000),
    moment('observing-1', fromMs + 30_000),
    moment('paused-1', fromMs + 40_000),
    moment('ended-promoted', fromMs + 50_000, 'green'),
  ]);
}

test('a small fab goes the rare ways too, the one that ships only those that turn off the first release', async () => {
  const gone: string[] = [];
  const walked = async (path: Path): Promise<readonly Moment[]> => {
    gone.push(path.name);
    return await look(path);
  };
  await findStates(scaleNamed('shipped'), walked);
  const shipped = gone.splice(0);
  expect(shipped).toEqual([
    'first-release',
    'after-L1',
    'after-L3',
    'after-L2',
    'blind-gate',
    'second-release',
  ]);
  await findStates(small, walked);
  expect(gone).toEqual(
    expect.arrayContaining([...shipped, 'aborted', 'unconfirmed-L2-paused', 'second-after-L3']),
  );
  expect(new Set(gone).size).toBe(gone.length);
});

test('each state is found once, by the first path that comes by it', async () => {
  const states = await findStates(small, look);
  const keys = states.map(
    ({ phase, stableColour, path }) => `${phase} ${stableColour} ${path.gateways?.join(' ') ?? ''}`,
  );
  expect(new Set(keys).size).toBe(keys.length);
  expect(states.filter(({ phase }) => phase === 'observing-1').map(({ path }) => path.name)).toEqual([
    'first-release',
    'unconfirmed-L2-paused',
  ]);
});

test('where a gateway is cut off on the way, no state has all of them in order', async () => {
  const states = await findStates(small, look);
  const cutOff = states.filter(({ path }) => path.name.includes('unconfirmed'));
  expect(cutOff.length).toBeGreaterThan(0);
  for (const { path } of cutOff) expect(path.gateways).not.toContain('in-date');
});
