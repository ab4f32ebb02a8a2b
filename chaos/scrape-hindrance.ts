import type { RandomStream } from '../sim/kernel/index.ts';
import type { ActiveFault, Impact } from './fault.ts';
import type { Parameter } from './parameter.ts';
import { componentOf, drawShare, podsOf } from './target-group.ts';
import type { FaultWorld } from './world-access.ts';

/** Whose scrapes. */
export const scrapedParameters: readonly Parameter[] = [
  {
    name: 'component',
    type: 'choice',
    choices: ['gateway', 'collector', 'defender'],
    default: 'gateway',
    doc: 'whose pods, of both colours; gateways count the requests that gates ask for',
  },
  {
    name: 'share',
    type: 'number',
    unit: 'share of the pods',
    minimum: 0,
    maximum: 1,
    typical: [0.3, 1],
    default: 1,
    doc: 'how many of them, at least one',
  },
];

/** Hinders the scrapes of a share of the pods that run now; one that starts meanwhile is scraped as ever. */
export function beginScrapeHindrance(
  world: FaultWorld,
  component: string,
  share: number,
  random: RandomStream,
  how: { readonly fail: boolean; readonly lateMs: number },
): ActiveFault {
  const pods = drawShare(random, podsOf(world, componentOf(component), 'any'), share);
  const hindrance = world.prometheus.hinder({ hosts: new Set(pods.map(({ host }) => host)), ...how });
  return {
    targets: pods.map(({ name }) => name),
    hits: () => hindrance.hits,
    end: () => hindrance.lift(),
  };
}

/** The same store as that of an outage. */
export function metricsImpact(): Impact {
  return { dependency: 'prometheus', big: true, storageLost: 0, groupSize: 1, settleMs: 60_000 };
}
