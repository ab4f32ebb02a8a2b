import type { SourceText } from '../documents/source-text.ts';
import type { Found, LintRule } from './rule.ts';

const postgresWords = /\b(SERIAL|BIGSERIAL|JSONB|TIMESTAMPTZ|BYTEA|RETURNING|ILIKE)\b|::\w+|\$\$/i;
const mysqlWords = /\b(AUTO_INCREMENT|ENGINE\s*=)|`/i;

/** `INDEX name (`, or `KEY name (column`: a column may be called key, too, and have a type with a length. */
const inlineIndexes = /(?:^|,)\s*((?:UNIQUE\s+)?(?:INDEX\s+\w+\s*\(|KEY\s+\w+\s*\(\s*[A-Za-z_]))/gi;

/** Comments and texts as spaces, so that offsets stay. */
function plain(text: string): string {
  const blank = (match: string): string => match.replaceAll(/[^\n]/g, ' ');
  return text.replaceAll(/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'/g, blank);
}

function defects(source: SourceText): readonly Found[] {
  const text = plain(source.text);
  if (!postgresWords.test(text) || mysqlWords.test(text)) return [];
  const found: Found[] = [];
  let read = 0;
  for (const table of text.matchAll(
    /\bCREATE\s+(?:TEMP(?:ORARY)?\s+|UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?([\w."]+)\s*\(/gi,
  )) {
    const start = table.index + table[0].length;
    // A table inside the parentheses of another is no table of its own.
    if (table.index < read) continue;
    read = closing(text, start);
    const body = text.slice(start, read);
    const indexes = [...body.matchAll(inlineIndexes)];
    const first = indexes[0];
    if (first === undefined) continue;
    const offset = start + first.index + first[0].indexOf(first[1] ?? '');
    found.push({
      place: source.placeAt(offset),
      why: `${indexes.length === 1 ? 'an index' : `${indexes.length} indexes`} inside CREATE TABLE ${table[1] ?? ''}: MySQL's syntax, on PostgreSQL`,
    });
  }
  return found;
}

/** Offset of the parenthesis that closes the one before `start`. */
function closing(text: string, start: number): number {
  let depth = 1;
  for (let index = start; index < text.length; index++) {
    if (text[index] === '(') depth++;
    else if (text[index] === ')' && --depth === 0) return index;
  }
  return text.length;
}

export const inlineIndex: LintRule = {
  id: 'L38',
  title: 'Index inside CREATE TABLE on PostgreSQL',
  effect: 'the migration fails with a syntax error: the tables do not exist when the new version starts',
  fix: 'CREATE INDEX IF NOT EXISTS … ON table (column) after the table',
  source: 'delivery L38',
  check: (input) => input.sql.flatMap(defects),
};
