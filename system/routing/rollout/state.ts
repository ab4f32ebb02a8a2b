import { z } from 'zod';
import { colourSchema, toolListSchema } from '../snapshot.ts';
import { parseJson } from '../json.ts';
import { stageSchema } from './stages.ts';

const sinceMs = z.number();
const stage = z.int().min(0);
const rollbackLevelSchema = z.enum(['L1', 'L2', 'L3']);

/** A release under way or ended. Colours are those before it: they stay what they are when the roles are swapped. */
const releaseSchema = z.object({
  id: z.string(),
  image: z.string(),
  stableColour: colourSchema,
  canaryColour: colourSchema,
  stages: z.array(stageSchema),
  /** Revision of the list as this controller last made it. */
  listRevision: z.int(),
  /** Taken out by L2; not proposed again until an operator restores them. */
  withdrawnTools: toolListSchema,
  /** Counts how often stages were begun, so that each attempt has its own request. */
  attempt: z.int(),
  /** Its end was told; a rollback afterwards tells none. */
  ended: z.boolean(),
  /** Its experiment was successful; absent before, and where it has none. */
  experimentPassed: z.boolean().optional(),
  /** Of its background analysis, where it has one and that has begun. */
  analysis: z
    .object({
      nextMs: z.number(),
      failed: z.int(),
      inconclusive: z.int(),
      consecutiveErrors: z.int(),
    })
    .optional(),
});

/**
 * Where the controller stands (delivery 1O: IDLE_CLEAN = `deploying` reached, DEPLOYED = `verifying`, VERIFIED =
 * `expanding` the first stage, CANARY(k) = `observing`, FULL and SOAKED = the last stage, PROMOTED = `labelling`,
 * OLD_RETAINED = `retaining`, OLD_DOWN = `ended` as promoted). `sinceMs` are stored times: they outlive a restart.
 */
const phaseSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('idle') }),
  /** P0: list reset, idle cluster healthy, alike and without backlog (delivery R67–R71). */
  z.object({ kind: z.literal('preparing'), sinceMs }),
  /** P1: collectors and Defenders of the new image on the idle colour (delivery R72–R75). */
  z.object({ kind: z.literal('deploying'), sinceMs }),
  /** P1: leader elected, every unit assigned (delivery R76, F55). */
  z.object({ kind: z.literal('verifying'), sinceMs }),
  /** Before P2, where the release has an experiment: its own pods, none of them live (delivery 39, 40). */
  z.object({
    kind: z.literal('experimenting'),
    sinceMs,
    baselineImage: z.string(),
    /** When all its pods were ready; null: pending. */
    availableAtMs: z.number().nullable(),
    nextMs: z.number(),
    counts: z.object({
      successful: z.int(),
      failed: z.int(),
      inconclusive: z.int(),
      consecutiveErrors: z.int(),
    }),
  }),
  /** The verdict stands; its pods go. */
  z.object({
    kind: z.literal('ending-experiment'),
    sinceMs,
    outcome: z.enum(['Successful', 'Failed', 'Inconclusive']),
    reason: z.string(),
  }),
  /** P2: the list is widened and every gateway confirms. */
  z.object({ kind: z.literal('expanding'), sinceMs, stage }),
  z.object({
    kind: z.literal('observing'),
    sinceMs,
    stage,
    extended: z.boolean(),
    /** Of a small first stage: each of them has to complete a context. */
    countedTools: toolListSchema,
  }),
  z.object({ kind: z.literal('paused'), sinceMs, stage, reason: z.string() }),
  /** P3: roles are swapped (delivery R83, R84). */
  z.object({ kind: z.literal('promoting'), sinceMs }),
  z.object({ kind: z.literal('labelling'), sinceMs }),
  /** The old colour stays at full strength: L1 still goes back to it. */
  z.object({ kind: z.literal('retaining'), sinceMs }),
  /** The old colour is being scaled down: there is no way back but a new release. */
  z.object({ kind: z.literal('retiring'), sinceMs }),
  z.object({
    kind: z.literal('rolling-back'),
    sinceMs,
    level: z.enum(['L1', 'L3']),
    reason: z.string(),
    requestId: z.string(),
    /** Where all tools shall go; null: to the colour that is stable. */
    stableColour: colourSchema.nullable(),
    /** Revision of the emptied list; null: Management has not answered yet. */
    epoch: z.int().nullable(),
    /** That gateways are missing was reported. */
    reportedMissing: z.boolean(),
  }),
  z.object({ kind: z.literal('relabelling'), sinceMs, level: z.enum(['L1', 'L3']), reason: z.string() }),
  /** L3: waiting for the canary's backlog to be worked off (delivery R92). */
  z.object({ kind: z.literal('draining'), sinceMs, reason: z.string() }),
  z.object({ kind: z.literal('scaling-down'), sinceMs, reason: z.string() }),
  z.object({
    kind: z.literal('ended'),
    sinceMs,
    outcome: z.enum(['promoted', 'rolled-back', 'aborted']),
    reason: z.string(),
  }),
]);

/** An L2 that is not confirmed everywhere yet. */
const withdrawalSchema = z.object({
  requestId: z.string(),
  tools: toolListSchema,
  sinceMs,
  epoch: z.int().nullable(),
  reportedMissing: z.boolean(),
});

const rolloutStateSchema = z.object({
  /** Releases ever started: their ids, and those of requests, are never used twice. */
  releases: z.int(),
  requests: z.int(),
  release: releaseSchema.nullable(),
  withdrawal: withdrawalSchema.nullable(),
  phase: phaseSchema,
});

export type Release = Readonly<z.infer<typeof releaseSchema>>;
export type Phase = Readonly<z.infer<typeof phaseSchema>>;
export type PhaseOf<Kind extends Phase['kind']> = Extract<Phase, { kind: Kind }>;
export type Withdrawal = Readonly<z.infer<typeof withdrawalSchema>>;
export type RolloutState = Readonly<z.infer<typeof rolloutStateSchema>>;
export type RollbackLevelName = z.infer<typeof rollbackLevelSchema>;

export const rollbackRequestSchema = z.object({
  level: rollbackLevelSchema,
  tools: toolListSchema.default([]),
  reason: z.string().min(1),
});

export const initialRolloutState: RolloutState = {
  releases: 0,
  requests: 0,
  release: null,
  withdrawal: null,
  phase: { kind: 'idle' },
};

/** Undefined where the stored text is not what this version wrote. */
export function parseRolloutState(text: string): RolloutState | undefined {
  return parseJson(rolloutStateSchema, text);
}
