import { PortError } from '../../system/ports/errors.ts';
import type { Http, HttpHandler, HttpRequest, HttpResponse, HttpServer } from '../../system/ports/http.ts';
import type { Rpc, RpcOutcome } from '../../system/ports/rpc.ts';
import type { SimProcess } from '../kernel/index.ts';
import type { HttpInterferences } from './http-interference.ts';

const httpMethod = '/http';
const noMetadata = {};

/** Told of every answer at the moment its caller gets it. It looks, and must not act on the world. */
export type AnswerWatcher = (caller: string, request: HttpRequest, response: HttpResponse) => void;

/** HTTP over the same connections as `RpcFabric`: a request, an answer, keep-alive, and the same ways to fail. */
export class SimHttp implements Http {
  readonly #rpc: Rpc;
  readonly #process: SimProcess;
  readonly #watchers: readonly AnswerWatcher[];
  readonly #interferences: HttpInterferences | undefined;

  /**
   * `watchers`: may grow later. `interferences`: those of the world, which hit what this process serves; undefined:
   * there are never any.
   */
  constructor(
    rpc: Rpc,
    process: SimProcess,
    watchers: readonly AnswerWatcher[] = [],
    interferences?: HttpInterferences,
  ) {
    this.#rpc = rpc;
    this.#process = process;
    this.#watchers = watchers;
    this.#interferences = interferences;
  }

  serve(port: number, handler: HttpHandler): HttpServer {
    return this.#rpc.serve(port, {
      [httpMethod]: (call, reply) => {
        const request = call.request as HttpRequest;
        const arrival = this.#interferences?.arrive(this.#process.name, request);
        if (this.#interferences !== undefined && arrival === undefined) return;
        if (arrival !== undefined && 'response' in arrival) {
          reply(outcomeOf(arrival.response));
          return;
        }
        const carriedOut = arrival?.request ?? request;
        handler(carriedOut).then(
          (response) => this.#leave(carriedOut, response, reply),
          (error: unknown) =>
            reply(outcomeOf({ status: 500, body: JSON.stringify({ error: String(error) }) })),
        );
      },
    });
  }

  #leave(request: HttpRequest, response: HttpResponse, reply: (outcome: RpcOutcome) => void): void {
    if (this.#interferences === undefined) {
      reply(outcomeOf(response));
      return;
    }
    const departure = this.#interferences.leave(this.#process.name, request, response);
    if (departure === undefined) return;
    if (departure.delayMs === 0) reply(outcomeOf(departure.response));
    else this.#process.after(departure.delayMs, () => reply(outcomeOf(departure.response)));
  }

  request(authority: string, request: HttpRequest, timeoutMs: number): Promise<HttpResponse> {
    const deferred = this.#process.deferred<HttpResponse>();
    this.#rpc.call(
      authority,
      httpMethod,
      request,
      { metadata: noMetadata, deadlineMs: timeoutMs },
      (outcome) => {
        if (outcome.status !== 'OK') {
          deferred.reject(toPortError(authority, request, outcome));
          return;
        }
        const response = outcome.response as HttpResponse;
        for (const watcher of this.#watchers) watcher(this.#process.name, request, response);
        deferred.resolve(response);
      },
    );
    return deferred.promise;
  }
}

function outcomeOf(response: HttpResponse): RpcOutcome {
  return { status: 'OK', message: '', response, metadata: noMetadata };
}

function toPortError(authority: string, request: HttpRequest, outcome: RpcOutcome): PortError {
  const what = `${request.method} ${authority}${request.path}: ${outcome.message}`;
  if (outcome.metadata['sent'] === 'no') return new PortError(what, 'connection-refused');
  return new PortError(what, outcome.status === 'DEADLINE_EXCEEDED' ? 'timeout' : 'disconnected');
}
