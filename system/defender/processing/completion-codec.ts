import type { Completion } from '../../ports/completion.ts';

const decoder = new TextDecoder();

/** Undefined where the payload is no completion; it will never be one, so it goes to the dead letters. */
export function decodeCompletion(payload: Uint8Array): Completion | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(payload));
  } catch {
    return undefined;
  }
  return isCompletion(parsed) ? parsed : undefined;
}

function isCompletion(value: unknown): value is Completion {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<Record<keyof Completion, unknown>>;
  return (
    typeof fields.tool === 'string' &&
    typeof fields.recipe === 'string' &&
    isCount(fields.chamber) &&
    isCount(fields.contextSequence) &&
    isCount(fields.previousSequence) &&
    isCount(fields.startUs) &&
    isCount(fields.endUs) &&
    isCount(fields.requestCount) &&
    isCount(fields.blobs) &&
    (fields.maintainedUs === undefined || isCount(fields.maintainedUs))
  );
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
