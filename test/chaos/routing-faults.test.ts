import { describe, expect, test } from 'vitest';
import { findFaultKind } from '../../chaos/catalogue.ts';
import { emptyPlan, type PlannedFault } from '../../chaos/plan.ts';
import { runScenario } from '../../scenarios/runner.ts';
import type { RunResult } from '../../scenarios/run-result.ts';
import type { WorldEvent } from '../../sim/history/world-event.ts';

const lostPush = { kind: 'management.lost-push', parameters: {} };

interface Seen {
  readonly event: WorldEvent;
  readonly timeMs: number;
}

const startMs = 420_000;
const endMs = 540_000;
const rollbackMs = startMs + 30_000;
const overrides = {
  tools: '12',
  defenders: '3',
  collectors: '2',
  gateways: '2',
  cassandraNodes: '3',
  minutes: '12',
};

type Fault = Pick<PlannedFault, 'kind' | 'parameters'> & Partial<PlannedFault>;

/** A release from the second minute on, faults from the seventh to the ninth unless they say another time, and L1 half a minute later. */
async function play(
  ...faults: readonly Fault[]
): Promise<{ readonly result: RunResult; readonly seen: readonly Seen[] }> {
  const seen: Seen[] = [];
  const plan = {
    ...emptyPlan,
    faults: [
      { id: 's1', kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: 120_000 },
      ...faults.map((fault, index) => ({
        id: `f${index}`,
        startMs,
        ...(findFaultKind(fault.kind)?.instant === true ? {} : { endMs }),
        ...fault,
      })),
      { id: 's2', kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: rollbackMs },
    ],
  };
  const result = await runScenario(
    { scenario: 'rollback-anywhere', seed: 3n, overrides, plan },
    { observe: (event, timeUs) => void seen.push({ event, timeMs: timeUs / 1000 }) },
  );
  return { result, seen };
}

function hitsOf(result: RunResult): number {
  return result.faults.find(({ id }) => id === 'f0')?.hits ?? 0;
}

function brokenRules({ rules }: RunResult): readonly string[] {
  return rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule);
}

/** How long after the order each gateway applied the list of the rollback. */
function appliedAfterMs(seen: readonly Seen[]): readonly number[] {
  const changed = seen.find(({ event }) => event.kind === 'routing.changed' && event.action === 'rollback');
  if (changed?.event.kind !== 'routing.changed') return [];
  const { epoch } = changed.event;
  return seen.flatMap(({ event, timeMs }) =>
    event.kind === 'routing.applied' && event.epoch === epoch ? [timeMs - rollbackMs] : [],
  );
}

describe('faults of routing bite, and are gone at their end', { timeout: 120_000 }, () => {
  test('management.slow: what was ordered is done once, whoever stopped waiting', async () => {
    const { result, seen } = await play({ kind: 'management.slow', parameters: { delayMs: 1500 } });
    expect(hitsOf(result)).toBeGreaterThan(20);
    expect(brokenRules(result)).toEqual([]);
    const rollbacks = seen.filter(
      ({ event }) => event.kind === 'routing.changed' && event.action === 'rollback',
    );
    expect(rollbacks).toHaveLength(1);
    expect(Math.max(...appliedAfterMs(seen))).toBeLessThan(5200);
  });

  test('management.errors: L1 waits for the first answer that is none of them', async () => {
    const { result, seen } = await play({ kind: 'management.errors', parameters: { status: 503 } });
    expect(hitsOf(result)).toBeGreaterThan(20);
    expect(brokenRules(result)).toEqual([]);
    const applied = appliedAfterMs(seen);
    expect(applied).toHaveLength(2);
    expect(Math.min(...applied)).toBeGreaterThan(90_000);
    expect(Math.max(...applied)).toBeLessThan(95_000);
    expect(seen.some(({ event }) => event.kind === 'routing.stale')).toBe(true);
  });

  test('management.lost-answers: the change is made once, though it is asked for again', async () => {
    const { result, seen } = await play({ kind: 'management.lost-answers', parameters: {} });
    expect(hitsOf(result)).toBeGreaterThan(2);
    expect(brokenRules(result)).toEqual([]);
    const rollbacks = seen.filter(
      ({ event }) => event.kind === 'routing.changed' && event.action === 'rollback',
    );
    expect(rollbacks).toHaveLength(1);
    expect(Math.max(...appliedAfterMs(seen))).toBeLessThan(5200);
  });

  test('management.lost-push: the next refresh brings it', async () => {
    const { result, seen } = await play(lostPush);
    expect(hitsOf(result)).toBeGreaterThan(0);
    expect(brokenRules(result)).toEqual([]);
    const applied = appliedAfterMs(seen);
    expect(applied).toHaveLength(2);
    expect(Math.max(...applied)).toBeGreaterThan(500);
    expect(Math.max(...applied)).toBeLessThan(7000);
  });

  test.each(['truncated', 'stale'])(
    'management.bad-list %s: nobody takes it over, and the list of the rollback comes at its end',
    async (how) => {
      // Without pushes there is no other way to hear of a list; from before the first stage on there is an older one.
      const fromMs = 60_000;
      const { result, seen } = await play(
        { kind: 'management.bad-list', parameters: { how }, startMs: how === 'stale' ? fromMs : startMs },
        { ...lostPush, startMs: how === 'stale' ? fromMs : startMs },
      );
      expect(hitsOf(result)).toBeGreaterThan(0);
      expect(brokenRules(result)).toEqual([]);
      const applied = appliedAfterMs(seen);
      expect(applied).toHaveLength(2);
      expect(Math.min(...applied)).toBeGreaterThan(endMs - rollbackMs);
      expect(Math.max(...applied)).toBeLessThan(endMs - rollbackMs + 7000);
    },
  );

  test.each(['kept', 'lost'])(
    'routing.gateway-restart, disk %s, while Management is not there (F12)',
    async (disk) => {
      const { result, seen } = await play(
        {
          kind: 'routing.gateway-restart',
          parameters: { count: 1, disk },
          startMs: startMs + 1000,
        },
        { kind: 'management.errors', parameters: { status: 500 } },
      );
      expect(hitsOf(result)).toBe(1);
      expect(brokenRules(result)).toEqual([]);
      const back = seen.find(({ event, timeMs }) => event.kind === 'routing.applied' && timeMs > startMs);
      if (disk === 'kept') expect(back?.timeMs).toBeLessThan(rollbackMs);
      else expect(back?.timeMs).toBeGreaterThan(endMs);
    },
  );

  test('routing.clock-behind of all three: nothing goes back with it', async () => {
    const { result, seen } = await play(
      ...['gateway', 'management', 'rollout'].map((component) => ({
        kind: 'routing.clock-behind',
        parameters: { component, count: 3, behindMs: 120_000 },
      })),
    );
    expect(hitsOf(result)).toBeGreaterThan(0);
    expect(brokenRules(result)).toEqual([]);
    expect(Math.max(...appliedAfterMs(seen))).toBeLessThan(5200);
  });
});
