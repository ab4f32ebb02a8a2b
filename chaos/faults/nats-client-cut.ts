import { lastingFault } from '../fault.ts';
import { directionOf, directionParameter, LinkBreak } from '../link-break.ts';
import { numberOf, textOf } from '../parameter.ts';
import { colourOf, colourParameter, drawShare, targetPods } from '../target-group.ts';

/** Cuts pods off from the NATS cluster of their colour. */
export const natsClientCut = lastingFault({
  kind: 'nats.client-cut',
  summary: 'some pods cannot reach NATS',
  effect:
    'All links between the chosen pods and the servers of one cluster are cut, in both or in one direction; the pods keep everything else. Their heartbeats stop, so that they lose units and ids while they still run. Pods that start meanwhile are not cut.',
  live: 'iptables -A OUTPUT -p tcp --dport 4222 -j DROP in the network namespaces of the pods, or a NetworkPolicy',
  rulesUsuallyHit: ['effect.exactly-once', 'recovery.crash', 'movement.bounds', 'alarm.one-effect'],
  typicalDurationMs: [5_000, 120_000],
  parameters: [
    colourParameter,
    {
      name: 'component',
      type: 'choice',
      choices: ['defender', 'leader-defender', 'collector'],
      default: 'defender',
      doc: 'whose pods are cut off',
    },
    {
      name: 'share',
      type: 'number',
      unit: 'share of the pods',
      minimum: 0,
      maximum: 1,
      typical: [0.02, 0.3],
      default: 0.1,
      doc: 'how many of them, at least one',
    },
    directionParameter,
  ],
  impact: (values) => ({
    dependency: `nats-${textOf(values, 'colour')}`,
    big: numberOf(values, 'share') > 0.5,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  }),
  begin(world, values, random) {
    const colour = colourOf(textOf(values, 'colour'));
    const candidates = targetPods(world, values);
    const pods = drawShare(random, candidates, numberOf(values, 'share'));
    const links = new LinkBreak(world.network, { cut: true }, directionOf(textOf(values, 'direction')));
    links.between(
      pods.map((pod) => pod.host),
      world.nats[colour].nodes.map((node) => node.host),
    );
    return {
      targets: pods.map((pod) => pod.name),
      hits: () => links.hits(),
      end: () => links.lift(),
    };
  },
});
