import type { Rpc, RpcCallOptions, RpcHandler, RpcOutcome, RpcServer } from '../../../system/ports/rpc.ts';

/** What an observer hears of the calls of one process; it looks and never acts. */
export interface RpcWatcher {
  /** A call of this process was answered. */
  called(target: string, request: unknown, options: RpcCallOptions, outcome: RpcOutcome): void;
  /** A call of this process was sent. */
  sent(target: string, request: unknown, options: RpcCallOptions): void;
  /** This process answered a call that came to it. */
  replied(request: unknown, outcome: RpcOutcome): void;
}

/** An `Rpc` port that tells a watcher of everything that goes through it. */
export function watchedRpc(rpc: Rpc, watcher: RpcWatcher): Rpc {
  return {
    serve(port, methods): RpcServer {
      const watched = Object.entries(methods).map(([name, handler]): [string, RpcHandler] => [
        name,
        (call, reply) => {
          handler(call, (outcome) => {
            watcher.replied(call.request, outcome);
            reply(outcome);
          });
        },
      ]);
      return rpc.serve(port, Object.fromEntries(watched));
    },
    call(target, method, request, options, done) {
      watcher.sent(target, request, options);
      rpc.call(target, method, request, options, (outcome) => {
        watcher.called(target, request, options, outcome);
        done(outcome);
      });
    },
  };
}
