import type { z } from 'zod';
import type { HttpResponse } from '../ports/http.ts';

/** A value, or one sentence on what is wrong with the text, and where. */
export type Read<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: string };

const longestProblem = 300;

/**
 * Text → JSON → schema, once at the edge: text that is no JSON, is truncated, or has another shape (delivery F4: HTML,
 * `tools: null`, half a body) is told with its place, as `tools[3]: Invalid input: expected string, received number`.
 */
export function readJson<Schema extends z.ZodType>(schema: Schema, text: string): Read<z.infer<Schema>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, problem: `not JSON: ${why}`.slice(0, longestProblem) };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  const problem = `${placeOf(issue?.path ?? [])}: ${issue?.message ?? 'another shape'}`;
  return { ok: false, problem: problem.slice(0, longestProblem) };
}

/** As `readJson`; text that is not right gives undefined. */
export function parseJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.infer<Schema> | undefined {
  const read = readJson(schema, text);
  return read.ok ? read.value : undefined;
}

function placeOf(path: readonly PropertyKey[]): string {
  const place = path
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
  return place === '' ? 'the whole text' : place;
}

export function jsonResponse(status: number, value: unknown): HttpResponse {
  return { status, body: JSON.stringify(value) };
}

/** `/a/b?c=d` → path and query. */
export function splitPath(path: string): { readonly route: string; readonly query: URLSearchParams } {
  const mark = path.indexOf('?');
  return mark < 0
    ? { route: path, query: new URLSearchParams() }
    : { route: path.slice(0, mark), query: new URLSearchParams(path.slice(mark + 1)) };
}
