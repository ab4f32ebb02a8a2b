import { describe, expect, test } from 'vitest';
import { RecoverabilityBudget } from '../../chaos/budget.ts';
import { faultKinds } from '../../chaos/catalogue.ts';
import { generatePlan } from '../../chaos/generator.ts';
import { parsePlan } from '../../chaos/parse-plan.ts';
import { formatPlan, type Plan } from '../../chaos/plan.ts';
import { catalog } from '../../scenarios/catalog/index.ts';
import { resolveValues } from '../../scenarios/values.ts';

const seeds = Array.from({ length: 200 }, (_, index) => BigInt(index));

function admitted(plan: Plan, fixed: number): boolean {
  const budget = new RecoverabilityBudget();
  for (const fault of plan.faults.slice(0, fixed)) budget.charge(fault);
  return plan.faults.slice(fixed).every((fault) => budget.admit(fault));
}

describe('plans of the catalogue', () => {
  const drawing = catalog.flatMap((scenario) => {
    const setup = scenario.setUp(resolveValues(scenario, { tools: '150' }), 1n);
    return setup.drawnFaults === undefined ? [] : [{ name: scenario.name, setup, drawn: setup.drawnFaults }];
  });

  test('some scenarios draw faults', () => {
    expect(drawing.length).toBeGreaterThan(5);
  });

  test.each(drawing)('of $name parse back, and keep window, kinds and budget', ({ setup, drawn }) => {
    const kinds = faultKinds
      .map(({ kind }) => kind)
      .filter((kind) => drawn.kinds.some((prefix) => kind.startsWith(prefix)));
    for (const seed of seeds) {
      const plan = generatePlan(seed, {
        windowStartMs: drawn.startMs,
        windowEndMs: drawn.endMs,
        fixed: setup.fixedFaults,
        kinds,
        maximumFaults: drawn.most,
        budget: drawn.unlimited === true ? 'unlimited' : 'recoverable',
        calmShare: 0.1,
      });
      expect(parsePlan(formatPlan(plan), 'plan.json')).toEqual({ ok: true, plan });
      const fixedIds = setup.fixedFaults.map((fault) => fault.id);
      const added = plan.faults.filter((fault) => !fixedIds.includes(fault.id));
      expect(plan.faults.length - added.length).toBe(fixedIds.length);
      expect(added.length).toBeLessThanOrEqual(drawn.most);
      for (const fault of added) {
        expect(kinds).toContain(fault.kind);
        expect(fault.startMs).toBeGreaterThanOrEqual(drawn.startMs);
        expect(fault.endMs ?? fault.startMs).toBeLessThanOrEqual(drawn.endMs);
      }
      if (drawn.unlimited === true) continue;
      const fixed = plan.faults.filter((fault) => fixedIds.includes(fault.id));
      expect(admitted({ version: 1, faults: [...fixed, ...added] }, fixed.length)).toBe(true);
    }
  });
});
