import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultKinds } from '../../chaos/catalogue.ts';
import { parametersArbitrary } from '../../chaos/parameter.ts';
import { formatPlanError, parsePlan, reportedErrors } from '../../chaos/parse-plan.ts';
import { formatPlan, planLimits, type Plan } from '../../chaos/plan.ts';

const planOf = (...faults: readonly string[]): string =>
  `{\n  "version": 1,\n  "faults": [\n    ${faults.join(',\n    ')}\n  ]\n}`;

function errorsOf(text: string): readonly string[] {
  const outcome = parsePlan(text, 'my-plan.json');
  return outcome.ok ? [] : outcome.errors.map(formatPlanError);
}

/** Any plan that a person may write: some parameters left out, times anywhere. */
const writtenPlan: fc.Arbitrary<Plan> = fc
  .array(
    fc.constantFrom(...faultKinds).chain((kind) =>
      fc.record({
        kind: fc.constant(kind),
        parameters: parametersArbitrary(kind.parameters),
        kept: fc.subarray(kind.parameters.map((parameter) => parameter.name)),
        startMs: fc.nat(10_000_000),
        lengthMs: fc.option(fc.integer({ min: 1, max: 1_000_000 }), { nil: undefined }),
      }),
    ),
    { maxLength: 20 },
  )
  .map((drafts) => ({
    version: 1,
    faults: drafts.map(({ kind, parameters, kept, startMs, lengthMs }, index) => ({
      id: `fault.${index}_x-`,
      kind: kind.kind,
      parameters: Object.fromEntries(Object.entries(parameters).filter(([name]) => kept.includes(name))),
      startMs,
      ...(kind.instant || lengthMs === undefined ? {} : { endMs: startMs + lengthMs }),
    })),
  }));

describe('a plan', () => {
  test('that was written parses back to itself', () => {
    fc.assert(
      fc.property(writtenPlan, (plan) => {
        expect(parsePlan(formatPlan(plan), 'plan.json')).toEqual({ ok: true, plan });
      }),
    );
  });

  test('may leave parameters out', () => {
    const outcome = parsePlan(planOf('{"id": "a", "kind": "node.loss", "startMs": 5}'), 'plan.json');
    const fault = { id: 'a', kind: 'node.loss', parameters: {}, startMs: 5 };
    expect(outcome).toEqual({ ok: true, plan: { version: 1, faults: [fault] } });
  });

  test.each([
    [
      'an unknown kind',
      planOf('{"id": "f1", "kind": "nats.partitoin", "startMs": 1}'),
      'my-plan.json:4:26: unknown fault "nats.partitoin"; did you mean nats.partition? (expected a kind that `scenario faults` lists)',
    ],
    [
      'an unknown parameter',
      planOf('{"id": "f1", "kind": "pod.kill", "startMs": 1,\n      "parameters": {"cuont": 2}}'),
      'my-plan.json:5:22: unknown parameter "cuont" of the parameters of pod.kill; did you mean count? (expected component, colour, count, how)',
    ],
    [
      'an ill-typed parameter',
      planOf('{"id": "f1", "kind": "pod.kill", "startMs": 1, "parameters": {"count": "2"}}'),
      'my-plan.json:4:76: parameter count of pod.kill does not fit (expected a whole number of pods from 1 to 200)',
    ],
    [
      'a parameter out of range',
      planOf('{"id": "f1", "kind": "link.loss", "startMs": 1, "endMs": 2, "parameters": {"lossRate": 1.5}}'),
      'my-plan.json:4:92: parameter lossRate of link.loss does not fit (expected a number (share of packets) from 0 to 1)',
    ],
    [
      'a choice that is none',
      planOf('{"id": "f1", "kind": "nats.kill-node", "startMs": 1, "parameters": {"colour": "red"}}'),
      'my-plan.json:4:83: parameter colour of nats.kill-node does not fit (expected one of blue, green)',
    ],
    [
      'an end before the start',
      planOf('{"id": "f1", "kind": "node.loss", "startMs": 500, "endMs": 400}'),
      'my-plan.json:4:64: the end (400 ms) is not after the start (500 ms) (expected more than 500)',
    ],
    [
      'an end of one act',
      planOf('{"id": "f1", "kind": "pod.kill", "startMs": 500, "endMs": 600}'),
      'my-plan.json:4:54: pod.kill is one act and has no end (expected no "endMs")',
    ],
    [
      'a negative time',
      planOf('{"id": "f1", "kind": "pod.kill", "startMs": -1}'),
      `my-plan.json:4:49: "startMs" is not a time of the run (expected a whole number of milliseconds from 0 to ${planLimits.timeMs})`,
    ],
    [
      'an id that stands twice',
      planOf(
        '{"id": "f1", "kind": "pod.kill", "startMs": 1}',
        '{"id": "f1", "kind": "pod.kill", "startMs": 2}',
      ),
      'my-plan.json:5:12: the id f1 stands twice (expected an id of its own for each fault)',
    ],
    [
      'a fault without a kind',
      planOf('{"id": "f1", "startMs": 1}'),
      'my-plan.json:4:5: a fault has no "kind" (expected "kind")',
    ],
    [
      'an unknown member',
      planOf('{"id": "f1", "kind": "pod.kill", "start": 1, "startMs": 1}'),
      'my-plan.json:4:38: unknown member "start" of a fault; did you mean startMs? (expected id, kind, parameters, startMs, endMs, at)',
    ],
    [
      'another version',
      '{"version": 2, "faults": []}',
      'my-plan.json:1:13: this version of plans is not known (expected "version": 1)',
    ],
    [
      'faults that are no list',
      '{"version": 1, "faults": {}}',
      'my-plan.json:1:26: "faults" is not a list (expected a list of faults)',
    ],
    ['no object', '[]', 'my-plan.json:1:1: the plan is not an object (expected an object)'],
    [
      'no JSON',
      '{"version": 1,}',
      'my-plan.json:1:15: unexpected "}" (expected a member name in double quotes)',
    ],
  ])('with %s is refused with its place', (_, text, error) => {
    expect(errorsOf(text)).toEqual([error]);
  });

  test('shows all its errors, in the order of the file, up to a limit', () => {
    const wrong = Array.from({ length: 30 }, (_, index) => `{"id": "f${index}", "kind": "no", "startMs": 1}`);
    const outcome = parsePlan(planOf(...wrong), 'plan.json');
    const lines = outcome.ok ? [] : outcome.errors.map((error) => error.line);
    expect(lines).toEqual(Array.from({ length: reportedErrors }, (_, index) => 4 + index));
  });

  test('that is too large, or has too many faults, is refused', () => {
    expect(errorsOf(' '.repeat(planLimits.bytes + 1))).toEqual([
      `my-plan.json:1:1: the plan has ${planLimits.bytes + 1} characters (expected at most ${planLimits.bytes})`,
    ]);
    const many = Array.from(
      { length: planLimits.faults + 1 },
      (_, index) => `{"id":"f${index}","kind":"pod.kill","startMs":1}`,
    );
    expect(errorsOf(planOf(...many))).toEqual([
      `my-plan.json:3:13: ${planLimits.faults + 1} faults (expected at most ${planLimits.faults})`,
    ]);
  });

  test('cannot reach what every object has', () => {
    const text = planOf('{"id": "f1", "kind": "constructor", "startMs": 1, "parameters": {"__proto__": 1}}');
    expect(errorsOf(text)).toEqual([expect.stringContaining('unknown fault "constructor"')]);
  });

  test('of any shape gets an answer, never an exception', () => {
    const member = fc.constantFrom('version', 'faults', 'id', 'kind', 'parameters', 'startMs', 'endMs');
    const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom('pod.kill', 'node.loss', 1, 2));
    const fault = fc.dictionary(member, value);
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.record({ version: value, faults: fc.array(fault) })),
        (shape) => {
          const outcome = parsePlan(JSON.stringify(shape), 'plan.json');
          if (outcome.ok) expect(parsePlan(formatPlan(outcome.plan), 'plan.json')).toEqual(outcome);
          else expect(outcome.errors.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
