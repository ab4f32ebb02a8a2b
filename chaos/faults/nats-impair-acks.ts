import { lastingFault } from '../fault.ts';
import { numberOf, textOf } from '../parameter.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Loses or delays the acks of consumers on their way to the server. */
export const natsImpairAcks = lastingFault({
  kind: 'nats.impair-acks',
  summary: 'acks of consumers are lost or late',
  effect:
    'A share of the acks that Defenders send never takes effect, the others are late. The server redelivers after the ack wait, so that work is done twice and must have one effect.',
  live: 'a proxy between Defender and NATS that drops or holds PUB $JS.ACK.>',
  rulesUsuallyHit: ['effect.exactly-once', 'alarm.one-effect', 'result.fault-free'],
  typicalDurationMs: [30_000, 300_000],
  parameters: [
    colourParameter,
    {
      name: 'lossRate',
      type: 'number',
      unit: 'share of acks',
      minimum: 0,
      maximum: 1,
      typical: [0.05, 0.5],
      default: 0.2,
      doc: 'acks that never take effect',
    },
    {
      name: 'delayMs',
      type: 'integer',
      unit: 'milliseconds',
      minimum: 0,
      maximum: 120_000,
      typical: [0, 5_000],
      default: 0,
      doc: 'how late the other acks are',
    },
  ],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: false,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values) {
    const colour = colourOf(textOf(values, 'colour'));
    const impairment = world.nats[colour].impairAcks({
      lossRate: numberOf(values, 'lossRate'),
      delayMs: numberOf(values, 'delayMs'),
    });
    return {
      targets: [`acks of nats-${colour}`],
      hits: () => impairment.hits,
      end: () => impairment.lift(),
    };
  },
});
