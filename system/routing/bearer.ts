import type { HttpRequest } from '../ports/http.ts';

const scheme = 'Bearer ';

/** Headers of a request that bears this token; none for an empty one. */
export function bearing(token: string): Readonly<Record<string, string>> {
  return token === '' ? {} : { authorization: `${scheme}${token}` };
}

/** The token that a request bears; empty where it bears none. */
export function bearerOf({ headers }: HttpRequest): string {
  const header = headers['authorization'] ?? '';
  return header.startsWith(scheme) ? header.slice(scheme.length) : '';
}
