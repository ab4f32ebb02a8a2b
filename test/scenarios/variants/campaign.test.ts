import { describe, expect, test } from 'vitest';
import { tallyVariant, variantCourses } from '../../../scenarios/variants/campaign.ts';

function courseOf(scenario: string): (typeof variantCourses)[number] {
  const course = variantCourses.find((each) => each.scenario === scenario);
  if (course === undefined) throw new Error(`no course ${scenario}`);
  return course;
}

describe('npm run variants', () => {
  test('counts what passed, and one seed more is another fingerprint', { timeout: 120_000 }, async () => {
    const problems: string[] = [];
    const course = courseOf('variant-pipelines');
    const three = await tallyVariant(course, 1, 3, false, (problem) => problems.push(problem));
    expect(three).toMatchObject({ seeds: 3, passed: 3, unknown: 0, red: 0 });
    const again = await tallyVariant(course, 1, 3, false, (problem) => problems.push(problem));
    expect(again).toEqual(three);
    const two = await tallyVariant(course, 1, 2, false, (problem) => problems.push(problem));
    expect(two.fingerprint).not.toBe(three.fingerprint);
    expect(problems).toEqual([]);
  });

  test('names what is red, unknown, and never put to the test', async () => {
    const problems: string[] = [];
    const runs = [
      { verdict: 'red', reasons: ['a.rule: broken'], fingerprint: '1', checked: ['a.rule'] },
      { verdict: 'unknown', reasons: ['goal not reached: b'], fingerprint: '2', checked: [] },
    ] as const;
    const course = {
      scenario: 'variant-made-up',
      ownRules: ['a.rule', 'b.rule'],
      play: (seed: bigint) => Promise.resolve(runs[Number(seed) % 2] ?? runs[0]),
    };
    const tally = await tallyVariant(course, 4, 2, false, (problem) => problems.push(problem));
    expect(tally).toMatchObject({ passed: 0, unknown: 1, red: 1, untested: ['b.rule'] });
    expect(problems).toEqual([
      'variant-made-up seed 4 red: a.rule: broken',
      'variant-made-up seed 5 unknown: goal not reached: b',
    ]);
  });

  test('every variant is there, also the one that is a fab of its own', () => {
    expect(variantCourses.map(({ scenario }) => scenario)).toContain('variant-single-nats');
  });
});
