import { defenderTimelines } from '../catalog/defender-timelines/index.ts';
import { flagsOf, runTool, wholeNumber } from '../cli/flags.ts';
import { InputError } from '../cli/input-error.ts';
import type { Scenario } from '../catalog/scenario.ts';
import { prepare, runScenario } from '../runner.ts';
import { TimelineFold, type Finding } from './timeline-fold.ts';

const usage = `npm run timelines -- [--seeds N] [--first N] [--timeline NAME]
  --seeds     runs of each timeline (10)
  --first     first seed (1)
  --timeline  this one only, such as 7-crash (may be repeated)`;

/** What the runs of one timeline showed. */
class Measured {
  readonly #seconds = new Map<string, { readonly expected: string; readonly values: number[] }>();
  readonly problems: string[] = [];

  add(seed: number, findings: readonly Finding[], reasons: readonly string[]): void {
    for (const { name, band, measuredS } of findings) {
      if (band === undefined) continue;
      const expected = `${band.seconds[0]} to ${band.seconds[1]} s after ${band.after.name}`;
      const known = this.#seconds.get(name) ?? { expected, values: [] };
      if (measuredS !== undefined) known.values.push(measuredS);
      this.#seconds.set(name, known);
    }
    for (const reason of reasons) this.problems.push(`seed ${seed}: ${reason}`);
  }

  rows(): readonly (readonly string[])[] {
    return [...this.#seconds].map(([name, { expected, values }]) => {
      const ascending = values.toSorted((left, right) => left - right);
      const at = (share: number): string =>
        ascending[Math.floor(share * (ascending.length - 1))]?.toFixed(2) ?? '–';
      return [name, expected, at(0), at(0.5), at(1)];
    });
  }
}

/** Every seed is one run of the scenario with all its rules. */
async function measure({ name }: Scenario, first: number, seeds: number): Promise<Measured> {
  const measured = new Measured();
  for (let seed = first; seed < first + seeds; seed++) {
    const request = { scenario: name, seed: BigInt(seed), overrides: {} };
    const { timeline } = prepare(request).setup;
    let fold: TimelineFold | undefined;
    const result = await runScenario(request, {
      built: ({ history }) => {
        if (timeline !== undefined) fold = new TimelineFold(timeline, history);
      },
    });
    measured.add(seed, fold?.finish() ?? [], result.reasons);
  }
  return measured;
}

async function main(parameters: readonly string[]): Promise<number> {
  const values = flagsOf(parameters, {
    seeds: { type: 'string', default: '10' },
    first: { type: 'string', default: '1' },
    timeline: { type: 'string', multiple: true, default: [] },
  });
  const seeds = wholeNumber('seeds', values.seeds, 1);
  const first = wholeNumber('first', values.first);
  const names = values.timeline.map((part) => `defender-timeline-${part}`);
  const unknownName = names.find((name) => !defenderTimelines.some((known) => known.name === name));
  if (unknownName !== undefined) throw new InputError(`--timeline: there is no ${unknownName}`);
  const chosen = defenderTimelines.filter(({ name }) => names.length === 0 || names.includes(name));
  const problems: string[] = [];
  console.log('| timeline | expectation | band | least | median | most | red |');
  console.log('|---|---|---|---|---|---|---|');
  for (const scenario of chosen) {
    const measured = await measure(scenario, first, seeds);
    problems.push(...measured.problems.map((problem) => `${scenario.name} ${problem}`));
    const rows = measured.rows();
    const red = `${measured.problems.length} of ${seeds}`;
    for (const row of rows.length === 0 ? [['no map', '–', '–', '–', '–']] : rows) {
      console.log(`| ${[scenario.name.replace('defender-timeline-', ''), ...row, red].join(' | ')} |`);
    }
  }
  for (const problem of problems) console.log(problem);
  return problems.length === 0 ? 0 : 1;
}

await runTool(usage, main);
