/** A judgement as the column `judgement` of a U-chart keeps it. */
export interface StoredJudgement {
  readonly alarm: boolean;
  readonly startup: boolean;
  readonly score: number;
  readonly limit: number;
  readonly strategy: string;
  /** An earlier context was missing from the history. */
  readonly provisional: boolean;
  /** The context's own predecessor, so that the chain of a history can be followed in the store. */
  readonly previousSequence: number;
}

/** The same text for the same judgement, whoever writes it: one order of fields. */
export function encodeJudgement(judgement: StoredJudgement): string {
  const { alarm, startup, score, limit, strategy, provisional, previousSequence } = judgement;
  return JSON.stringify({
    alarm,
    startup,
    score: finite(score),
    limit: finite(limit),
    strategy,
    provisional,
    previousSequence,
  });
}

/** JSON has no infinity: an unbounded score is kept as the largest number. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.MAX_VALUE;
}

/** Undefined where the text is no judgement. */
export function decodeJudgement(text: string): StoredJudgement | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isJudgement(parsed) ? parsed : undefined;
}

function isJudgement(value: unknown): value is StoredJudgement {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<Record<keyof StoredJudgement, unknown>>;
  return (
    typeof fields.alarm === 'boolean' &&
    typeof fields.provisional === 'boolean' &&
    typeof fields.previousSequence === 'number' &&
    typeof fields.score === 'number'
  );
}
