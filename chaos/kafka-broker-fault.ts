import { lastingFault, type FaultKind } from './fault.ts';
import { textOf, type ChoiceParameter } from './parameter.ts';
import { draw } from './target-group.ts';
import type { BreakableKafka } from './world-access.ts';

type Described = 'kind' | 'summary' | 'effect' | 'live' | 'rulesUsuallyHit' | 'typicalDurationMs';

const brokerParameter: ChoiceParameter = {
  name: 'broker',
  type: 'choice',
  choices: ['any', 'coordinator'],
  default: 'any',
  doc: "which broker: the coordinator of the Defenders' group, or any",
};

/** The group of V1's Defenders. */
const groupId = 'defender-blue';

/** Declares a kind that takes one broker of V1 out of service from its start to its end; without V1 it breaks nothing. */
export function kafkaBrokerFault(
  described: Pick<FaultKind, Described>,
  acts: {
    start(cluster: BreakableKafka, index: number): void;
    end(cluster: BreakableKafka, index: number): void;
  },
): FaultKind {
  return lastingFault({
    ...described,
    parameters: [brokerParameter],
    impact: () => ({ dependency: 'kafka', big: true, storageLost: 0, groupSize: 3, settleMs: 60_000 }),
    begin({ kafka }, values, random) {
      if (kafka === undefined) return { targets: [], hits: () => 0, end: () => undefined };
      const coordinator = textOf(values, 'broker') === 'coordinator' ? kafka.coordinator(groupId) : undefined;
      const fitting = Array.from(kafka.nodes, (node, index) => ({ index, node })).filter(
        ({ index, node }) => node.up && (coordinator === undefined || index === coordinator),
      );
      const chosen = draw(random, fitting, 1);
      for (const { index } of chosen) acts.start(kafka, index);
      return {
        targets: chosen.map(({ node }) => node.name),
        hits: () => chosen.length,
        end: () => {
          for (const { index } of chosen) acts.end(kafka, index);
        },
      };
    },
  });
}
