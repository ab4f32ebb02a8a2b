import { codeOfRefusal, PortError } from '../../ports/errors.ts';
import type { CoreConnection } from './core-connection.ts';
import { numberAt, textAt, valueAt } from './json-value.ts';

/** Creating a replicated asset takes an election; this is what the client library waits too. */
export const apiTimeoutMs = 5_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Throws what the server refused, with its own words. */
export function throwRefusal(what: string, answer: unknown): void {
  const error = valueAt(answer, 'error');
  if (typeof error !== 'object' || error === null) return;
  const server = {
    status: numberAt(error, 'code'),
    errorCode: numberAt(error, 'err_code'),
    description: textAt(error, 'description'),
  };
  throw new PortError(`${what}: ${server.description}`, codeOfRefusal(server), { server });
}

export function parseJson(what: string, data: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(data));
  } catch (cause) {
    throw new PortError(`${what}: the answer is no JSON`, 'invalid', { cause });
  }
}

/** One request to `$JS.API.<subject>`; resolves to the answer's JSON. */
export async function apiRequest(core: CoreConnection, subject: string, body?: unknown): Promise<unknown> {
  const what = `$JS.API.${subject}`;
  const data = encoder.encode(body === undefined ? '' : JSON.stringify(body));
  const { data: answered } = await core.request(what, data, { timeoutMs: apiTimeoutMs });
  const answer = parseJson(what, answered);
  throwRefusal(what, answer);
  return answer;
}
