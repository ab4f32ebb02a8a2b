import { lastingFault, type FaultKind } from './fault.ts';
import { textOf } from './parameter.ts';
import { natsNodeParameter, natsNodes } from './server-choice.ts';
import { colourOf, colourParameter } from './target-group.ts';
import type { BreakableNats } from './world-access.ts';

type Described = 'kind' | 'summary' | 'effect' | 'live' | 'rulesUsuallyHit' | 'typicalDurationMs';

/** What happens to one server, by its index, at the start of the fault and at its end. */
interface ServerActs {
  start(cluster: BreakableNats, index: number): void;
  end(cluster: BreakableNats, index: number): void;
}

/** Declares a kind that takes one NATS server of a colour out of service from its start to its end. */
export function natsServerFault(described: Pick<FaultKind, Described>, acts: ServerActs): FaultKind {
  return lastingFault({
    ...described,
    parameters: [colourParameter, natsNodeParameter],
    impact: (values) => ({
      dependency: `nats-${textOf(values, 'colour')}`,
      big: true,
      storageLost: 0,
      groupSize: 3,
      settleMs: 60_000,
    }),
    begin(world, values, random) {
      const cluster = world.nats[colourOf(textOf(values, 'colour'))];
      const chosen = natsNodes(cluster, textOf(values, 'node'), random);
      for (const { index } of chosen) acts.start(cluster, index);
      return {
        targets: chosen.map(({ node }) => node.name),
        hits: () => chosen.length,
        end: () => {
          for (const { index } of chosen) acts.end(cluster, index);
        },
      };
    },
  });
}
