import { defaultCanaryControlSettings } from '../../../system/routing/variants/percentage/control.ts';
import { correctCanaryGatewayPolicies } from '../../../system/routing/variants/percentage/gateway.ts';
import { goal } from '../../catalog/scenario.ts';
import type { Stage } from '../stage.ts';
import type { Variant } from '../variant.ts';
import { percentageBugs } from './bugs.ts';
import { CanaryFleet } from './fleet.ts';

const ladder = [5, 10, 50, 100];
const minutes = 14;

/** Two releases: one that is taken back at a share drawn from the seed, and one that goes all the way. */
async function course(stage: Stage, fleet: CanaryFleet): Promise<void> {
  const { random } = stage.director;
  await stage.wait(10_000);
  await climb(stage, fleet, 'v2', ladder.slice(0, random.integer(1, ladder.length)));
  await fleet.rollBack('v2');
  await stage.wait(random.integer(20_000, 60_000));
  await climb(stage, fleet, 'v3', ladder);
  await hurry(stage, fleet);
}

async function climb(
  stage: Stage,
  fleet: CanaryFleet,
  release: string,
  shares: readonly number[],
): Promise<void> {
  const { random } = stage.director;
  await fleet.release(release);
  for (const share of shares) {
    await fleet.weight(release, share);
    await stage.wait(random.integer(20_000, 50_000));
    if (random.chance(0.15)) await hurry(stage, fleet);
  }
}

/** Everybody sends at once, as after an outage: what the canary's limit is for. */
async function hurry(stage: Stage, fleet: CanaryFleet): Promise<void> {
  fleet.haste = 70;
  await stage.wait(5000);
  fleet.haste = 1;
}

export const percentageVariant: Variant = {
  name: 'percentage',
  summary: 'a percentage canary with header, cookie and affinity is widened and withdrawn',
  minutes,
  goals: [
    goal('the canary was withdrawn', 'canary.configured', ({ enabled }) => !enabled),
    goal('all clients were on the canary', 'canary.configured', ({ weightPercent }) => weightPercent === 100),
    goal('a client asked for a side', 'canary.answered', ({ forced }) => forced),
  ],
  begin(stage, bug) {
    const policies =
      bug === undefined ? undefined : (percentageBugs[bug] ?? (() => correctCanaryGatewayPolicies))();
    const fleet = new CanaryFleet(stage, {
      gateways: 3,
      clients: 40,
      periodMs: 5000,
      forcedShare: 0.02,
      control: { ...defaultCanaryControlSettings, ladder },
      policies: policies ?? correctCanaryGatewayPolicies,
      behaviour: () => ({ delayMs: 20, errorShare: 0 }),
    });
    stage.play(() => course(stage, fleet));
    stage.disturb({
      fromMs: 20_000,
      untilMs: minutes * 60_000 - 60_000,
      everyMs: 40_000,
      killed: [fleet.control, ...fleet.gateways, fleet.backends.canary],
      cut: [fleet.control, ...fleet.gateways],
      storeOutages: true,
    });
  },
};
