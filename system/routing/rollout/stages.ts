import { z } from 'zod';

const minuteMs = 60_000;

export const stageSchema = z.object({
  name: z.string(),
  /** Size of the canary list in this stage. */
  tools: z.int().min(1),
  /** Time under observation before the gate decides. */
  durationMs: z.number().positive(),
});

export type Stage = Readonly<z.infer<typeof stageSchema>>;

/** A rung of the ladder: a share of all tools (delivery R79–R82; percent of tools, never of requests: C9). */
export interface Rung {
  readonly name: string;
  readonly share: number;
  readonly durationMs: number;
}

export interface StageSettings {
  readonly initial: {
    readonly name: string;
    readonly share: number;
    /** Tools of the first stage at most (delivery R79: 1–5). */
    readonly maxTools: number;
    readonly durationMs: number;
  };
  /** Rising; the last one is 1: all tools. */
  readonly rungs: readonly Rung[];
  /** A later stage of fewer tools could not complete 20 contexts of 20 min in three lengths of 15 min with certainty. */
  readonly minStageTools: number;
  /** Below this, not even the soak can collect the evidence that a gate demands. */
  readonly minTools: number;
}

export const defaultStageSettings: StageSettings = {
  initial: { name: 'initial', share: 0.01, maxTools: 5, durationMs: 10 * minuteMs },
  rungs: [
    { name: '5-percent', share: 0.05, durationMs: 15 * minuteMs },
    { name: '10-percent', share: 0.1, durationMs: 15 * minuteMs },
    { name: '25-percent', share: 0.25, durationMs: 15 * minuteMs },
    { name: '50-percent', share: 0.5, durationMs: 15 * minuteMs },
    { name: '100-percent', share: 1, durationMs: 30 * minuteMs },
  ],
  minStageTools: 20,
  minTools: 10,
};

export class StageSizeError extends Error {
  readonly tools: number;

  constructor(message: string, tools: number) {
    super(message);
    this.name = 'StageSizeError';
    this.tools = tools;
  }
}

/**
 * The stages of a release over `tools` tools, strictly rising, the last one all of them. A rung that would not be
 * larger than the one before is left out (delivery C14). 1,500 tools: 5, 75, 150, 375, 750, 1500.
 * Errors: `StageSizeError` where no canary is possible.
 */
export function stagesFor(tools: number, settings: StageSettings = defaultStageSettings): readonly Stage[] {
  const { initial, rungs, minStageTools, minTools } = settings;
  if (!Number.isSafeInteger(tools) || tools < minTools) {
    throw new StageSizeError(
      `a rollout in stages needs a whole number of at least ${minTools} tools, not ${tools}`,
      tools,
    );
  }
  const first = Math.min(initial.maxTools, Math.max(1, Math.round(tools * initial.share)));
  const stages: Stage[] = [{ name: initial.name, tools: first, durationMs: initial.durationMs }];
  let reached = first;
  for (const { name, share, durationMs } of rungs) {
    const size = share >= 1 ? tools : Math.min(tools, Math.max(minStageTools, Math.round(tools * share)));
    // All tools come only with the last rung and its longer soak.
    if (size <= reached || (size === tools && share < 1)) continue;
    stages.push({ name, tools: size, durationMs });
    reached = size;
  }
  if (reached !== tools) throw new StageSizeError(`the ladder of stages ends below ${tools} tools`, tools);
  return stages;
}
