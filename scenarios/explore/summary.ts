import { z } from 'zod';
import { colours } from '../../system/ports/colour.ts';
import { gatewayConditions, managementConditions } from './condition-watch.ts';
import { distributionOf, type Distribution } from './distribution.ts';
import { levels } from './aims.ts';
import { outcomeSchema, type Outcome } from './outcome.ts';
import { scaleNames, type ScaleName } from './scale.ts';

const distributionSchema = z.strictObject({
  count: z.int(),
  never: z.int(),
  p50Ms: z.number().nullable(),
  p95Ms: z.number().nullable(),
  maxMs: z.number().nullable(),
});

/** `explore.json`. `schemaVersion` rises when a reader of the old form would be misled. */
export const explorationSchema = z.strictObject({
  schemaVersion: z.literal(2),
  seed: z.string(),
  /** `shipped`: stages, retention and tools as they are; `small`: a fab of a few quick tools and short stages. */
  scale: z.enum(scaleNames),
  tools: z.int(),
  states: z.array(z.string()).readonly(),
  boundMs: z.number(),
  distributions: z
    .array(
      z.strictObject({
        level: z.enum(['L1', 'L2', 'L3']),
        /** What was wrong when the order was given. */
        group: z.string(),
        figure: z.string(),
        ...distributionSchema.shape,
      }),
    )
    .readonly(),
  /** States and conditions in which a rollback was ordered, and those that no case met. */
  reached: z.array(z.string()).readonly(),
  neverReached: z.array(z.string()).readonly(),
  outcomes: z.array(outcomeSchema).readonly(),
});

export type Exploration = Readonly<z.infer<typeof explorationSchema>>;

/** The published JSON Schema; `reports/schema/explore.schema.json` is this, checked in. */
export function explorationJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(explorationSchema), undefined, 2)}\n`;
}

/** Every phase that the controller knows, with the stages that a small fab has. */
const phases: readonly string[] = [
  'idle',
  'preparing',
  'deploying',
  'verifying',
  ...[0, 1, 2].flatMap((stage) => [
    `expanding-${stage}`,
    `observing-${stage}`,
    `paused-${stage}`,
    `expanding-${stage}+L2`,
    `observing-${stage}+L2`,
    `paused-${stage}+L2`,
  ]),
  'promoting',
  'labelling',
  'retaining',
  'retiring',
  'rolling-back-L1',
  'rolling-back-L3',
  'relabelling-L1',
  'relabelling-L3',
  'draining',
  'scaling-down',
  'ended-promoted',
  'ended-rolled-back',
  'ended-aborted',
];

/**
 * Time to safe, counted from when the last link that was cut on purpose around the order (a gateway's or the controller's
 * to Management) was whole again before it: how long we cut is no property of the system. Null: never.
 */
export function safeAfterCutMs({ safeMs, plan }: Outcome): number | null {
  const orderMs = plan.faults.find(({ id }) => id === 'rollback')?.startMs ?? 0;
  if (safeMs === null) return null;
  const wholeMs = plan.faults
    .filter(({ kind, startMs }) => isCut.test(kind) && startMs <= orderMs)
    .map(({ endMs }) => (endMs ?? orderMs) - orderMs)
    .filter((healedMs) => healedMs <= safeMs);
  return safeMs - Math.max(0, ...wholeMs);
}

const isCut = /^gateway\.cut-management$|^link\.(one-way-)?cut$/;

/** Every figure that is shown as a distribution, from the order on. */
const figures: readonly { readonly name: string; of(outcome: Outcome): number | null }[] = [
  { name: 'safe', of: ({ safeMs }) => safeMs },
  { name: 'safe, from the end of the last cut', of: safeAfterCutMs },
  { name: 'last request stored by the canary', of: ({ safety }) => safety?.lastStoredMs ?? null },
  { name: 'last request sent to the canary', of: ({ safety }) => safety?.lastRequestMs ?? null },
  { name: 'list at every gateway', of: ({ safety }) => safety?.listAppliedMs ?? null },
  { name: 'collectors refuse older lists', of: ({ safety }) => safety?.refusedMs ?? null },
  { name: 'last completion processed', of: ({ safety }) => safety?.lastCompletionMs ?? null },
  { name: 'backlog 0', of: ({ safety }) => safety?.backlogZeroMs ?? null },
];

const drained = {
  name: 'canary scaled down',
  of: ({ safety }: Outcome): number | null => safety?.endedMs ?? null,
};

/** What stood in the way when the order was given, in a word. */
export function groupOf({ aim, safety }: Outcome): string {
  if (aim.path.startsWith('walk-')) return 'random walk';
  if (aim.faults.length > 0) return aim.faults.length === 1 ? 'one fault' : 'two faults';
  const gateway = safety?.gateway ?? aim.gateway;
  const management = safety?.management ?? aim.management;
  if (gateway === 'in-date' && management === 'up') return 'nothing';
  const parts = [
    ...(gateway === 'in-date' ? [] : [`gateway ${gateway}`]),
    ...(management === 'up' ? [] : [`Management ${management}`]),
  ];
  return parts.join(', ');
}

/** A rollback with no tool at the canary is safe at once, and says nothing about time. */
export function isAtRisk({ safety, bound }: Outcome): boolean {
  return bound !== 'nothing-to-do' && safety !== null && safety.toolsAtRisk > 0;
}

function distributions(outcomes: readonly Outcome[]): Exploration['distributions'] {
  return levels.flatMap((level) => {
    const ofLevel = outcomes.filter((outcome) => outcome.level === level && isAtRisk(outcome));
    const groups = ['all', ...[...new Set(ofLevel.map((outcome) => groupOf(outcome)))].toSorted()];
    return groups.flatMap((group) => {
      const members = ofLevel.filter((outcome) => group === 'all' || groupOf(outcome) === group);
      return [...figures, ...(level === 'L3' ? [drained] : [])].map((figure) => ({
        level,
        group,
        figure: figure.name,
        ...distributionOf(members.map((outcome) => figure.of(outcome))),
      }));
    });
  });
}

/** One line of the distributions. */
export type DistributionRow = Distribution & Exploration['distributions'][number];

/** `phase, blue stable, gateway, Management`, as met. */
export function metState({ safety }: Outcome): string | undefined {
  if (safety === null) return undefined;
  const { phase, stableColour, gateway, management } = safety;
  return stateText(phase, stableColour, gateway, management);
}

function stateText(phase: string, stableColour: string, gateway: string, management: string): string {
  return `${phase}, ${stableColour} stable, gateway ${gateway}, Management ${management}`;
}

/** All that is said of an exploration. `states`: those that the paths came by undisturbed. */
export function summarise(
  head: {
    readonly seed: bigint;
    readonly scale: ScaleName;
    readonly tools: number;
    readonly states: readonly string[];
    readonly boundMs: number;
  },
  outcomes: readonly Outcome[],
): Exploration {
  const reached = new Set(outcomes.flatMap((outcome) => metState(outcome) ?? []));
  const product = phases.flatMap((phase) =>
    colours.flatMap((stable) =>
      gatewayConditions.flatMap((gateway) =>
        managementConditions.map((management) => stateText(phase, stable, gateway, management)),
      ),
    ),
  );
  return {
    schemaVersion: 2,
    seed: `0x${head.seed.toString(16)}`,
    scale: head.scale,
    tools: head.tools,
    states: head.states,
    boundMs: head.boundMs,
    distributions: distributions(outcomes),
    reached: [...reached].toSorted(),
    neverReached: product.filter((state) => !reached.has(state)),
    outcomes,
  };
}
