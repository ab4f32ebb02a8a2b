import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { goodAnswer, type PlannedAnswer } from './plan.ts';

/** A controller that has not yet seen what it measured measures again: for so long it gets the same answer. */
const onceMs = 800;

interface OnceAnswer {
  readonly answer: PlannedAnswer;
  /** When it was first given. */
  givenMs: number | undefined;
}

/** Answers as Prometheus and as a web page, each metric as it is told to. */
export class MetricServer {
  readonly port: number;
  readonly #server: Server;
  readonly #answers: Map<string, PlannedAnswer>;
  readonly #once: Map<string, OnceAnswer>;

  private constructor(
    server: Server,
    port: number,
    answers: Map<string, PlannedAnswer>,
    once: Map<string, OnceAnswer>,
  ) {
    this.#server = server;
    this.port = port;
    this.#answers = answers;
    this.#once = once;
  }

  static async start(): Promise<MetricServer> {
    const answers = new Map<string, PlannedAnswer>();
    const once = new Map<string, OnceAnswer>();
    const server = createServer((incoming, outgoing) => {
      let body = '';
      incoming.setEncoding('utf8');
      incoming.on('data', (part: string) => (body += part));
      incoming.on('end', () => {
        const url = new URL(incoming.url ?? '/', 'http://metrics');
        const isWeb = url.pathname.startsWith('/web/');
        const key = isWeb
          ? url.pathname.slice('/web/'.length)
          : (new URLSearchParams(body).get('query') ?? url.searchParams.get('query') ?? '');
        const answer = givenOnce(once.get(key)) ?? answers.get(key) ?? goodAnswer;
        outgoing.statusCode = answer === 'error' ? 503 : 200;
        outgoing.setHeader('content-type', 'application/json');
        outgoing.end(answer === 'error' ? '{}' : JSON.stringify(isWeb ? page(answer) : vector(answer)));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new MetricServer(server, (server.address() as AddressInfo).port, answers, once);
  }

  answer(key: string, answer: PlannedAnswer): void {
    this.#answers.set(key, answer);
  }

  /** One answer, before what is answered after it. */
  answerOnce(key: string, answer: PlannedAnswer, after: PlannedAnswer): void {
    this.#once.set(key, { answer, givenMs: undefined });
    this.#answers.set(key, after);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function givenOnce(once: OnceAnswer | undefined): PlannedAnswer | undefined {
  if (once === undefined) return undefined;
  once.givenMs ??= Date.now();
  return Date.now() - once.givenMs < onceMs ? once.answer : undefined;
}

function page(answer: Exclude<PlannedAnswer, 'error'>): unknown {
  return { value: Number(answer[0]) };
}

function vector(answer: Exclude<PlannedAnswer, 'error'>): unknown {
  const result = answer.map((value, index) => ({
    metric: { series: String(index) },
    value: [1, String(value)],
  }));
  return { status: 'success', data: { resultType: 'vector', result } };
}
