import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { plants, plantsByArea } from '../../../scenarios/plants/index.ts';
import { rowsOf, withRows, type TableCells } from '../../../scenarios/plants/table-document.ts';

const head = '# Planted bugs\n\nWhat this is.\n';
const found = (seeds: string): TableCells => ['what is wrong', seeds, '1', 'storm', '`a.b`'];

describe('the document of planted bugs', () => {
  test('takes row after row, in the order of the areas, and gives them back', () => {
    let text = head;
    for (const [name, seeds] of [
      ['patient-window', '7'],
      ['ack-before-store', '1'],
      ['stale-result', 'not within 100'],
    ] as const) {
      text = withRows(text, 'Blind', new Map([[name, found(seeds)]]));
    }
    expect([...rowsOf(text, 'Blind').keys()]).toEqual(['ack-before-store', 'stale-result', 'patient-window']);
    expect(rowsOf(text, 'Blind').get('patient-window')).toEqual(found('7'));
    const rest = plantsByArea.defender.length - 3;
    expect(text).toContain(`- defender: 2 of 3 found, median 1 seeds; ${rest} not searched for yet.`);
    expect(text.startsWith(head)).toBe(true);
  });

  test('replaces a row, leaves the other table as it is, and drops bugs that are no more', () => {
    const aimed = withRows(head, 'Aimed', new Map([['stale-result', ['wrong', '`x.y`', 'storm', '1']]]));
    const once = withRows(aimed, 'Blind', new Map([['stale-result', found('9')]]));
    const again = withRows(
      once,
      'Blind',
      new Map([
        ['stale-result', found('3')],
        ['no-such-bug', found('1')],
      ]),
    );
    expect([...rowsOf(again, 'Blind')]).toEqual([['stale-result', found('3')]]);
    expect(rowsOf(again, 'Aimed')).toEqual(rowsOf(aimed, 'Aimed'));
    expect(withRows(again, 'Blind', new Map())).toBe(again);
  });

  test('as it is checked in has a row for every bug', () => {
    const text = readFileSync(new URL('../../../docs/planted-bugs.md', import.meta.url), 'utf8');
    const rows = rowsOf(text, 'Aimed');
    expect(plants.filter(({ name }) => !rows.has(name)).map(({ name }) => name)).toEqual([]);
    for (const [name, cells] of rows)
      expect([name, cells.at(-1)]).toEqual([name, expect.stringMatching(/^\d+$/)]);
  });
});
