/** `held`: in use; `draining`: its pod was told to end; `leaving`: its pod uses it no more (defender §6). */
export type ClaimMark = 'held' | 'draining' | 'leaving';

/** Value of an id in the pool. Times are the claimant's wall clock, for people only: nobody compares them (defender §2). */
export interface Claim {
  /** Start of the process that holds the id. */
  readonly uid: string;
  readonly pod: string;
  readonly claimedMs: number;
  readonly renewedMs: number;
  readonly mark: ClaimMark;
  /**
   * Version of the map in force when the id was taken from the pool, 0 before the first; handed on with the id. Equal to
   * that of the map that names the id: its member was gone since, and came back.
   */
  readonly mapVersion: number;
  /** Start of the process that will take the id over; empty where none will. */
  readonly reservedBy: string;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeClaim(claim: Claim): Uint8Array {
  return encoder.encode(JSON.stringify(claim));
}

/** Undefined where the bytes are no claim. */
export function decodeClaim(bytes: Uint8Array): Claim | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch {
    return undefined;
  }
  return isClaim(parsed) ? parsed : undefined;
}

function isClaim(value: unknown): value is Claim {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Partial<Record<keyof Claim, unknown>>;
  return (
    typeof fields.uid === 'string' &&
    typeof fields.pod === 'string' &&
    typeof fields.reservedBy === 'string' &&
    typeof fields.mapVersion === 'number' &&
    (fields.mark === 'held' || fields.mark === 'draining' || fields.mark === 'leaving')
  );
}
