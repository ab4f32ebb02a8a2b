import { afterAll, describe, expect, test } from 'vitest';
import { profileOf } from '../../../../chaos/live/nats/index.ts';
import { fixedSequences } from '../fixed-sequences.ts';
import { Interpreter, planName } from '../interpreter.ts';
import { LiveRig } from '../live-rig.ts';
import { describeLive } from '../live-suite.ts';
import { SuccessorConnector } from './successor-connector.ts';

let names = 0;

for (const version of ['2.9.10', '2.12.15'] as const) {
  await describeLive('the successor @nats-io/*', version, (cluster) => {
    const rigs: { nats?: LiveRig; successor?: LiveRig } = {};
    afterAll(async () => {
      await rigs.nats?.close();
      await rigs.successor?.close();
    });

    describe('sees what nats 2.29 sees', () => {
      const fitting = fixedSequences.filter(({ profiles }) => profiles.includes(profileOf(version)));
      // Done again where the machine was too busy for the moments of a timed plan.
      test.concurrent.each(fitting)('$id: $title', { retry: 2 }, async ({ plan }) => {
        const nats = (rigs.nats ??= new LiveRig(cluster()));
        const successor = (rigs.successor ??= new LiveRig(cluster(), new SuccessorConnector()));
        const [left, right] = await Promise.all(
          [nats, successor].map((rig) => new Interpreter(rig, plan, planName(names++)).run()),
        );
        expect(right?.observations).toEqual(left?.observations);
      });
    });
  });
}
