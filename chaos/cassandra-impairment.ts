import { lastingFault, type FaultKind } from './fault.ts';
import { numberOf, type NumberParameter } from './parameter.ts';
import { cassandraCountParameter, runningNodes } from './server-choice.ts';
import type { FaultWorld } from './world-access.ts';

type Described = 'kind' | 'summary' | 'effect' | 'live' | 'rulesUsuallyHit' | 'typicalDurationMs';

/** What weighs on one server until it is lifted. */
interface Impairment {
  readonly hits: number;
  lift(): void;
}

/** Declares a kind that impairs some Cassandra servers, by a strength that `strength` describes, from its start to its end. */
export function cassandraImpairment(
  described: Pick<FaultKind, Described>,
  strength: NumberParameter,
  impair: (cassandra: FaultWorld['cassandra'], index: number, strength: number) => Impairment,
): FaultKind {
  return lastingFault({
    ...described,
    parameters: [cassandraCountParameter, strength],
    impact: (values) => ({
      dependency: 'cassandra',
      big: numberOf(values, 'count') > 1,
      storageLost: 0,
      groupSize: 3,
      settleMs: 30_000,
    }),
    begin(world, values, random) {
      const chosen = runningNodes(world.cassandra, numberOf(values, 'count'), random);
      const impairments = chosen.map(({ index }) =>
        impair(world.cassandra, index, numberOf(values, strength.name)),
      );
      return {
        targets: chosen.map(({ node }) => node.name),
        hits: () => impairments.reduce((sum, impairment) => sum + impairment.hits, 0),
        end: () => {
          for (const impairment of impairments) impairment.lift();
        },
      };
    },
  });
}
