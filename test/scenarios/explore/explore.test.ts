import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { parsePlan } from '../../../chaos/parse-plan.ts';
import { formatPlan } from '../../../chaos/plan.ts';
import { exploreCase } from '../../../scenarios/explore/explore-case.ts';
import { ExploreWorld } from '../../../scenarios/explore/explore-world.ts';
import { observe, type Job } from '../../../scenarios/explore/observe.ts';
import { outcomeOf, type Outcome } from '../../../scenarios/explore/outcome.ts';
import { firstRelease } from '../../../scenarios/explore/path.ts';
import { exploreMarkdown, exploreText, phasesNeverMet } from '../../../scenarios/explore/report.ts';
import { scaleNamed } from '../../../scenarios/explore/scale.ts';
import { sideFaults } from '../../../scenarios/explore/side-fault.ts';
import { aimId, statesOf, type Aim, type ReachedState } from '../../../scenarios/explore/state.ts';
import { explorationJsonSchema, explorationSchema, summarise } from '../../../scenarios/explore/summary.ts';
import { aimsOf } from '../../../scenarios/explore/aims.ts';
import { runScenario } from '../../../scenarios/runner.ts';
import { Preparation } from '../../../sim/preparation.ts';

const seed = 1n;
const scale = scaleNamed('small');
/** Up to the second stage. */
const path = { ...firstRelease(scale), horizonMs: 7 * 60_000 };

describe('rollbacks out of the states of a release', { timeout: 120_000 }, () => {
  let states: readonly ReachedState[] = [];
  const outcomes: Outcome[] = [];
  const preparation = new Preparation();
  const jobs: Job[] = [];
  const world = new ExploreWorld({
    seed,
    scale,
    tools: 10,
    size: {},
    run: async (job) => {
      jobs.push(job);
      return await observe(job, preparation);
    },
  });

  function stateOf(phase: string): ReachedState {
    const state = states.find((candidate) => candidate.phase === phase);
    if (state === undefined) throw new Error(`the path does not come by ${phase}`);
    return state;
  }

  async function explored(aim: Partial<Aim> & { readonly state: ReachedState }): Promise<Outcome> {
    const whole: Aim = { level: 'L1', gateway: 'in-date', management: 'up', faults: [], ...aim };
    const outcome = outcomeOf(await exploreCase(world, whole), seed, 'results/test/plans');
    outcomes.push(outcome);
    return outcome;
  }

  beforeAll(async () => {
    const { moments } = await observe({
      ...world.jobOf(path.horizonMs),
      plan: { version: 1, faults: path.acts.map((act, index) => ({ id: `p${index + 1}`, ...act })) },
      stopUs: path.horizonMs * 1000,
    });
    states = statesOf(path, moments);
  }, 60_000);

  test('the path comes by the phases in their order', () => {
    expect(states.map(({ phase }) => phase)).toEqual([
      'idle',
      'preparing',
      'deploying',
      'verifying',
      'expanding-0',
      'observing-0',
      'expanding-1',
      'observing-1',
    ]);
  });

  test('L1 out of an undisturbed stage empties the lists in time', async () => {
    const outcome = await explored({ state: stateOf('observing-1') });
    expect(outcome).toMatchObject({ met: true, bound: 'kept', verdict: 'passed', rulesBroken: [] });
    expect(outcome.safety?.toolsAtRisk).toBe(5);
    expect(outcome.safeMs).toBeLessThan(1000);
    expect(outcome.safety?.listAppliedMs).toBeGreaterThan(0);
  });

  test('a gateway cut off goes on by its last list until the cut ends, and is refused where it counts', async () => {
    const outcome = await explored({ state: stateOf('observing-1'), gateway: 'stale' });
    expect(outcome).toMatchObject({ met: true, bound: 'kept', verdict: 'passed' });
    expect(outcome.excusedBy).toEqual([]);
    const { listAppliedMs = null, refusedMs = null, lastStoredMs = 0 } = outcome.safety ?? {};
    expect(listAppliedMs).toBeGreaterThan(60_000);
    expect(refusedMs).toBeLessThan(5200);
    expect(lastStoredMs).toBeLessThan(5200);
    expect(outcome.safeMs).toBe(Math.max(lastStoredMs, refusedMs ?? Infinity));
  });

  test('a short state is met although what is broken begins before it', async () => {
    const outcome = await explored({
      state: stateOf('expanding-1'),
      level: 'L3',
      gateway: 'cut-off',
      management: 'unreachable',
    });
    expect(outcome.safety?.phase).toBe('expanding-1');
    expect(outcome).toMatchObject({ met: true, bound: 'late', verdict: 'passed' });
  });

  test('L2 takes out one tool; without a canary it is refused', async () => {
    const one = await explored({ state: stateOf('observing-1'), level: 'L2' });
    expect(one).toMatchObject({ bound: 'kept', safety: { answer: 'begun', toolsAtRisk: 1 } });
    const none = await explored({ state: stateOf('preparing'), level: 'L2' });
    expect(none).toMatchObject({ bound: 'nothing-to-do', safeMs: null });
    expect(['refused', 'no-canary']).toContain(none.safety?.answer);
  });

  test('a case replays from its plan alone, to the same fingerprint', async () => {
    const [outcome] = outcomes;
    if (outcome === undefined) throw new Error('nothing was explored');
    const [, minutes = ''] = /--set minutes=(\d+)/.exec(outcome.replay) ?? [];
    expect(outcome.replay).toContain('run rollback-anywhere-small --seed 0x1 --set tools=10');
    expect(outcome.replay).toContain(`--plan results/test/plans/${outcome.id}.json`);
    const parsed = parsePlan(formatPlan(outcome.plan), 'plan.json');
    if (!parsed.ok) throw new Error('the plan does not parse back');
    const again = await runScenario({
      scenario: 'rollback-anywhere-small',
      seed,
      overrides: { tools: '10', minutes },
      plan: parsed.plan,
    });
    expect(again.fingerprint).toBe(outcome.fingerprint);
  });

  test('the levels of a rollback share their look ahead, which ends when the state has been met', async () => {
    const before = jobs.length;
    const aim = { state: stateOf('expanding-1'), gateway: 'stale', management: 'up', faults: [] } as const;
    for (const level of ['L1', 'L2', 'L3'] as const) await exploreCase(world, { ...aim, level });
    const own = jobs.slice(before);
    const looks = own.filter(({ waypoint }) => waypoint !== undefined);
    expect(own.length - looks.length).toBe(3);
    expect(new Set(looks.map(({ plan }) => JSON.stringify(plan))).size).toBe(looks.length);
    expect(looks.length).toBeGreaterThan(0);
  });

  test('a case ends when everything has settled, well before the healing phase is over', async () => {
    const { result, safety } = await exploreCase(world, {
      state: stateOf('observing-1'),
      level: 'L3',
      gateway: 'in-date',
      management: 'up',
      faults: [],
    });
    expect(safety?.endedMs).toBeGreaterThan(60_000);
    const plannedUs = Number(result.overrides['minutes']) * 60e6;
    expect(result.virtualUs - plannedUs).toBeGreaterThan(45e6);
    expect(result.virtualUs - plannedUs).toBeLessThan(120e6);
    expect(result.verdict).toBe('passed');
  });

  test('the summary holds to its schema and shows what is late, worst and not reached', () => {
    const names = states.map(({ phase }) => phase);
    const exploration = summarise(
      { seed, scale: 'small', tools: 10, states: names, boundMs: 5200 },
      outcomes,
    );
    const json: unknown = JSON.parse(JSON.stringify(exploration));
    expect(explorationSchema.safeParse(json).error).toBeUndefined();
    const text = exploreText(exploration);
    expect(text).toContain('kept 3, late without breaking a rule 1, rule broken 0');
    expect(text).toMatch(
      /WORST CASES, BY WHAT WAS IN THE WAY\n {2}2\d\.\d s: L3 out of expanding-1.*Management unreachable/,
    );
    expect(text).toMatch(/replay npm run scenario -- run rollback-anywhere-small --seed 0x1 .*--plan/);
    expect(exploreMarkdown(exploration)).toContain('| L1 | gateway stale | safe | 1 | 2.');
    expect(phasesNeverMet(exploration.reached, exploration.neverReached)).toContain('idle (blue, green)');
    expect(exploration.neverReached.some((state) => state.startsWith('retaining, green stable'))).toBe(true);
  });

  test('breadth: the whole product, or every two values of it, each case once', () => {
    const aims = (product: 'all' | 'pairs'): readonly Aim[] =>
      aimsOf(scale, states, { product, singles: 10, pairs: 5, walks: 3 }, seed);
    expect(aims('all')).toHaveLength(states.length * 4 * 3 * 3 + 18);
    const pairs = aims('pairs');
    expect(new Set(pairs.map((aim) => aimId(aim))).size).toBe(pairs.length);
    expect(pairs.length).toBeLessThan(states.length * 4 * 3);
    for (const state of states) {
      const conditions = pairs.filter((aim) => aim.state === state).map(({ gateway }) => gateway);
      expect(new Set(conditions).size).toBe(4);
    }
  });
});

test('each fault beside a rollback is one of the catalogue in one of its variants, once', () => {
  expect(new Set(sideFaults.map(({ name }) => name)).size).toBe(sideFaults.length);
  expect(sideFaults.some(({ name }) => name === 'pod.kill-rollout-crash')).toBe(true);
  expect(sideFaults.every(({ kind }) => !kind.kind.startsWith('operator.'))).toBe(true);
});

test('the checked-in JSON Schema is that of the code', () => {
  const file = new URL('../../../reports/schema/explore.schema.json', import.meta.url);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(JSON.parse(explorationJsonSchema()));
});
