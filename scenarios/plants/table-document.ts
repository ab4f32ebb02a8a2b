import { plants, plantsByArea, type PlantArea } from './index.ts';

export type TableTitle = 'Aimed' | 'Blind';

/** Of each table the heads of its columns; the first is the bug's name. */
const columns: Readonly<Record<TableTitle, readonly string[]>> = {
  Aimed: ['planted bug', 'what is wrong', 'rule it must break', 'scenario', 'seeds it took'],
  Blind: ['planted bug', 'what is wrong', 'seeds', 'core seconds', 'found in', 'rules that found it'],
};
const seedsColumn = 2;
const areas: readonly PlantArea[] = ['defender', 'other', 'variants'];

/** What one row says, without the bug's name. */
export type TableCells = readonly string[];

/** The rows of one table of docs/planted-bugs.md, by the bug's name. */
export function rowsOf(document: string, title: TableTitle): ReadonlyMap<string, TableCells> {
  const rows = new Map<string, TableCells>();
  for (const line of sectionsOf(document).get(title)?.split('\n') ?? []) {
    const [, name, rest] = /^\| `([a-z0-9-]+)` \| (.*) \|$/.exec(line) ?? [];
    if (name !== undefined && rest !== undefined) rows.set(name, rest.split(' | '));
  }
  return rows;
}

/** The document with these rows put into the table, each in its place; rows of bugs that are no more are left out. */
export function withRows(
  document: string,
  title: TableTitle,
  added: ReadonlyMap<string, TableCells>,
): string {
  const sections = sectionsOf(document);
  const rows = new Map([...rowsOf(document, title), ...added]);
  sections.set(title, formatTable(title, rows));
  const [head = ''] = document.split(/^(?=## )/m);
  const titles = [...sections.keys()].toSorted((left, right) => (left < right ? -1 : 1));
  return [head, ...titles.map((each) => `## ${each}\n\n${sections.get(each) ?? ''}`)]
    .map((text) => `${text.trimEnd()}\n`)
    .join('\n');
}

export function formatRow(title: TableTitle, name: string, cells: TableCells): string {
  return `| ${[`\`${name}\``, ...cells].slice(0, columns[title].length).join(' | ')} |`;
}

export function formatHead(title: TableTitle): string {
  return `| ${columns[title].join(' | ')} |\n|${'---|'.repeat(columns[title].length)}`;
}

function sectionsOf(document: string): Map<string, string> {
  const [, ...sections] = document.split(/^## /m);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      return [section.slice(0, end), section.slice(end + 1).trim()];
    }),
  );
}

function formatTable(title: TableTitle, rows: ReadonlyMap<string, TableCells>): string {
  const ordered =
    title === 'Aimed' ? plants.toSorted((left, right) => (left.rule < right.rule ? -1 : 1)) : plants;
  const lines = ordered.flatMap(({ name }) => {
    const cells = rows.get(name);
    return cells === undefined ? [] : [formatRow(title, name, cells)];
  });
  const summary = title === 'Blind' ? areas.flatMap((area) => summaryOf(area, rows)) : [];
  return [formatHead(title), ...lines, ...(summary.length === 0 ? [] : ['', ...summary])].join('\n');
}

/** How many bugs of an area were found, and within how many seeds half of them. */
function summaryOf(area: PlantArea, rows: ReadonlyMap<string, TableCells>): string[] {
  const searched = plantsByArea[area].filter(({ name }) => rows.has(name)).length;
  if (searched === 0) return [];
  const seeds = plantsByArea[area]
    .map(({ name }) => Number(rows.get(name)?.[seedsColumn - 1]))
    .filter((count) => Number.isSafeInteger(count))
    .toSorted((left, right) => left - right);
  const missing = plantsByArea[area].length - searched;
  const median = seeds[Math.floor((seeds.length - 1) / 2)];
  return [
    `- ${area}: ${seeds.length} of ${searched} found, median ${median ?? 'of no'} seeds${missing === 0 ? '' : `; ${missing} not searched for yet`}.`,
  ];
}
