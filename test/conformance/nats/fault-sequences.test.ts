import { describe, expect, test } from 'vitest';
import { onModel } from './fault-campaign.ts';
import { faultPlansOf, type FaultPlan } from './fault-plan.ts';
import { LiveFaultRig } from './fault-rig.ts';
import { runFaults } from './fault-run.ts';
import { describeLive } from './live-suite.ts';

const sound = { missing: [], wrong: [], isEqual: true, recovered: true };

/** A leader dies, another one is cut off. */
const short: FaultPlan = {
  writers: 2,
  phases: [
    { fault: 'kill', victim: 'leader', lastsMs: 1_500, calmMs: 5_000 },
    { fault: 'isolate', victim: 'leader', lastsMs: 6_000, calmMs: 2_000 },
  ],
};

describe('the model under generated faults', () => {
  test('2.12 loses nothing that it acknowledged, and comes back', { timeout: 60_000 }, async () => {
    let acked = 0;
    for (const plan of faultPlansOf(5).take(8)) {
      const outcome = await onModel(plan, '2.12', 5n);
      expect(outcome, JSON.stringify(plan)).toMatchObject(sound);
      expect(outcome.replicasRead).toBe(3);
      acked += outcome.acked;
    }
    expect(acked).toBeGreaterThan(5_000);
  });

  test('2.9 comes back', { timeout: 60_000 }, async () => {
    for (const plan of faultPlansOf(6).take(4)) {
      expect(await onModel(plan, '2.9.10', 6n), JSON.stringify(plan)).toMatchObject({ recovered: true });
    }
  });
});

await describeLive('sequences under faults', '2.12.15', (cluster) => {
  test('a dead leader and one cut off: as on the model', { timeout: 150_000 }, async () => {
    const server = await runFaults(new LiveFaultRig(cluster()), short, 'f00000');
    const model = await onModel(short, '2.12', 1n);
    for (const outcome of [model, server]) expect(outcome).toMatchObject(sound);
    expect(server.ambiguous).toBeGreaterThan(0);
    expect(model.ambiguous).toBeGreaterThan(0);
  });
});
