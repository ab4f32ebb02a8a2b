import { PortError } from '../../system/ports/errors.ts';
import type { Http, HttpHandler, HttpRequest, HttpResponse, HttpServer } from '../../system/ports/http.ts';
import type { Rpc, RpcOutcome } from '../../system/ports/rpc.ts';
import type { SimProcess } from '../kernel/index.ts';

const httpMethod = '/http';
const noMetadata = {};

/** Told of every answer at the moment its caller gets it. It looks, and must not act on the world. */
export type AnswerWatcher = (caller: string, request: HttpRequest, response: HttpResponse) => void;

/** HTTP over the same connections as `RpcFabric`: a request, an answer, keep-alive, and the same ways to fail. */
export class SimHttp implements Http {
  readonly #rpc: Rpc;
  readonly #process: SimProcess;
  readonly #watchers: readonly AnswerWatcher[];

  /** `watchers`: may grow later. */
  constructor(rpc: Rpc, process: SimProcess, watchers: readonly AnswerWatcher[] = []) {
    this.#rpc = rpc;
    this.#process = process;
    this.#watchers = watchers;
  }

  serve(port: number, handler: HttpHandler): HttpServer {
    return this.#rpc.serve(port, {
      [httpMethod]: (call, reply) => {
        handler(call.request as HttpRequest).then(
          (response) => reply({ status: 'OK', message: '', response, metadata: noMetadata }),
          (error: unknown) =>
            reply({
              status: 'OK',
              message: '',
              response: { status: 500, body: JSON.stringify({ error: String(error) }) },
              metadata: noMetadata,
            }),
        );
      },
    });
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

function toPortError(authority: string, request: HttpRequest, outcome: RpcOutcome): PortError {
  const what = `${request.method} ${authority}${request.path}: ${outcome.message}`;
  if (outcome.metadata['sent'] === 'no') return new PortError(what, 'connection-refused');
  return new PortError(what, outcome.status === 'DEADLINE_EXCEEDED' ? 'timeout' : 'disconnected');
}
