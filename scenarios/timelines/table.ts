import { parseArgs } from 'node:util';
import { defenderTimelines } from '../catalog/defender-timelines/index.ts';
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

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '10' },
      first: { type: 'string', default: '1' },
      timeline: { type: 'string', multiple: true, default: [] },
    },
  });
  const seeds = Number(values.seeds);
  const first = Number(values.first);
  const chosen = defenderTimelines.filter(
    ({ name }) =>
      values.timeline.length === 0 || values.timeline.some((part) => name === `defender-timeline-${part}`),
  );
  if (!Number.isSafeInteger(seeds) || seeds < 1 || !Number.isSafeInteger(first) || chosen.length === 0) {
    console.error(usage);
    return 104;
  }
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

process.exitCode = await main();
