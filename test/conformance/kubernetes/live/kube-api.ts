import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';

/** An answer of the API server that is no success. */
export class KubeApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(`${status}: ${message}`);
    this.name = 'KubeApiError';
    this.status = status;
  }
}

export type PatchKind = 'merge' | 'strategic' | 'json';

const patchTypes: Readonly<Record<PatchKind, string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

export interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T;
}

/** JSON over HTTPS to one API server. Errors: `KubeApiError` with the HTTP status; network errors as they are. */
export class KubeApi {
  readonly port: number;
  readonly token: string;
  readonly #agent: Agent;

  constructor(port: number, token: string, certificatePath: string) {
    this.port = port;
    this.token = token;
    this.#agent = new Agent({
      keepAlive: true,
      maxSockets: 32,
      ca: readFileSync(certificatePath),
      checkServerIdentity: () => undefined,
    });
  }

  get<T>(path: string): Promise<T> {
    return this.#call<T>({ method: 'GET', path });
  }

  create<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>({ method: 'POST', path, body });
  }

  replace<T>(path: string, body: unknown): Promise<T> {
    return this.#call<T>({ method: 'PUT', path, body });
  }

  patch<T>(path: string, kind: PatchKind, body: unknown): Promise<T> {
    return this.#call<T>({ method: 'PATCH', path, body, contentType: patchTypes[kind] });
  }

  delete<T>(path: string, options?: unknown): Promise<T> {
    return this.#call<T>({ method: 'DELETE', path, ...(options === undefined ? {} : { body: options }) });
  }

  /** Tells every event after `resourceVersion` until it is aborted; then, or when the server ends it, resolves. */
  watch<T>(
    path: string,
    resourceVersion: string,
    signal: AbortSignal,
    tell: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    const separator = path.includes('?') ? '&' : '?';
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.port,
          path: `${path}${separator}watch=true&resourceVersion=${resourceVersion}`,
          agent: new Agent({ ...this.#agent.options, keepAlive: false }),
          headers: { authorization: `Bearer ${this.token}` },
          signal,
        },
        (response) => {
          let rest = '';
          response.setEncoding('utf8');
          response.on('data', (text: string) => {
            const lines = (rest + text).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) if (line !== '') tell(JSON.parse(line) as WatchEvent<T>);
          });
          response.on('end', resolve);
          response.on('error', (error) => (signal.aborted ? resolve() : reject(error)));
        },
      );
      outgoing.on('error', (error) => (signal.aborted ? resolve() : reject(error)));
      outgoing.end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  #call<T>({ method, path, body, contentType = 'application/json' }: Call): Promise<T> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: this.port,
          method,
          path,
          agent: this.#agent,
          headers: {
            authorization: `Bearer ${this.token}`,
            ...(text === undefined
              ? {}
              : { 'content-type': contentType, 'content-length': Buffer.byteLength(text) }),
          },
        },
        (response) => {
          let answer = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            answer += part;
          });
          response.on('error', reject);
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            if (status < 300) resolve(answer === '' ? (undefined as T) : parsed<T>(answer));
            else reject(new KubeApiError(status, answer.slice(0, 500)));
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  }
}

/** Health pages answer plain text. */
function parsed<T>(text: string): T {
  return (text.startsWith('{') ? JSON.parse(text) : text) as T;
}
