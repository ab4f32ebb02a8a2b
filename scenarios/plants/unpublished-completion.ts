import { ingestMethods } from '../../system/ports/ingest.ts';
import type { Rpc } from '../../system/ports/rpc.ts';
import type { Plant } from './plant.ts';

function answeringAhead(rpc: Rpc): Rpc {
  let calls = 0;
  return {
    call: (target, method, request, options, done) => rpc.call(target, method, request, options, done),
    serve(port, methods) {
      const complete = methods[ingestMethods.complete];
      if (complete === undefined) return rpc.serve(port, methods);
      return rpc.serve(port, {
        ...methods,
        [ingestMethods.complete]: (call, reply) => {
          if (++calls % 10 !== 0) complete(call, reply);
          else reply({ status: 'OK', message: '', response: { streamSequence: 1 }, metadata: {} });
        },
      });
    },
  };
}

/** Breaks `collection.complete`. */
export const unpublishedCompletion: Plant = {
  name: 'unpublished-completion',
  summary: 'a collector answers every tenth "context complete" without publishing anything',
  rule: 'collection.complete',
  scenario: 'quiet-day',
  overrides: { tools: '150', minutes: '40' },
  customisation: {
    ports: (component, ports) =>
      component === 'collector' ? { ...ports, rpc: answeringAhead(ports.rpc) } : ports,
  },
};
