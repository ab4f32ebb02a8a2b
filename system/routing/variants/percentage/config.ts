import { z } from 'zod';

/** How much of the fab the canary gets, and whether there is one; nothing is ever split by less. */
export const canaryConfigSchema = z.object({
  /** Grows by every change. */
  revision: z.int().min(1),
  release: z.string().min(1),
  /** False: withdrawn. Neither header nor cookie leads to it any more (delivery R149). */
  enabled: z.boolean(),
  weightPercent: z.number().min(0).max(100),
  /** The share was made smaller: from then on it only shrinks, and affinity holds nobody. */
  shrinking: z.boolean(),
});

export type CanaryConfig = Readonly<z.infer<typeof canaryConfigSchema>>;

export const canaryPaths = {
  status: '/canary-status',
  weight: '/canary-weight',
  reduce: '/canary-reduce',
  rollback: '/canary-rollback',
  release: '/canary-release',
} as const;
