import { MeboError } from './error.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function utf8(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new MeboError('unencodable', 'text with half a surrogate pair');
  return encoder.encode(text);
}

export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new MeboError('malformed', 'text that is not UTF-8');
  }
}
