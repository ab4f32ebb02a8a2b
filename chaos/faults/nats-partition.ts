import { lastingFault } from '../fault.ts';
import { directionOf, directionParameter, LinkBreak } from '../link-break.ts';
import { textOf, type ParameterValues } from '../parameter.ts';
import { colourOf, colourParameter, draw } from '../target-group.ts';
import type { RandomStream } from '../../sim/kernel/index.ts';
import type { BreakableNats } from '../world-access.ts';

/** Isolates servers of one NATS cluster from the other servers of it. */
export const natsPartition = lastingFault({
  kind: 'nats.partition',
  summary: 'servers of one NATS cluster cannot reach each other',
  effect:
    'The routes of the chosen servers to all others are cut, in both or in one direction. Clients keep their connections: those at an isolated server see time-outs. Scope majority isolates so many that no quorum is left; leader-of-stream isolates whoever leads the stream when it begins.',
  live: 'iptables -A INPUT -p tcp --dport 6222 -s PEER -j DROP on the isolated servers (OUTPUT for one way), or a proxy between the routes',
  rulesUsuallyHit: ['effect.exactly-once', 'budget.processing', 'rebalance.limits', 'recovery.crash'],
  typicalDurationMs: [10_000, 120_000],
  parameters: [
    colourParameter,
    {
      name: 'scope',
      type: 'choice',
      choices: ['leader-of-stream', 'minority', 'majority'],
      default: 'minority',
      doc: 'which servers are isolated',
    },
    {
      name: 'stream',
      type: 'text',
      default: 'dc-notifications',
      doc: 'whose leader is isolated, for leader-of-stream',
    },
    directionParameter,
  ],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: true,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const cluster = world.nats[colourOf(textOf(values, 'colour'))];
    const isolated = isolatedNodes(cluster, values, random);
    const links = new LinkBreak(world.network, { cut: true }, directionOf(textOf(values, 'direction')));
    for (const index of isolated) {
      const hosts = cluster.nodes.filter((_, other) => other !== index).map((node) => node.host);
      links.between(hostsAt(cluster, [index]), hosts);
    }
    return {
      targets: isolated.map((index) => cluster.nodes[index]?.name ?? ''),
      hits: () => links.hits(),
      end: () => links.lift(),
    };
  },
});

function hostsAt(cluster: BreakableNats, indices: readonly number[]): readonly number[] {
  return cluster.nodes.filter((_, index) => indices.includes(index)).map((node) => node.host);
}

function isolatedNodes(
  cluster: BreakableNats,
  values: ParameterValues,
  random: RandomStream,
): readonly number[] {
  const size = cluster.nodes.length;
  const minority = Math.floor((size - 1) / 2);
  const indices = Array.from(cluster.nodes.keys());
  switch (textOf(values, 'scope')) {
    case 'leader-of-stream': {
      const leader = cluster.streamLeader(textOf(values, 'stream'));
      return leader === undefined ? [] : [leader];
    }
    case 'majority':
      return draw(random, indices, size - minority);
    default:
      return draw(random, indices, minority);
  }
}
