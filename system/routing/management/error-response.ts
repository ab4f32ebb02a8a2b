import type { z } from 'zod';
import type { HttpResponse } from '../../ports/http.ts';
import { jsonResponse } from '../json.ts';
import type { errorAnswerSchema } from './answers.ts';

/** One clear error, with its place where a request has one. */
export function errorResponse(
  status: 400 | 401 | 403 | 404 | 405 | 413 | 503,
  error: z.infer<typeof errorAnswerSchema>['error'],
  detail: string,
): HttpResponse {
  return jsonResponse(status, { error, detail });
}

export function badRequest(detail: string): HttpResponse {
  return errorResponse(400, 'bad-request', detail);
}

export const notDurable = errorResponse(
  503,
  'not-durable',
  'the store did not confirm it; ask again with the same request',
);
