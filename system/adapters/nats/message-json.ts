import type { StreamMessage } from '../../ports/jetstream-management.ts';
import type { CoreMessage } from './core-connection.ts';
import { numberAt, textAt } from './json-value.ts';

/** Added by the server to what it answers a direct get with; not part of the message. */
const directHeaders = ['Nats-Stream', 'Nats-Subject', 'Nats-Sequence', 'Nats-Time-Stamp', 'Nats-Num-Pending'];

/** The `message` of an answer to `STREAM.MSG.GET`. */
export function storedMessage(message: unknown): StreamMessage {
  return {
    subject: textAt(message, 'subject'),
    sequence: numberAt(message, 'seq'),
    headers: parseHeaders(fromBase64(textAt(message, 'hdrs'))),
    payload: fromBase64(textAt(message, 'data')),
    storedMs: Date.parse(textAt(message, 'time')),
  };
}

/** The answer to a direct get: the message itself, and where it lies in headers. */
export function directMessage({ headers, data }: CoreMessage): StreamMessage {
  return {
    subject: headers['Nats-Subject'] ?? '',
    sequence: Number(headers['Nats-Sequence'] ?? '0'),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !directHeaders.includes(name))),
    payload: data,
    storedMs: Date.parse(headers['Nats-Time-Stamp'] ?? ''),
  };
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

/** `NATS/1.0`, then a line for each header. */
function parseHeaders(bytes: Uint8Array): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const line of new TextDecoder().decode(bytes).split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon)] = line.slice(colon + 1).trim();
  }
  return headers;
}
