import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { schedules } from '../../../scenarios/patterns/schedules/index.ts';
import { formatStudy, studyPatterns, studySeeds } from '../../../scenarios/patterns/study.ts';
import type { StudyCell } from '../../../scenarios/patterns/study.ts';

let cells: readonly StudyCell[] = [];

beforeAll(async () => {
  cells = await studyPatterns(studySeeds);
}, 60_000);

function cell(schedule: string, pattern: string): StudyCell {
  const found = cells.find((each) => each.schedule === schedule && each.pattern === pattern);
  if (found === undefined) throw new Error(`no cell ${schedule} ${pattern}`);
  return found;
}

describe('write patterns under schedules (cassandra-and-live §2)', () => {
  test('there are sixteen schedules, numbered as in the reference', () => {
    expect(schedules.map(({ number }) => number)).toEqual(
      Array.from({ length: 16 }, (_, index) => index + 1),
    );
  });

  test('every combination was observed with every seed', () => {
    expect(cells.filter(({ observations }) => observations < studySeeds.length)).toEqual([]);
  });

  test.each(schedules)('$name breaks $rule under $breaks, and $survivor survives', (schedule) => {
    expect(cell(schedule.name, schedule.breaks).broken).toContain(schedule.rule);
    expect(cell(schedule.name, schedule.survivor).reasons).toEqual([]);
  });

  test('what the system stores results and claims with survives everything', () => {
    const own = cells.filter(({ pattern }) => pattern === 'P1+2+7' || pattern === 'P4+');
    expect(own.flatMap(({ reasons }) => reasons)).toEqual([]);
  });

  test('the table of the documentation is this one', () => {
    const page = readFileSync(new URL('../../../docs/fidelity/cassandra.md', import.meta.url), 'utf8');
    // A formatter pads tables.
    const squeeze = (text: string): string => text.replaceAll(/ +|-+/g, (run) => run[0] ?? '');
    expect(squeeze(page)).toContain(squeeze(formatStudy(cells)));
  });
});
