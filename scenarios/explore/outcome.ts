import { z } from 'zod';
import { shellWord } from '../shell-word.ts';
import { replayLine } from '../runner.ts';
import type { Explored } from './explore-case.ts';
import { sideFaults } from './side-fault.ts';
import type { Safety } from './safety.ts';
import { aimId, anyPhase } from './state.ts';

/** 5 s and one round trip, as the rule `rollback.bound` has it (PRODUCT, routing). */
export const boundMs = 5200;

/** Explored plans name times only, never moments of a protocol. */
const planSchema = z.strictObject({
  version: z.literal(1),
  faults: z.array(
    z.strictObject({
      id: z.string(),
      kind: z.string(),
      parameters: z.record(z.string(), z.unknown()),
      startMs: z.number(),
      endMs: z.exactOptional(z.number()),
    }),
  ),
});

const colour = z.enum(['blue', 'green']);
const level = z.enum(['L1', 'L2', 'L3']);
const gateway = z.enum(['in-date', 'cut-off', 'stale', 'restarting']);
const management = z.enum(['up', 'restarting', 'unreachable']);
const sinceOrderMs = z.number().describe('virtual milliseconds since the operator ordered the rollback');

const safetySchema = z.strictObject({
  phase: z.string(),
  stableColour: colour,
  gateway,
  management,
  answer: z.enum(['begun', 'under-way', 'refused', 'no-canary', 'unanswered']),
  toolsAtRisk: z.int(),
  begunMs: sinceOrderMs.nullable(),
  lastRequestMs: sinceOrderMs,
  lastStoredMs: sinceOrderMs,
  listAppliedMs: sinceOrderMs.nullable(),
  refusedMs: sinceOrderMs.nullable(),
  lastCompletionMs: sinceOrderMs,
  backlogZeroMs: sinceOrderMs.nullable(),
  endedMs: sinceOrderMs.nullable(),
  returnedTools: z.array(z.string()).readonly(),
});

/** One rollback, as `explore.json` holds it. */
export const outcomeSchema = z.strictObject({
  id: z.string(),
  level,
  aim: z.strictObject({
    path: z.string(),
    phase: z.string(),
    stableColour: colour,
    gateway,
    management,
    faults: z.array(z.string()).readonly(),
  }),
  /** Null where the run ended before the order was given. */
  safety: safetySchema.nullable(),
  /** Whether the aimed state was met, conditions included; always for a walk. */
  met: z.boolean(),
  /** Time-to-safe: until the canary could take nothing of a rolled-back tool any more. Null: never within the run, or nothing to take back. */
  safeMs: z.number().nullable(),
  /** Against 5.2 s from the order: `late`: missed without breaking the rule (cut off, down, or the order came late); `missed`: the rule is broken. */
  bound: z.enum(['kept', 'late', 'missed', 'nothing-to-do']),
  excusedBy: z.array(z.string()).readonly(),
  verdict: z.enum(['passed', 'failed', 'unknown', 'nondeterministic']),
  reasons: z.array(z.string()).readonly(),
  rulesBroken: z.array(z.string()).readonly(),
  vacuousFaults: z.array(z.string()).readonly(),
  fingerprint: z.string(),
  virtualMinutes: z.number(),
  plan: planSchema,
  replay: z.string(),
});

export type Outcome = Readonly<z.infer<typeof outcomeSchema>>;

/** Judges one rollback. `planFolder`: where plans are written, as the replay line names it. */
export function outcomeOf(explored: Explored, seed: bigint, planFolder: string): Outcome {
  const { aim, result, overrides } = explored;
  const safety = explored.safety ?? null;
  const id = aimId(aim);
  const bound = result.rules.find(({ rule }) => rule === 'rollback.bound');
  const safeMs = safety === null ? null : safeMsOf(safety);
  return {
    id,
    level: aim.level,
    aim: {
      path: aim.state.path.name,
      phase: aim.state.phase,
      stableColour: aim.state.stableColour,
      gateway: aim.gateway,
      management: aim.management,
      faults: aim.faults.map((index) => sideFaults[index]?.name ?? ''),
    },
    safety,
    met: isMet(explored),
    safeMs,
    bound: boundOf(safety, safeMs, (bound?.violationCount ?? 0) > 0),
    excusedBy: Object.keys(bound?.excused ?? {}),
    verdict: result.verdict,
    reasons: result.reasons,
    rulesBroken: result.rules.filter(({ violationCount }) => violationCount > 0).map(({ rule }) => rule),
    vacuousFaults: result.faults.filter(({ vacuous }) => vacuous).map(({ kind }) => kind),
    fingerprint: result.fingerprint,
    virtualMinutes: Math.round(result.virtualUs / 60e6),
    plan: {
      version: result.plan.version,
      faults: result.plan.faults.map(({ id: name, kind, parameters, startMs, endMs }) => ({
        id: name,
        kind,
        parameters,
        startMs,
        ...(endMs === undefined ? {} : { endMs }),
      })),
    },
    replay: `${replayLine({ scenario: result.scenario, seed, overrides })} --plan ${shellWord(`${planFolder}/${id}.json`)}`,
  };
}

/** Whether anything could be taken back at all. */
function isTakenBack({ answer }: Safety): boolean {
  switch (answer) {
    case 'begun':
    case 'under-way':
    case 'unanswered':
      return true;
    case 'refused':
    case 'no-canary':
      return false;
  }
}

/** No gateway routes there any more, or no collector there takes what one still does; and none did by luck of timing. */
function safeMsOf(safety: Safety): number | null {
  const { listAppliedMs, refusedMs, lastStoredMs } = safety;
  if (!isTakenBack(safety) || (listAppliedMs === null && refusedMs === null)) return null;
  return Math.max(lastStoredMs, Math.min(listAppliedMs ?? Infinity, refusedMs ?? Infinity));
}

function boundOf(safety: Safety | null, safeMs: number | null, isBroken: boolean): Outcome['bound'] {
  if (safety === null || !isTakenBack(safety)) return 'nothing-to-do';
  if (isBroken) return 'missed';
  return safeMs !== null && safeMs <= boundMs ? 'kept' : 'late';
}

function isMet({ aim, safety }: Explored): boolean {
  if (safety === undefined) return false;
  if (aim.state.phase === anyPhase) return true;
  return (
    safety.phase === aim.state.phase &&
    safety.stableColour === aim.state.stableColour &&
    // A fault beside may bring gateways or Management into another condition: that is its effect.
    (aim.faults.length > 0 || (safety.gateway === aim.gateway && safety.management === aim.management))
  );
}
