import type { PatternObservation } from '../../sim/history/pattern-event.ts';
import { Kernel } from '../../sim/kernel/index.ts';
import { Network } from '../../sim/network/index.ts';
import { writePatterns } from './index.ts';
import { breachesOf } from './judge.ts';
import type { PatternRule } from './judge.ts';
import { Lab } from './lab.ts';
import type { Schedule } from './schedule.ts';
import { schedules } from './schedules/index.ts';
import type { WritePattern } from './write-pattern.ts';

/** Seeds of the table in docs/fidelity/cassandra.md. */
export const studySeeds: readonly bigint[] = [1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n];

/** What became of one pattern under one schedule, over all seeds that were tried. */
export interface StudyCell {
  readonly schedule: string;
  readonly pattern: string;
  /** Rules that broke, in the order in which they did. */
  readonly broken: readonly PatternRule[];
  /** The first breach of each. */
  readonly reasons: readonly string[];
  /** Observations that were made: none would prove nothing. */
  readonly observations: number;
}

/** Runs a schedule against a pattern in a small world of its own: a ring, its network, workers. */
export async function runInLab(
  schedule: Schedule,
  pattern: WritePattern,
  seed: bigint,
): Promise<readonly PatternObservation[]> {
  const kernel = new Kernel({ seed });
  const observations: PatternObservation[] = [];
  const lab = new Lab(kernel, new Network(kernel), schedule.name, pattern, schedule.options, (observation) =>
    observations.push(observation),
  );
  lab.play(schedule);
  await kernel.run(schedule.minutes * 60_000_000);
  return observations;
}

export async function studyOne(
  schedule: Schedule,
  pattern: WritePattern,
  seeds: readonly bigint[],
): Promise<StudyCell> {
  const broken: PatternRule[] = [];
  const reasons: string[] = [];
  let observations = 0;
  for (const seed of seeds) {
    for (const observation of await runInLab(schedule, pattern, seed)) {
      observations++;
      for (const { rule, why } of breachesOf(observation)) {
        if (broken.includes(rule)) continue;
        broken.push(rule);
        reasons.push(why);
      }
    }
  }
  return { schedule: schedule.name, pattern: pattern.id, broken, reasons, observations };
}

/** Every pattern under every schedule: rows are schedules. */
export async function studyPatterns(seeds: readonly bigint[]): Promise<readonly StudyCell[]> {
  const cells: StudyCell[] = [];
  for (const schedule of schedules) {
    for (const pattern of writePatterns) cells.push(await studyOne(schedule, pattern, seeds));
  }
  return cells;
}

/** The table as Markdown: what broke where, empty where the pattern survived. */
export function formatStudy(cells: readonly StudyCell[]): string {
  const lines = [
    `| schedule | ${writePatterns.map(({ id }) => id).join(' | ')} | survivor |`,
    `|---|${writePatterns.map(() => '---|').join('')}---|`,
  ];
  for (const schedule of schedules) {
    const row = writePatterns.map(({ id }) => {
      const cell = cells.find((each) => each.schedule === schedule.name && each.pattern === id);
      if (cell === undefined || cell.observations === 0) return '?';
      return cell.broken.map((rule) => rule.replace('pattern.', '')).join(', ');
    });
    lines.push(`| ${schedule.number} \`${schedule.name}\` | ${row.join(' | ')} | ${schedule.survivor} |`);
  }
  return `${lines.join('\n')}\n`;
}
