import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Clients are set to give up, as the library is unless told otherwise (jetstream I72, K6). */
export const jetStreamLimitReconnects = lastingFault({
  kind: 'jetstream.limit-reconnects',
  summary: 'clients give up a NATS server that they dialled in vain too often, and close without any',
  effect:
    'Each client of the cluster forgets a server after so many dials in vain since its last connection. In an outage of the whole cluster that lasts longer its connection closes for good: its process goes on and does nothing, until it is started anew. Alone it does nothing: it takes an outage beside it.',
  live: 'maxReconnectAttempts: 10, the default of the client library, in place of -1',
  rulesUsuallyHit: ['liveness.converged', 'recovery.crash'],
  typicalDurationMs: [120_000, 600_000],
  parameters: [
    colourParameter,
    {
      name: 'attempts',
      type: 'integer',
      unit: 'dials of a server',
      minimum: 1,
      maximum: 1_000,
      typical: [10, 10],
      default: 10,
      doc: 'after how many a client gives a server up',
    },
  ],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values) {
    const colour = colourOf(textOf(values, 'colour'));
    const limit = world.nats[colour].limitReconnects(numberOf(values, 'attempts'));
    return { targets: [`clients of nats-${colour}`], hits: () => limit.hits, end: () => limit.lift() };
  },
});
