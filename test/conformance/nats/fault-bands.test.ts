import { describe, expect, test } from 'vitest';
import { profileOf } from '../../../chaos/live/nats/index.ts';
import { LiveFaultRig } from './fault-rig.ts';
import { faultScripts, scriptOnModel } from './fault-scripts.ts';
import { describeLive } from './live-suite.ts';

const seeds = [1n, 2n];

for (const profile of ['2.12', '2.9.10'] as const) {
  describe(`sequences judged by band, on the model, profile ${profile}`, () => {
    test.each(faultScripts)('$id: $title', async (script) => {
      for (const seed of seeds) {
        const measures = await scriptOnModel(script, profile, seed);
        expect(
          measures.filter(({ fits }) => !fits),
          `seed ${seed}`,
        ).toEqual([]);
      }
    });
  });
}

for (const version of ['2.12.15', '2.9.10'] as const) {
  await describeLive('sequences judged by band', version, (cluster) => {
    // The others take half a minute or more each: `npm run conformance -- nats --bands`.
    const short = faultScripts.filter(({ isShort }) => isShort);
    test.each(short)('$id: $title', { timeout: 120_000, retry: 1 }, async (script) => {
      const rig = new LiveFaultRig(cluster());
      const measures = await script.run(rig, `s${script.id}`, profileOf(version));
      expect(measures.filter(({ fits }) => !fits)).toEqual([]);
    });
  });
}
