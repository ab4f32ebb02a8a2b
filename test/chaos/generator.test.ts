import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { RecoverabilityBudget } from '../../chaos/budget.ts';
import { faultKinds, findFaultKind } from '../../chaos/catalogue.ts';
import { generatePlan, planArbitrary, type GeneratorOptions } from '../../chaos/generator.ts';
import { accepts, withDefaults } from '../../chaos/parameter.ts';
import { parsePlan } from '../../chaos/parse-plan.ts';
import { formatPlan, type Plan, type PlannedFault } from '../../chaos/plan.ts';

const minuteMs = 60_000;
const kinds = faultKinds.map((kind) => kind.kind);

const base: GeneratorOptions = {
  windowStartMs: 20 * minuteMs,
  windowEndMs: 160 * minuteMs,
  fixed: [],
  kinds,
  maximumFaults: 12,
  budget: 'recoverable',
  calmShare: 0.1,
};

const fixed: readonly PlannedFault[] = [
  { id: 'f2', kind: 'nats.kill-node', parameters: {}, startMs: 30 * minuteMs, endMs: 100 * minuteMs },
  { id: 'release', kind: 'operator.start-rollout', parameters: {}, startMs: 6 * minuteMs },
];

function plans(options: GeneratorOptions, count = 300): readonly Plan[] {
  return Array.from({ length: count }, (_, seed) => generatePlan(BigInt(seed), options));
}

interface Burden {
  readonly dependency: string;
  readonly big: boolean;
  readonly storageLost: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The budget, computed once more and in another way: by looking at each moment at which something begins. */
function burdensOf(plan: Plan): readonly Burden[] {
  return plan.faults.map((fault) => {
    const kind = findFaultKind(fault.kind);
    if (kind === undefined) throw new Error(`unknown kind ${fault.kind}`);
    const impact = kind.impact(withDefaults(kind.parameters, fault.parameters));
    const endMs = kind.instant ? fault.startMs : (fault.endMs ?? Infinity);
    return { ...impact, fromMs: fault.startMs, toMs: endMs + impact.settleMs };
  });
}

function matches(dependency: string, one: string): boolean {
  return dependency === one || dependency.replace(/-any$/, '') === one.replace(/-(?:blue|green)$/, '');
}

function expectInBudget(plan: Plan): void {
  const burdens = burdensOf(plan);
  const dependencies = new Set(
    burdens.map(({ dependency }) => dependency).filter((name) => !name.endsWith('-any')),
  );
  for (const { fromMs } of burdens) {
    for (const dependency of dependencies) {
      const now = burdens.filter(
        (burden) => matches(burden.dependency, dependency) && burden.fromMs <= fromMs && fromMs < burden.toMs,
      );
      expect(now.filter(({ big }) => big).length).toBeLessThanOrEqual(1);
      expect(now.reduce((sum, { storageLost }) => sum + storageLost, 0)).toBeLessThanOrEqual(1);
    }
  }
}

describe('generated plans', () => {
  test('parse back, have their parameters in the typical range, and lie within the window', () => {
    for (const plan of plans(base)) {
      expect(parsePlan(formatPlan(plan), 'plan.json')).toEqual({ ok: true, plan });
      for (const fault of plan.faults) {
        const kind = findFaultKind(fault.kind);
        expect(
          kind?.parameters.every((parameter) => accepts(parameter, fault.parameters[parameter.name])),
        ).toBe(true);
        expect(fault.startMs).toBeGreaterThanOrEqual(base.windowStartMs);
        expect(fault.endMs ?? fault.startMs).toBeLessThanOrEqual(base.windowEndMs);
        expect(fault.endMs === undefined).toBe(kind?.instant);
      }
      expect(plan.faults.length).toBeLessThanOrEqual(base.maximumFaults);
      const starts = plan.faults.map((fault) => fault.startMs);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      expect(plan.faults.map((fault) => fault.id)).toEqual(plan.faults.map((_, index) => `f${index + 1}`));
    }
  });

  test('keep to a window that is no multiple of their time step', () => {
    const odd = { ...base, windowStartMs: 60_001, windowEndMs: 63_499 };
    for (const plan of plans(odd)) {
      for (const fault of plan.faults) {
        expect(fault.startMs).toBeGreaterThanOrEqual(odd.windowStartMs);
        expect(fault.endMs ?? fault.startMs).toBeLessThanOrEqual(odd.windowEndMs);
      }
    }
  });

  test('leave a sufficient core, also beside fixed faults', () => {
    for (const plan of plans(base)) expectInBudget(plan);
    for (const plan of plans({ ...base, fixed })) {
      expectInBudget(plan);
      for (const fault of fixed) expect(plan.faults).toContainEqual(fault);
      expect(new Set(plan.faults.map((fault) => fault.id)).size).toBe(plan.faults.length);
    }
  });

  test('go beyond the core where the scenario says so', () => {
    const beyond = (budget: GeneratorOptions['budget']): number =>
      plans({ ...base, budget }).filter((plan) => {
        const kept = new RecoverabilityBudget();
        return !plan.faults.every((fault) => kept.admit(fault));
      }).length;
    expect(beyond('recoverable')).toBe(0);
    expect(beyond('unlimited')).toBeGreaterThan(20);
  });

  test('are equal for equal seeds and differ for others', () => {
    expect(plans(base)).toEqual(plans(base));
    const drawn = plans(base)
      .filter((plan) => plan.faults.length > 0)
      .map(formatPlan);
    expect(new Set(drawn).size).toBe(drawn.length);
    const high = generatePlan(1n + (1n << 40n), base);
    expect(formatPlan(high)).not.toBe(formatPlan(generatePlan(1n, base)));
  });

  test('swarm: every kind is drawn somewhere, and no plan needs all of them', () => {
    const drawn = plans(base, 400).map((plan) => new Set(plan.faults.map((fault) => fault.kind)));
    for (const kind of kinds) {
      const share = drawn.filter((used) => used.has(kind)).length / drawn.length;
      expect(share, kind).toBeGreaterThan(0.02);
      expect(share, kind).toBeLessThan(0.7);
    }
  });

  test('without kinds given, leave the operator out', () => {
    const { kinds: _, ...unspecified } = base;
    const used = plans(unspecified).flatMap((plan) => plan.faults.map((fault) => fault.kind));
    expect(used.filter((kind) => kind.startsWith('operator.'))).toEqual([]);
  });

  test.each([
    [0, 0, 0.02],
    [0.3, 0.22, 0.38],
    [1, 1, 1],
  ])('are calm in a share of %d', (calmShare, least, most) => {
    const calm = plans({ ...base, calmShare }, 500).filter((plan) => plan.faults.length === 0).length / 500;
    expect(calm).toBeGreaterThanOrEqual(least);
    expect(calm).toBeLessThanOrEqual(most);
  });

  test('shrink to the one fault that matters', () => {
    const found = fc.check(
      fc.property(planArbitrary(base), (plan) => !plan.faults.some((fault) => fault.kind === 'pod.freeze')),
      { seed: 9, numRuns: 500 },
    );
    expect(found.failed).toBe(true);
    const [smallest] = found.counterexample ?? [];
    expect(smallest?.faults.map((fault) => fault.kind)).toEqual(['pod.freeze']);
    expect(smallest?.faults[0]?.startMs).toBe(base.windowStartMs);
  });

  test('refuse an unknown kind and a window without room', () => {
    expect(() => generatePlan(1n, { ...base, kinds: ['nats.explode'] })).toThrow(RangeError);
    expect(() => generatePlan(1n, { ...base, windowEndMs: base.windowStartMs })).toThrow(RangeError);
  });
});

describe('the budget', () => {
  const cut = (id: string, colour: string, startMs: number, endMs?: number): PlannedFault => ({
    id,
    kind: 'nats.partition',
    parameters: { colour },
    startMs,
    ...(endMs === undefined ? {} : { endMs }),
  });

  test('admits one big fault of a dependency at a time, and its settling', () => {
    const budget = new RecoverabilityBudget();
    expect(budget.admit(cut('a', 'blue', 0, 30_000))).toBe(true);
    expect(budget.admit(cut('b', 'blue', 80_000, 90_000))).toBe(false);
    expect(budget.admit(cut('c', 'green', 10_000, 20_000))).toBe(true);
    expect(budget.admit(cut('d', 'blue', 90_000, 95_000))).toBe(true);
  });

  test('a fault without an end holds its dependency for good', () => {
    const budget = new RecoverabilityBudget();
    expect(budget.admit(cut('a', 'blue', 0))).toBe(true);
    expect(budget.admit(cut('b', 'blue', 86_400_000, 86_500_000))).toBe(false);
  });

  test('never gives up the storage of more than a minority', () => {
    const lost = (id: string, count: number): PlannedFault => ({
      id,
      kind: 'cassandra.kill-node',
      parameters: { how: 'power-loss', count },
      startMs: 0,
      endMs: 60_000,
    });
    expect(new RecoverabilityBudget().admit(lost('a', 2))).toBe(false);
    expect(new RecoverabilityBudget().admit(lost('a', 1))).toBe(true);
  });

  test('counts what a person fixed, even beyond it', () => {
    const budget = new RecoverabilityBudget();
    budget.charge(cut('a', 'blue', 0, 60_000));
    budget.charge(cut('b', 'blue', 0, 60_000));
    expect(budget.admit(cut('c', 'blue', 30_000, 40_000))).toBe(false);
  });

  test('both colours meet each of them', () => {
    const delay = (id: string, colour: string): PlannedFault => ({
      id,
      kind: 'link.delay',
      parameters: { path: 'defender-nats', colour },
      startMs: 0,
      endMs: 10_000,
    });
    const budget = new RecoverabilityBudget();
    expect(budget.admit(delay('a', 'any'))).toBe(true);
    expect(budget.admit(cut('b', 'green', 0, 10_000))).toBe(false);
  });
});
