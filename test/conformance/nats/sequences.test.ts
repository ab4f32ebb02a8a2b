import { expect, test } from 'vitest';
import { profileOf } from '../../../chaos/live/nats/index.ts';
import { Campaign } from './campaign.ts';
import { LiveRig } from './live-rig.ts';
import { describeLive } from './live-suite.ts';
import { recordedRuns } from './recording.ts';

/** A share of the generated sequences on servers; the long run is `npm run conformance -- nats`. */
for (const version of ['2.9.10', '2.12.15'] as const) {
  await describeLive('generated sequences', version, (cluster) => {
    test('model and server agree', { timeout: 150_000 }, async () => {
      const profile = profileOf(version);
      const plans = recordedRuns(profile)
        .filter(({ id }) => id.startsWith('seed'))
        .map(({ plan }) => plan);
      const rig = new LiveRig(cluster());
      try {
        const campaign = new Campaign(rig, {
          version: profile,
          places: 24,
          shrinkLimit: 0,
          progress: () => undefined,
        });
        const { findings, settled, operations } = await campaign.run(plans);
        expect(findings).toEqual([]);
        expect(settled).toEqual([]);
        expect(operations).toBeGreaterThan(500);
      } finally {
        await rig.close();
      }
    });
  });
}
