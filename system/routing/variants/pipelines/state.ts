import { z } from 'zod';
import { colourSchema } from '../../snapshot.ts';

/**
 * Where a release stands. P1: `deploying` to `tested`. P2: `flipping` to `live`. P3: `retiring`, which is the point of no
 * return, to `done`. The others are ends: `failed` (the dark side is at 0 again), `expired` (it stays as it is, delivery
 * F80), `rolled-back`.
 */
export const pipelineStepSchema = z.enum([
  'deploying',
  'waiting-ready',
  'testing',
  'tested',
  'flipping',
  'draining',
  'watching',
  'live',
  'rolling-back',
  'retiring',
  'failing',
  'done',
  'failed',
  'expired',
  'rolled-back',
]);

export type PipelineStep = z.infer<typeof pipelineStepSchema>;

export const releaseSchema = z.object({
  build: z.string().min(1),
  /** The side that the build goes to, and the side that was live when it began: recorded once, never worked out anew. */
  dark: colourSchema,
  old: colourSchema,
  step: pipelineStepSchema,
  /** Wall time at which the step began. */
  sinceMs: z.number(),
  flippedMs: z.exactOptional(z.number()),
  reason: z.string(),
});

export type Release = Readonly<z.infer<typeof releaseSchema>>;

/** No pipeline works on it any more, and its side is free. */
export function isOver({ step }: Release): boolean {
  switch (step) {
    case 'done':
    case 'failed':
    case 'expired':
    case 'rolled-back':
      return true;
    case 'deploying':
    case 'waiting-ready':
    case 'testing':
    case 'tested':
    case 'flipping':
    case 'draining':
    case 'watching':
    case 'live':
    case 'rolling-back':
    case 'retiring':
    case 'failing':
      return false;
  }
}
