import { z } from 'zod';

/** `withdrawing` and `draining` are steps of a rollback; nothing leads back from `reducing` on. */
const modeSchema = z.enum(['advancing', 'reducing', 'withdrawing', 'draining', 'ended', 'promoted']);

export const thresholdStateSchema = z.object({
  mode: modeSchema,
  stage: z.int().min(0),
  /** Wall time, so that a controller that was started again goes on where it stood (delivery F41). */
  sinceMs: z.number(),
  /** Since when each trigger's limit is broken without a break. */
  brokenSinceMs: z.record(z.string(), z.number()),
});

export type ThresholdState = Readonly<z.infer<typeof thresholdStateSchema>>;
