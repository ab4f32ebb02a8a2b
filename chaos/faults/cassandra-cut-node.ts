import { lastingFault } from '../fault.ts';
import { directionOf, directionParameter, LinkBreak } from '../link-break.ts';
import { numberOf, textOf } from '../parameter.ts';
import { cassandraCountParameter, runningNodes } from '../server-choice.ts';

/** Cuts Cassandra nodes off from their peers, from their clients, or from both. */
export const cassandraCutNode = lastingFault({
  kind: 'cassandra.cut-node',
  summary: 'Cassandra nodes cannot be reached',
  effect:
    'peers: the node still coordinates for its clients, and times out or finds no quorum. clients: drivers lose it, its peers do not. all: both. The failure detector of the others convicts it after 10 to 18 s; until then operations wait for it. Pods that start meanwhile reach it.',
  live: 'iptables -j DROP of port 7000 (peers), 9042 (clients), or both',
  rulesUsuallyHit: ['budget.processing', 'durability.acknowledged', 'result.fault-free'],
  typicalDurationMs: [10_000, 300_000],
  parameters: [
    cassandraCountParameter,
    {
      name: 'from',
      type: 'choice',
      choices: ['peers', 'clients', 'all'],
      default: 'all',
      doc: 'whom it cannot be reached by',
    },
    directionParameter,
  ],
  impact: () => ({ dependency: 'cassandra', big: true, storageLost: 0, groupSize: 3, settleMs: 60_000 }),
  begin(world, values, random) {
    const ring = world.cassandra;
    const cut = runningNodes(ring, numberOf(values, 'count'), random);
    const links = new LinkBreak(world.network, { cut: true }, directionOf(textOf(values, 'direction')));
    const hosts = cut.map(({ node }) => node.host);
    const from = textOf(values, 'from');
    if (from !== 'clients') {
      const others = ring.nodes.map((node) => node.host).filter((host) => !hosts.includes(host));
      links.between(hosts, others);
    }
    if (from !== 'peers') {
      links.between(
        hosts,
        world.kubernetes.pods().map((pod) => pod.host),
      );
    }
    return {
      targets: cut.map(({ node }) => node.name),
      hits: () => links.hits(),
      end: () => links.lift(),
    };
  },
});
