import type { z } from 'zod';
import type { HttpResponse } from '../ports/http.ts';

/**
 * Text → JSON → schema, once at the edge: text that is no JSON, is truncated, or has another shape gives undefined
 * (delivery F4: HTML, `tools: null`, half a body are no list).
 */
export function parseJson<Schema extends z.ZodType>(
  schema: Schema,
  text: string,
): z.infer<Schema> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
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
