import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Fab } from '../fakes/fab.ts';

const image = 'tfdc:1.1';
/** A release of 100 tools takes about 101 min of virtual time to the end of its soak. */
const releaseMs = 105 * 60_000;

/** Times at which something is under way: right after the moments at which a state was stored. */
function momentArbitrary(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.integer({ min: 0, max: 40_000 }),
    fc.integer({ min: 0, max: releaseMs }),
    fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 60 })).map(
      // Ends of stages: 10 min, three of 15, a soak of 30; the start takes about 6 s.
      ([stage, offsetMs]) => 6000 + offsetMs + (stage === 4 ? 5_100_000 : 600_000 + stage * 900_000),
    ),
  );
}

test('L1 at any moment, with anybody killed at it: all tools on the old colour, and they stay', async () => {
  await fc.assert(
    fc.asyncProperty(
      momentArbitrary(),
      fc.constantFrom('nobody', 'management', 'rollout'),
      async (momentMs, victim) => {
        const fab = await Fab.started(100);
        await fab.operate('', { image });
        await fab.world.time.advance(momentMs);
        const answer = await fab.operate('/rollback', { level: 'L1', reason: 'drill' });
        expect(answer.status).toBe(202);
        if (victim === 'management') {
          fab.management.kill();
          await fab.world.time.advance(2000);
          fab.startManagement();
        }
        if (victim === 'rollout') {
          fab.rollout.kill();
          await fab.world.time.advance(2000);
          fab.startRollout();
        }
        for (const pauseMs of [6000, 1_800_000]) {
          await fab.world.time.advance(pauseMs);
          for (const gateway of fab.gateways.keys()) {
            const { body } = await fab.world.ask(`${gateway}:8080`, 'GET', '/internal/routing');
            expect(body).toMatchObject({ canaryTools: [], stableColour: 'blue' });
          }
        }
        expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'rolled-back' });
      },
    ),
    { numRuns: 40, seed: 3 },
  );
});

test('kills of controller, Management and gateways at any moment: the release is promoted once, no epoch twice', async () => {
  const kill = fc.record({
    afterMs: fc.integer({ min: 1, max: 900_000 }),
    victim: fc.constantFrom('management', 'rollout', 'gateway-0'),
    downMs: fc.integer({ min: 1, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(kill, { minLength: 1, maxLength: 8 }), async (kills) => {
      const fab = await Fab.started(100);
      await fab.operate('', { image });
      for (const { afterMs, victim, downMs } of kills) {
        await fab.world.time.advance(afterMs);
        if (victim === 'management') fab.management.kill();
        if (victim === 'rollout') fab.rollout.kill();
        if (victim === 'gateway-0') fab.gateways.get(victim)?.kill();
        await fab.world.time.advance(downMs);
        if (victim === 'management') fab.startManagement();
        if (victim === 'rollout') fab.startRollout();
        if (victim === 'gateway-0') fab.startGateway(victim);
      }
      await fab.untilPhase('ended', 5 * 3_600_000);
      expect(fab.last('rollout.ended')).toMatchObject({ outcome: 'promoted' });
      expect(fab.world.of('rollout.promoted')).toHaveLength(1);
      // A restart of Management tells its list again; two lists of one epoch there must never be.
      const changes = fab.world.of('routing.changed');
      const epochs = changes.map((event) => event.epoch);
      expect(epochs).toEqual(epochs.toSorted((one, two) => one - two));
      const distinct = new Set(changes.map((event) => JSON.stringify(event)));
      expect(distinct.size).toBe(new Set(epochs).size);
    }),
    { numRuns: 15, seed: 4 },
  );
});
