import { lastingFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodeParameter, natsNodes } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

/** Cuts the power of one NATS server: what it had not synced is gone (jetstream §1E). */
export const natsPowerLoss = lastingFault({
  kind: 'nats.power-loss',
  summary: 'the machine of a NATS server loses power; unsynced writes are gone',
  effect:
    'The machine falls silent, its peers and clients learn nothing until their own time-outs. Everything written since the last sync (by default up to two minutes) is missing when it starts again at the end.',
  live: 'power off the virtual machine (virsh destroy), or a file system that drops unsynced pages',
  rulesUsuallyHit: ['effect.exactly-once', 'durability.acknowledged'],
  typicalDurationMs: [10_000, 120_000],
  parameters: [colourParameter, natsNodeParameter],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    storageLost: 1,
    groupSize: 3,
    settleMs: 300_000,
  }),
  begin(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const lost = natsNodes(cluster, textOf(values, 'node'), random);
    for (const { index } of lost) cluster.powerLoss(index);
    return {
      targets: lost.map(({ node }) => node.name),
      hits: () => lost.length,
      end: () => {
        for (const { index } of lost) cluster.restartNode(index);
      },
    };
  },
});
