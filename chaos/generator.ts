import * as fc from 'fast-check';
import { mix32 } from '../sim/kernel/index.ts';
import { RecoverabilityBudget } from './budget.ts';
import { faultKinds, findFaultKind } from './catalogue.ts';
import type { FaultKind } from './fault.ts';
import { drawnMomentArbitrary, type DrawnMoments } from './moment-arbitrary.ts';
import { parametersArbitrary } from './parameter.ts';
import type { PlannedMoment } from './planned-moment.ts';
import type { Plan, PlannedFault } from './plan.ts';
import { choosingParameters } from './target-group.ts';

export interface GeneratorOptions {
  /** Faults start and end within this window, in milliseconds of virtual time. */
  readonly windowStartMs: number;
  readonly windowEndMs: number;
  /** Faults of the scenario: they are kept, and count against the budget. */
  readonly fixed: readonly PlannedFault[];
  /** Kinds to draw from; without it all but the operator's own acts. */
  readonly kinds?: readonly string[];
  /** Most faults that are drawn, besides the fixed ones. */
  readonly maximumFaults: number;
  /** `unlimited` draws also what nothing could survive. */
  readonly budget: 'recoverable' | 'unlimited';
  /** Share of plans, from 0 to 1, without any drawn fault: a base line in every campaign (dst §2.5, calm). */
  readonly calmShare: number;
  /** Pins faults to moments of the protocol in place of times; without it none. */
  readonly moments?: DrawnMoments;
}

/** Times of drawn faults are multiples of this, so that plans read well. */
const timeStepMs = 500;
const calmWeight = 1000;
/** Of the window: when a fault that is pinned to a moment begins to wait for it, at the latest. */
const waitedShare = 0.75;

interface Draft {
  readonly kind: FaultKind;
  readonly parameters: Record<string, unknown>;
  /** Place of the start in the window, and of the duration in the typical range, both from 0 to 1. */
  readonly start: number;
  readonly length: number;
  readonly at: Omit<PlannedMoment, 'durationMs'> | undefined;
}

/**
 * Plans of a scenario. Each draws a subset of kinds first (swarm testing), then a number of faults from them, then
 * keeps those that the budget admits, in the order of their start. Shrinks to fewer faults and smaller parameters.
 * Throws a RangeError for an unknown kind or an empty window.
 */
export function planArbitrary(options: GeneratorOptions): fc.Arbitrary<Plan> {
  const calm = fc.constant<readonly Draft[]>([]);
  const kinds = kindsOf(options);
  if (!(options.windowEndMs - options.windowStartMs >= 2 * timeStepMs)) {
    throw new RangeError(`no room for faults between ${options.windowStartMs} and ${options.windowEndMs} ms`);
  }
  if (kinds.length === 0 || options.maximumFaults === 0)
    return calm.map((drafts) => assemble(drafts, options));
  const swarm = fc.subarray(Array.from(kinds), { minLength: 1 }).chain((subset) =>
    fc.array(
      fc.constantFrom(...subset).chain((kind) => draftArbitrary(kind, options)),
      {
        minLength: 1,
        maxLength: options.maximumFaults,
        size: 'max',
      },
    ),
  );
  const calmParts = Math.round(options.calmShare * calmWeight);
  return fc
    .oneof({ arbitrary: calm, weight: calmParts }, { arbitrary: swarm, weight: calmWeight - calmParts })
    .map((drafts) => assemble(drafts, options));
}

/** The plan of a seed: the same options and seed give the same plan, everywhere. */
export function generatePlan(seed: bigint, options: GeneratorOptions): Plan {
  const folded = mix32(Number(seed & 0xffffffffn) ^ mix32(Number((seed >> 32n) & 0xffffffffn) + 0x9e3779b9));
  const [plan] = fc.sample(planArbitrary(options), { seed: folded | 0, numRuns: 1 });
  if (plan === undefined) throw new Error('fast-check drew no plan');
  return plan;
}

function kindsOf(options: GeneratorOptions): readonly FaultKind[] {
  if (options.kinds === undefined) return faultKinds.filter((kind) => !kind.kind.startsWith('operator.'));
  return options.kinds.map((name) => {
    const kind = findFaultKind(name);
    if (kind === undefined) throw new RangeError(`unknown kind of fault ${name}`);
    return kind;
  });
}

function draftArbitrary(kind: FaultKind, { moments }: GeneratorOptions): fc.Arbitrary<Draft> {
  const place = fc.integer({ min: 0, max: 1000 }).map((thousandths) => thousandths / 1000);
  return fc.record({
    kind: fc.constant(kind),
    parameters: parametersArbitrary(kind.parameters),
    start: place,
    length: place,
    at: moments === undefined ? fc.constant(undefined) : drawnMomentArbitrary(kind, moments),
  });
}

function roundDown(timeMs: number): number {
  return Math.floor(timeMs / timeStepMs) * timeStepMs;
}

function place(draft: Draft, options: GeneratorOptions): Omit<PlannedFault, 'id'> {
  const { kind, parameters, start, length } = draft;
  const { windowStartMs, windowEndMs } = options;
  const span = windowEndMs - windowStartMs;
  const firstMs = Math.ceil(windowStartMs / timeStepMs) * timeStepMs;
  if (draft.at !== undefined) return pin(draft, draft.at, firstMs, span);
  if (kind.instant) {
    return {
      kind: kind.kind,
      parameters,
      startMs: Math.max(firstMs, roundDown(windowStartMs + start * span)),
    };
  }
  const [shortestMs, longestMs] = kind.typicalDurationMs;
  const wantedMs = shortestMs + length * (longestMs - shortestMs);
  const durationMs = Math.max(timeStepMs, Math.min(roundDown(wantedMs), roundDown(windowEndMs - firstMs)));
  const latestMs = windowEndMs - durationMs;
  const startMs = Math.max(firstMs, roundDown(windowStartMs + start * (latestMs - windowStartMs)));
  return { kind: kind.kind, parameters, startMs, endMs: startMs + durationMs };
}

/** Waited for from somewhere in the first part of the window, so that the moment has time to come. */
function pin(
  { kind, parameters, start, length }: Draft,
  at: Omit<PlannedMoment, 'durationMs'>,
  firstMs: number,
  span: number,
): Omit<PlannedFault, 'id'> {
  const [shortestMs, longestMs] = kind.typicalDurationMs;
  const durationMs = Math.max(timeStepMs, roundDown(shortestMs + length * (longestMs - shortestMs)));
  const kept = Object.entries(parameters).filter(
    ([name]) => at.target === 'drawn' || !choosingParameters.includes(name),
  );
  return {
    kind: kind.kind,
    parameters: Object.fromEntries(kept),
    startMs: firstMs + roundDown(start * waitedShare * span),
    at: kind.instant ? at : { ...at, durationMs },
  };
}

function assemble(drafts: readonly Draft[], options: GeneratorOptions): Plan {
  const budget = new RecoverabilityBudget();
  for (const fault of options.fixed) budget.charge(fault);
  const taken = new Set(options.fixed.map((fault) => fault.id));
  const placed = drafts.map((draft) => place(draft, options)).toSorted((a, b) => a.startMs - b.startMs);
  const faults: PlannedFault[] = Array.from(options.fixed);
  let number = 0;
  for (const draft of placed) {
    do number++;
    while (taken.has(`f${number}`));
    const fault = { id: `f${number}`, ...draft };
    if (options.budget === 'unlimited' || budget.admit(fault)) faults.push(fault);
    else number--;
  }
  return { version: 1, faults: faults.toSorted((a, b) => a.startMs - b.startMs) };
}
