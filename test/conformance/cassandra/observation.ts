import type { CqlFailure, WideOutcome } from '../../../system/ports/cql-wide.ts';
import type { Gate } from './gate.ts';
import type { UsedRing } from './rig.ts';
import { fromRow, isConditional, toStatement } from './step.ts';
import type { CellSpec, RowSpec, Sequence, StatementSpec, Step } from './step.ts';

/** What one side answered, without what may differ: bytes are hex, times relative, keys without prefix. */
export type OutcomeSpec =
  | { readonly kind: 'rows'; readonly rows: readonly RowSpec[] }
  | { readonly kind: 'written' }
  | { readonly kind: 'conditional'; readonly applied: boolean; readonly rows: readonly RowSpec[] }
  | Extract<WideOutcome, { kind: 'failed' }>;

export interface Observation {
  /** Relative to the rig's base. */
  readonly startUs: number;
  readonly endUs: number;
  readonly clientTimestampUs?: number;
  readonly outcome: OutcomeSpec;
}

const secondUs = 1_000_000;
/** No operation starts so late in a second that it would probably end in the next one. */
const latestInSecondUs = 930_000;
const serverClockUs = 1_000;
/** Between operations that a server stamps: more than its clock's grain and the doubt about the offset of this one's. */
const settleUs = 4_000;
const clockDoubtUs = 1_000;
export const statementTimeoutMs = 12_000;

/** Clocks of clients go wrong by this much; the first one goes right. */
export const clientSkewsUs: readonly number[] = [0, 1_500_000, -1_500_000];

/**
 * Runs a sequence without faults and notes times and answers; the gate keeps answers quick. Where an operation of a
 * sequence with TTLs crossed a second, or a client's stamp lies within an operation that a server stamped, what was seen
 * is one of two things: the sequence then proves nothing and the answer is undefined.
 */
export async function observe(
  rig: UsedRing,
  sequence: Sequence,
  prefix: string,
  gate: Gate,
): Promise<readonly Observation[] | undefined> {
  const observations: Observation[] = [];
  const lastStampUs = clientSkewsUs.map(() => -Infinity);
  let crossed = false;
  for (const step of sequence) {
    const serverStamped = stampedByServer(step);
    await rig.sleepUntil(rig.nowUs() + step.waitMs * 1000 + (serverStamped ? settleUs : 0));
    const leave = await gate.enter();
    const intoSecondUs = rig.nowUs() % secondUs;
    if (intoSecondUs > latestInSecondUs)
      await rig.sleepUntil(rig.nowUs() + secondUs - intoSecondUs + settleUs);
    const startUs = rig.nowUs();
    const skewedUs = startUs + (clientSkewsUs[step.client] ?? 0);
    const stampUs = Math.max(skewedUs, (lastStampUs[step.client] ?? -Infinity) + 1);
    lastStampUs[step.client] = stampUs;
    const clientTimestampUs = step.stamp === 'client' ? stampUs : undefined;
    const raw = await run(rig, step, prefix, clientTimestampUs);
    const endUs = rig.nowUs();
    leave();
    if (serverStamped) await rig.sleepUntil(endUs + settleUs);
    // On a machine that is too busy the ring fails without a fault.
    if (raw.kind === 'failed' && isLateness(raw.failure)) return undefined;
    crossed ||= Math.floor(startUs / secondUs) !== Math.floor(endUs / secondUs);
    const times = { startUs, endUs, ...(clientTimestampUs === undefined ? {} : { clientTimestampUs }) };
    const outcome = normalise(raw, rig.baseUs, sequence, [...observations, { ...times, outcome: written }]);
    observations.push({ ...times, outcome });
  }
  if (crossed && sequence.some((step) => needsSeconds(step.statement))) return undefined;
  return stampsRace(sequence, observations) ? undefined : observations;
}

/** Runs a sequence again at the times at which another rig ran it. */
export async function follow(
  rig: UsedRing,
  sequence: Sequence,
  prefix: string,
  recorded: readonly Observation[],
): Promise<readonly OutcomeSpec[]> {
  const outcomes: OutcomeSpec[] = [];
  for (const [index, step] of sequence.entries()) {
    const times = recorded[index];
    if (times === undefined) break;
    await rig.sleepUntil(times.startUs);
    const raw = await run(rig, step, prefix, times.clientTimestampUs);
    outcomes.push(normalise(raw, rig.baseUs, sequence, recorded.slice(0, index + 1)));
  }
  return outcomes;
}

function isLateness(failure: CqlFailure): boolean {
  switch (failure.kind) {
    case 'write-timeout':
    case 'read-timeout':
    case 'client-timeout':
    case 'disconnected':
    case 'not-connected':
      return true;
    case 'unavailable':
    case 'write-failure':
    case 'read-failure':
    case 'overloaded':
    case 'bootstrapping':
    case 'invalid':
      return false;
  }
}

const written: OutcomeSpec = { kind: 'written' };

function run(
  rig: UsedRing,
  step: Step,
  prefix: string,
  clientTimestampUs: number | undefined,
): Promise<WideOutcome> {
  return rig.execute(step.client, toStatement(step.statement, rig.baseUs, prefix), {
    consistency: step.consistency,
    serialConsistency: step.serialConsistency,
    timeoutMs: statementTimeoutMs,
    coordinator: step.coordinator,
    ...(clientTimestampUs === undefined ? {} : { clientTimestampUs: rig.baseUs + clientTimestampUs }),
  });
}

/** A read at SERIAL may finish an open round under a ballot of its own. */
function stampedByServer(step: Step): boolean {
  if (step.consistency === 'SERIAL' || step.consistency === 'LOCAL_SERIAL') return true;
  return step.statement.kind !== 'select' && (step.stamp === 'server' || isConditional(step.statement));
}

/** Whether a write of a client whose clock is wrong is newer or older than a server's depends on when in its operation the server stamped. */
function stampsRace(sequence: Sequence, observations: readonly Observation[]): boolean {
  const clientStamps = observations.flatMap(({ clientTimestampUs }, index) => {
    const step = sequence[index];
    if (clientTimestampUs === undefined || step === undefined) return [];
    return step.statement.kind === 'select' || stampedByServer(step) ? [] : [clientTimestampUs];
  });
  return observations.some((each, index) => {
    const step = sequence[index];
    if (step === undefined || !stampedByServer(step)) return false;
    return clientStamps.some((stampUs) => mayBeStampOf(stampUs, each));
  });
}

/** Whether a server may have stamped with this during the operation, as far as its clock is known here. */
function mayBeStampOf(stampUs: number, { startUs, endUs }: Observation): boolean {
  return stampUs >= startUs - (startUs % serverClockUs) - clockDoubtUs && stampUs <= endUs + clockDoubtUs;
}

/** Whether answers depend on which second it is. */
function needsSeconds(statement: StatementSpec): boolean {
  switch (statement.kind) {
    case 'select':
      return statement.table === 'fading';
    case 'batch':
      return statement.writes.some(needsSeconds);
    case 'insert':
    case 'update':
    case 'delete':
    case 'delete-cells':
      return statement.table === 'fading' || statement.ttlSeconds !== undefined;
  }
}

function normalise(
  outcome: WideOutcome,
  baseUs: number,
  sequence: Sequence,
  times: readonly Observation[],
): OutcomeSpec {
  switch (outcome.kind) {
    case 'written':
    case 'failed':
      return outcome;
    case 'rows':
      return {
        kind: 'rows',
        rows: outcome.rows.map((row) => relative(fromRow(row), baseUs, sequence, times)),
      };
    case 'conditional':
      return { ...outcome, rows: outcome.rows.map((row) => relative(fromRow(row), baseUs, sequence, times)) };
  }
}

function relative(row: RowSpec, baseUs: number, sequence: Sequence, times: readonly Observation[]): RowSpec {
  const named = Object.entries(row).map(([column, value]): [string, CellSpec] => [
    column,
    column.startsWith('writetime(') && typeof value === 'number'
      ? nameStamp(value - baseUs, sequence, times)
      : value,
  ]);
  return Object.fromEntries(named);
}

/** A stamp of a client as it is; one of a server's clock by the step that it belongs to. */
function nameStamp(stampUs: number, sequence: Sequence, times: readonly Observation[]): CellSpec {
  const step = times.findIndex((each, index) => {
    const spec = sequence[index];
    return spec !== undefined && stampedByServer(spec) && mayBeStampOf(stampUs, each);
  });
  return step < 0 ? stampUs : `step ${step}`;
}
