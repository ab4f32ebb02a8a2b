import { expect, test } from 'vitest';
import { readJson } from '../../chaos/json-document.ts';
import { formatPlanError, parsePlan } from '../../chaos/parse-plan.ts';

function problemOf(text: string): string {
  const outcome = readJson(text);
  if (outcome.ok) return 'ok';
  const { line, column, message } = outcome.problem;
  return `${line}:${column}: ${message}`;
}

function errorsOf(text: string): readonly string[] {
  const outcome = parsePlan(text, 'p.json');
  return outcome.ok ? [] : outcome.errors.map(formatPlanError);
}

test('a megabyte of nesting, of text, of an open text or of escapes has its answer', () => {
  const size = 1_000_000;
  expect(problemOf('['.repeat(size))).toBe('1:66: nested too deeply');
  expect(problemOf(`"${'a'.repeat(size)}"`)).toBe('ok');
  expect(problemOf(`"${'a'.repeat(size)}`)).toBe('1:1: a text that does not end');
  expect(problemOf(`"${String.raw`\n`.repeat(size / 2)}`)).toBe('1:1: a text that does not end');
  expect(problemOf(`${'\n'.repeat(size)}?`)).toBe('1000001:1: unexpected "?"');
});

test('messages stay short, whatever the names in the file', () => {
  const name = 'x'.repeat(100_000);
  const hostile = `{"version":1,"faults":[{"id":"a","kind":"${name}","startMs":1,"${name}":1}]}`;
  expect(errorsOf(hostile)).toHaveLength(2);
  for (const error of errorsOf(hostile)) expect(error.length).toBeLessThan(300);
  expect(errorsOf(`{"${name}":1,"${name}":2}`)[0]?.length).toBeLessThan(300);
});
