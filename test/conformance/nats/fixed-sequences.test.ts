import { afterAll, describe, expect, test } from 'vitest';
import { profileOf } from '../../../chaos/live/nats/index.ts';
import { runOnModel } from './comparison.ts';
import { corpusSequences } from './corpus.ts';
import { fixedSequences } from './fixed-sequences.ts';
import { Interpreter, planName } from './interpreter.ts';
import { LiveRig } from './live-rig.ts';
import { describeLive } from './live-suite.ts';

let names = 0;

for (const version of ['2.9.10', '2.12.15'] as const) {
  await describeLive('fixed sequences', version, (cluster) => {
    const profile = profileOf(version);
    let rig: LiveRig | undefined;
    afterAll(async () => {
      await rig?.close();
    });

    describe('on model and server alike', () => {
      const fitting = [...fixedSequences, ...corpusSequences()].filter(({ profiles }) =>
        profiles.includes(profile),
      );
      // Done again where the machine was too busy for the server or for the moments of a timed plan.
      test.concurrent.each(fitting)('$id: $title', { retry: 2 }, async ({ plan }) => {
        rig ??= new LiveRig(cluster());
        const model = await runOnModel(plan, profile);
        const server = await new Interpreter(rig, plan, planName(names++)).run();
        expect(model.observations).toEqual(server.observations);
      });
    });
  });
}
