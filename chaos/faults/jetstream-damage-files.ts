import { lastingFault } from '../fault.ts';
import { textOf } from '../parameter.ts';
import { natsNodeParameter, natsNodes } from '../server-choice.ts';
import { colourOf, colourParameter } from '../target-group.ts';

const files = ['stream', 'consumers', 'meta'] as const;

/** Damages files of one NATS server while it is down (jetstream D3, D4, D10). */
export const jetStreamDamageFiles = lastingFault({
  kind: 'jetstream.damage-files',
  summary: 'a NATS server is killed, files of it are damaged, and it is started again at the end',
  effect:
    'stream: what lies behind the damage is gone there, and for all where that server comes to lead. consumers: they start anew there. meta: the server knows of no stream, and takes them all for orphans where it comes to lead.',
  live: 'kill -9, then overwrite bytes in .blk, o.dat or the snapshots of $SYS/_js_/_meta_',
  rulesUsuallyHit: ['durability.acknowledged', 'effect.exactly-once'],
  typicalDurationMs: [10_000, 60_000],
  parameters: [
    colourParameter,
    natsNodeParameter,
    { name: 'what', type: 'choice', choices: files, default: 'stream', doc: 'which files' },
    { name: 'stream', type: 'text', default: 'dc-notifications', doc: 'of which stream' },
  ],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    // The meta group is one for all: with its leader everything can go.
    storageLost: textOf(values, 'what') === 'meta' ? 3 : 1,
    groupSize: 3,
    settleMs: 300_000,
  }),
  begin(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const what = files.find((known) => known === textOf(values, 'what')) ?? 'stream';
    const hit = natsNodes(cluster, textOf(values, 'node'), random);
    let damaged = 0;
    for (const { index } of hit) {
      cluster.killNode(index);
      if (cluster.damageFiles(index, what, textOf(values, 'stream'))) damaged++;
    }
    return {
      targets: hit.map(({ node }) => node.name),
      hits: () => damaged,
      end: () => {
        for (const { index } of hit) cluster.restartNode(index);
      },
    };
  },
});
