import { describe, expect, test } from 'vitest';
import { onModel } from './fault-campaign.ts';
import { keptFaults } from './fault-corpus.ts';
import { faultPlansOf } from './fault-plan.ts';
import { LiveFaultRig } from './fault-rig.ts';
import { faultTolerations, incomparable, isTolerated } from './fault-tolerations.ts';
import { runFaults } from './fault-run.ts';
import { describeLive } from './live-suite.ts';

const everyKind = keptFaults('2.12').filter(({ title }) => title === 'every kind of command, a dead leader');

describe('the model under generated faults', () => {
  test('2.12 keeps every rule', { timeout: 60_000 }, async () => {
    let operations = 0;
    let seed = 5n;
    for (const plan of faultPlansOf(5).take(5)) {
      const outcome = await onModel(plan, '2.12', seed++);
      expect(outcome.violations, JSON.stringify(plan)).toEqual([]);
      expect(outcome.replicasRead).toEqual([3, 3]);
      operations += outcome.operations;
    }
    expect(operations).toBeGreaterThan(3_000);
  });

  test('2.9 breaks what real servers of 2.9.10 break, and nothing else', { timeout: 60_000 }, async () => {
    let seed = 6n;
    for (const plan of faultPlansOf(6).take(3)) {
      const { violations } = await onModel(plan, '2.9.10', seed++);
      const rules = violations.map(({ rule }) => rule);
      expect(
        rules.filter((rule) => !isTolerated(rule, '2.9.10')),
        JSON.stringify(plan),
      ).toEqual([]);
    }
  });

  test('replicas of 2.9 differ after a leader that stood still for 8 s, as on the server', async () => {
    const [, plan] = faultPlansOf(300).take(2);
    if (plan === undefined) throw new Error('no plan');
    const rules = (await onModel(plan, '2.9.10', 301n)).violations.map(({ rule }) => rule);
    expect(rules).toContain('equal');
    expect(rules).toContain('stored');
  });

  test('2.12 may break nothing, and 2.9 is to break its rules about as often as servers do', () => {
    expect(faultTolerations.filter(({ profile }) => profile === '2.12')).toEqual([]);
    expect(isTolerated('once', '2.9.10')).toBe(false);
    const broken = (stored: number): Map<'stored', number> => new Map([['stored', stored]]);
    expect(incomparable('2.9.10', { model: broken(8), server: broken(4) })).toEqual([]);
    expect(incomparable('2.9.10', { model: broken(0), server: broken(9) })).toEqual(['stored']);
  });

  for (const profile of ['2.12', '2.9.10'] as const) {
    test.each(keptFaults(profile))(`${profile}: $title`, async ({ plan, seed }) => {
      expect((await onModel(plan, profile, BigInt(seed))).violations).toEqual([]);
    });
  }
});

await describeLive('sequences under faults', '2.12.15', (cluster) => {
  test.each(everyKind)('$title: as on the model', { timeout: 150_000 }, async ({ plan, seed }) => {
    const server = await runFaults(new LiveFaultRig(cluster()), plan, 'f00000');
    const model = await onModel(plan, '2.12', BigInt(seed));
    for (const outcome of [model, server]) {
      expect(outcome.violations).toEqual([]);
      expect(outcome.redeliveries).toBeGreaterThan(0);
      expect(outcome.writes).toBeGreaterThan(5);
      expect(outcome.words.get('publish: no-responders')).toBeGreaterThan(0);
    }
  });
});
