import { z } from 'zod';

const counts = z.record(z.string(), z.number());

const momentSchema = z.strictObject({
  moment: z.string(),
  occurrence: z.int(),
  delayMs: z.int(),
  target: z.enum(['self', 'leader', 'follower', 'drawn']),
  durationMs: z.int().optional(),
});

const planSchema = z.strictObject({
  version: z.literal(1),
  faults: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      startMs: z.number(),
      endMs: z.number().optional(),
      at: momentSchema.optional().describe('a moment of the protocol in place of a time'),
    }),
  ),
});

const violationSchema = z.strictObject({
  rule: z.string(),
  message: z.string(),
  timeUs: z.number().describe('virtual microseconds since the start of the run'),
  event: z.int().describe('number of events executed until then'),
  faults: z.array(z.string()).describe('ids of faults in force or just over'),
});

const colourSchema = z.enum(['blue', 'green']);

const clusterSchema = z.strictObject({
  ownership: z
    .array(
      z.strictObject({
        timeMs: z.int(),
        colour: colourSchema,
        pod: z.string(),
        defenderId: z.string(),
        taken: z.array(z.string()),
        given: z.array(z.string()),
        end: z.enum(['map', 'leave', 'death']),
      }),
    )
    .describe('units taken and given up; what a member owns is the sum of its changes'),
  rebalances: z.array(
    z.strictObject({
      timeMs: z.int(),
      colour: colourSchema,
      version: z.int(),
      reason: z.enum(['cold-start', 'restart', 'scaling', 'crash']),
      members: z.int(),
      units: z.int(),
      joined: z.int(),
      left: z.int(),
      moved: z.int(),
      movedToJoined: z.int(),
      movedFromLeft: z.int(),
    }),
  ),
  unowned: z.strictObject({
    times: z.int(),
    open: z.int(),
    p50Ms: z.number(),
    p99Ms: z.number(),
    maxMs: z.number(),
  }),
  stages: z.array(
    z.strictObject({
      stage: z.string(),
      p50Ms: z.number(),
      p95Ms: z.number(),
      p99Ms: z.number(),
      maxMs: z.number(),
    }),
  ),
  redeliveries: counts.describe('deliveries of what had been delivered before, by what became of that'),
});

const momentRowSchema = z.strictObject({
  moment: z.string(),
  passed: z.int(),
  hits: counts,
  unreachable: z
    .record(z.string(), z.string())
    .optional()
    .describe('cells that cannot be hit, with the reason; present where all the others shall be'),
});

/** One run, as `result.json` holds it. */
export const runSchema = z.strictObject({
  scenario: z.string(),
  seed: z.string().regex(/^0x[0-9a-f]{1,16}$/),
  overrides: z.record(z.string(), z.string()),
  plant: z.string().optional(),
  traces: z.string().optional(),
  defender: counts.optional().describe('settings of the Defenders in place of the default ones'),
  invalid: z.array(z.string()).optional().describe('rules of the protocol that these break, run on purpose'),
  verdict: z.enum(['passed', 'failed', 'unknown', 'nondeterministic']),
  knownRed: z.string().optional().describe('why a failed run is what its scenario is known to show'),
  reasons: z.array(z.string()),
  fingerprint: z.string().regex(/^[0-9a-f]{16}$/),
  virtualUs: z.number(),
  wallMs: z.number(),
  events: z.int(),
  plan: planSchema,
  rules: z.array(
    z.strictObject({
      rule: z.string(),
      title: z.string(),
      kind: z.enum(['safety', 'liveness']),
      checked: z.int(),
      violations: z.array(violationSchema),
      violationCount: z.int(),
      excused: counts,
    }),
  ),
  faults: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      startMs: z.number(),
      endMs: z.number().optional(),
      at: momentSchema.optional().describe('a moment of the protocol in place of a time'),
      targets: z.array(z.string()),
      hits: z.number(),
      state: z.enum(['planned', 'injected', 'ended']),
      vacuous: z.boolean(),
    }),
  ),
  goals: z.array(z.strictObject({ goal: z.string(), count: z.int(), required: z.boolean() })),
  moments: z
    .array(momentRowSchema)
    .optional()
    .describe('moments of the protocol × what may be pinned to them: how many faults bit there'),
  cluster: clusterSchema.optional().describe('what became of the Defenders'),
  detection: z.strictObject({
    abnormal: z.int(),
    abnormalAlarmed: z.int(),
    normal: z.int(),
    normalAlarmed: z.int(),
    compared: z.int(),
    different: z.int(),
    wafers: z
      .array(z.strictObject({ wafer: z.string(), abnormal: z.boolean(), contexts: z.int(), alarms: z.int() }))
      .optional(),
  }),
  milestones: z.array(
    z.strictObject({
      timeUs: z.number(),
      text: z.string(),
      level: z.enum(['info', 'fault', 'warning', 'success']),
    }),
  ),
  figures: counts,
  limits: z.array(z.string()),
  replay: z.string(),
});

/** `results.json`: all runs of one invocation. `schemaVersion` rises when a reader of the old form would be misled. */
export const resultsSchema = z.strictObject({
  schemaVersion: z.literal(1),
  runs: z.array(runSchema),
  momentGrid: z
    .strictObject({
      rows: z.array(momentRowSchema),
      reachable: z.int().describe('cells that can be hit'),
      empty: z
        .array(z.strictObject({ moment: z.string(), kind: z.string() }))
        .describe('those that were not'),
    })
    .optional()
    .describe('moments of the protocol × faults, over all runs'),
});

/** The published JSON Schema; `reports/schema/results.schema.json` is this, checked in. */
export function resultsJsonSchema(): string {
  return `${JSON.stringify(z.toJSONSchema(resultsSchema), undefined, 2)}\n`;
}

/** Where and how a value differs from the schema, in one line. */
export function explainMismatch(error: z.ZodError): string {
  const [first] = error.issues;
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : '';
  return first === undefined
    ? 'unknown'
    : `${first.path.join('.') || 'the document'}: ${first.message}${more}`;
}
