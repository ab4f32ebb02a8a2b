import { createServer, request as open, type IncomingMessage, type ServerResponse } from 'node:http';
import { PortError } from '../../ports/errors.ts';
import type { Http, HttpHandler, HttpRequest, HttpResponse, HttpServer } from '../../ports/http.ts';

export interface NodeHttpSettings {
  /** Address to listen at; `127.0.0.1` for tests, `0.0.0.0` in a pod. */
  readonly host: string;
  /** Bytes of a body; more is answered 413 and the rest is not read. */
  readonly maxBodyBytes: number;
}

export const defaultNodeHttpSettings: NodeHttpSettings = {
  host: '0.0.0.0',
  maxBodyBytes: 16 * 1024 * 1024,
};

/** Methods that the port knows; others are answered 405. */
const methods: readonly HttpRequest['method'][] = ['GET', 'POST', 'PUT', 'DELETE'];

/** The `Http` port over `node:http`: HTTP/1.1 with JSON, whole bodies in both directions. */
export class NodeHttp implements Http {
  readonly #settings: NodeHttpSettings;

  constructor(settings: NodeHttpSettings = defaultNodeHttpSettings) {
    this.#settings = settings;
  }

  /** Connections are refused until the port is bound. An address that is in use ends the process, as nothing would help. */
  serve(port: number, handler: HttpHandler): HttpServer {
    const server = createServer((incoming, outgoing) => {
      void this.#answer(incoming, outgoing, handler);
    });
    server.listen(port, this.#settings.host);
    return {
      close: () =>
        new Promise((resolve) => {
          server.close(() => resolve());
          server.closeIdleConnections();
        }),
    };
  }

  request(authority: string, asked: HttpRequest, timeoutMs: number): Promise<HttpResponse> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpResponse>();
    const fail = (code: 'timeout' | 'disconnected' | 'connection-refused', cause?: unknown): void => {
      reject(new PortError(`${asked.method} ${authority}${asked.path}: ${code}`, code, { cause }));
    };
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)));
    const outgoing = open(`http://${authority}${asked.path}`, {
      method: asked.method,
      headers: { ...asked.headers, 'content-length': Buffer.byteLength(asked.body) },
      signal,
    });
    const failed = (error: Error): void => {
      if (signal.aborted) fail('timeout', error);
      else if ('code' in error && error.code === 'ECONNREFUSED') fail('connection-refused', error);
      else fail('disconnected', error);
    };
    outgoing.on('error', failed);
    outgoing.on('response', (incoming) => {
      readBody(incoming, this.#settings.maxBodyBytes).then(
        (body) => {
          if (body === undefined) fail('disconnected', new Error('the answer is too large'));
          else resolve({ status: incoming.statusCode ?? 0, body });
        },
        (error: unknown) => failed(error instanceof Error ? error : new Error(String(error))),
      );
    });
    outgoing.end(asked.body);
    return promise;
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse, handler: HttpHandler): Promise<void> {
    const answer = (status: number, body: string): void => {
      if (status === 304) outgoing.writeHead(304).end();
      else outgoing.writeHead(status, { 'content-type': 'application/json' }).end(body);
    };
    const refuse = (status: number, error: string, detail: string): void => {
      outgoing.setHeader('connection', 'close');
      answer(status, JSON.stringify({ error, detail }));
    };
    try {
      const method = methods.find((known) => known === incoming.method);
      if (method === undefined) {
        refuse(405, 'method-not-allowed', `expected ${methods.join(', ')}`);
        return;
      }
      const body = await readBody(incoming, this.#settings.maxBodyBytes);
      if (body === undefined) {
        refuse(413, 'too-large', `a body has at most ${this.#settings.maxBodyBytes} bytes`);
        return;
      }
      const headers = Object.fromEntries(
        Object.entries(incoming.headers).flatMap(([name, value]) =>
          value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
        ),
      );
      const response = await handler({ method, path: incoming.url ?? '/', headers, body });
      answer(response.status, response.body);
    } catch (error) {
      // The client went away in the middle of its body, or the handler failed: it must not end the server.
      if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
      else refuse(500, 'internal', String(error));
    }
  }
}

/** The body as text; undefined where it is larger than allowed. Rejects where it ends before its announced length. */
async function readBody(incoming: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming) {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
    bytes += buffer.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString('utf8');
}
