import { Fingerprint } from '../../sim/kernel/index.ts';
import { rulesFor } from '../invariants/index.ts';
import { runScenario } from '../runner.ts';
import { variants } from './index.ts';
import { playVariant } from './study.ts';
import { tagsOf } from './variant.ts';

/** What one seed of a variant came to. */
interface VariantRun {
  readonly verdict: 'passed' | 'unknown' | 'red';
  readonly reasons: readonly string[];
  readonly fingerprint: string;
  /** Rules that this run put to the test. */
  readonly checked: readonly string[];
}

/** A variant under the name of its scenario, as a campaign plays it. */
export interface VariantCourse {
  readonly scenario: string;
  /** Rules that no other scenario has. */
  readonly ownRules: readonly string[];
  play(seed: bigint, withFab: boolean): Promise<VariantRun>;
}

/** What the seeds of one variant came to. */
export interface VariantTally {
  readonly scenario: string;
  readonly seeds: number;
  readonly passed: number;
  readonly unknown: number;
  readonly red: number;
  /** Over the fingerprints of all its runs, in the order of their seeds. */
  readonly fingerprint: string;
  /** Rules of its own that no run put to the test. */
  readonly untested: readonly string[];
}

/** The least at which this variant, which is a fab of its own, has a cluster, a canary and a release. */
const smallFab: Readonly<Record<string, string>> = {
  tools: '24',
  defenders: '3',
  collectors: '2',
  gateways: '2',
  cassandraNodes: '3',
};

/** Every variant: on its stage alone, or beside the small fab of its scenario. */
export const variantCourses: readonly VariantCourse[] = [
  ...variants.map((variant) => {
    const scenario = `variant-${variant.name}`;
    return {
      scenario,
      ownRules: rulesFor(tagsOf(variant))
        .filter(({ onlyTag }) => onlyTag !== undefined)
        .map(({ id }) => id),
      play: async (seed: bigint, withFab: boolean): Promise<VariantRun> => {
        if (withFab) return await runInFab(scenario, seed, {});
        const { rules, missed, fingerprint } = await playVariant(variant, seed, undefined);
        const broken = rules.flatMap(({ rule, violations }) =>
          violations.slice(0, 1).map(({ message }) => `${rule}: ${message}`),
        );
        const unreached = missed.map((goal) => `goal not reached: ${goal}`);
        return {
          verdict: broken.length > 0 ? 'red' : unreached.length > 0 ? 'unknown' : 'passed',
          reasons: [...broken, ...unreached],
          fingerprint,
          checked: rules.filter(({ checked }) => checked > 0).map(({ rule }) => rule),
        };
      },
    };
  }),
  {
    scenario: 'variant-single-nats',
    ownRules: [],
    play: (seed) => runInFab('variant-single-nats', seed, smallFab),
  },
];

async function runInFab(
  scenario: string,
  seed: bigint,
  overrides: Readonly<Record<string, string>>,
): Promise<VariantRun> {
  const { verdict, reasons, fingerprint, rules } = await runScenario({ scenario, seed, overrides });
  return {
    verdict: verdict === 'passed' || verdict === 'unknown' ? verdict : 'red',
    reasons,
    fingerprint,
    checked: rules.filter(({ checked }) => checked > 0).map(({ rule }) => rule),
  };
}

/** Plays so many seeds of a variant, one after the other. `report`: told of each that did not pass. */
export async function tallyVariant(
  course: VariantCourse,
  first: number,
  seeds: number,
  withFab: boolean,
  report: (problem: string) => void,
): Promise<VariantTally> {
  const whole = new Fingerprint();
  const counts = { passed: 0, unknown: 0, red: 0 };
  const checked = new Set<string>();
  for (let seed = first; seed < first + seeds; seed++) {
    const run = await course.play(BigInt(seed), withFab);
    counts[run.verdict]++;
    whole.foldText(run.fingerprint);
    for (const rule of run.checked) checked.add(rule);
    if (run.verdict === 'passed') continue;
    report(`${course.scenario} seed ${seed} ${run.verdict}: ${run.reasons.join('; ')}`);
  }
  const untested = course.ownRules.filter((rule) => !checked.has(rule));
  return { scenario: course.scenario, seeds, ...counts, fingerprint: whole.digest(), untested };
}
