import { lastingFault } from '../fault.ts';
import { directionOf, directionParameter, LinkBreak } from '../link-break.ts';
import { numberOf, textOf } from '../parameter.ts';
import { draw, podsOf } from '../target-group.ts';

/** Cuts gateways off from the Management API. */
export const gatewayCutManagement = lastingFault({
  kind: 'gateway.cut-management',
  summary: 'gateways cannot reach the Management API',
  effect:
    'The links between the chosen gateways and Management are cut, also to a Management pod that starts meanwhile. Tools and collectors are still reached: the gateway goes on with its last list, alarms after 60 s, and a rollback stays incomplete until it confirms.',
  live: 'a NetworkPolicy, or iptables -j DROP of the Management service in the gateway pods',
  rulesUsuallyHit: ['rollback.bound', 'routing.one-colour'],
  typicalDurationMs: [10_000, 300_000],
  parameters: [
    {
      name: 'count',
      type: 'integer',
      unit: 'gateways',
      minimum: 1,
      maximum: 200,
      typical: [1, 2],
      default: 1,
      doc: 'how many are cut off',
    },
    directionParameter,
  ],
  impact: (values) => ({
    dependency: 'management',
    big: numberOf(values, 'count') > 1,
    storageLost: 0,
    groupSize: 1,
    settleMs: 30_000,
  }),
  begin(world, values, random) {
    const gateways = draw(random, podsOf(world, 'gateway', 'any'), numberOf(values, 'count'));
    const names = gateways.map((pod) => pod.name);
    const links = new LinkBreak(world.network, { cut: true }, directionOf(textOf(values, 'direction')));
    const managementHosts = (): readonly number[] =>
      podsOf(world, 'management', 'any').map((pod) => pod.host);
    links.between(
      gateways.map((pod) => pod.host),
      managementHosts(),
    );
    return {
      targets: names,
      hits: () => links.hits(),
      end: () => links.lift(),
      podStarted: (name) => {
        const started = world.kubernetes.pods().find((pod) => pod.name === name);
        if (started?.deployment === 'management') {
          const cutOff = podsOf(world, 'gateway', 'any').filter((pod) => names.includes(pod.name));
          links.between(
            cutOff.map((pod) => pod.host),
            [started.host],
          );
        } else if (started !== undefined && names.includes(name)) {
          links.between([started.host], managementHosts());
        }
      },
    };
  },
});
