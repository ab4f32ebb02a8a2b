import { request } from 'node:http';
import type { ServerPlace } from './server-links.ts';

/** Asks a server's monitoring port. Undefined: no answer in time, or no JSON. */
export function monitor(
  { address, monitorPort }: Pick<ServerPlace, 'address' | 'monitorPort'>,
  path: string,
  timeoutMs = 2_000,
): Promise<unknown> {
  return new Promise((resolve) => {
    const asked = request(
      { host: address, port: monitorPort, path, timeout: timeoutMs, agent: false },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', () => resolve(undefined));
        answer.on('end', () => resolve(parsed(Buffer.concat(chunks).toString())));
      },
    );
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The value at a path of object keys; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let current = value;
  for (const key of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.entries(current).find(([name]) => name === key)?.[1];
  }
  return current;
}
