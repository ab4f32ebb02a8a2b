import type { NatsProfile } from '../../../sim/nats/index.ts';
import { faultPlansOf, type FaultPlan } from './fault-plan.ts';
import { ModelFaultRig, type FaultRig } from './fault-rig.ts';
import type { FaultRule } from './fault-rules.ts';
import { runFaults, type FaultOutcome } from './fault-run.ts';
import { smallestPlan } from './fault-shrink.ts';
import { isTolerated } from './fault-tolerations.ts';

type Version = NatsProfile['version'];

/** A run that broke a rule, in the world that broke it. */
export interface FaultFinding {
  readonly plan: FaultPlan;
  readonly seed: number;
  readonly world: 'model' | 'server';
  readonly outcome: FaultOutcome;
}

export interface FaultResult {
  readonly sequences: number;
  /** By world, all sequences together. */
  readonly model: FaultTotals;
  readonly server: FaultTotals;
  readonly findings: readonly FaultFinding[];
}

/** What many runs in one world saw. */
export interface FaultTotals {
  operations: number;
  clear: number;
  ambiguous: number;
  deliveries: number;
  redeliveries: number;
  writes: number;
  /** Sequences that broke a rule, by rule. */
  readonly broken: Map<FaultRule, number>;
  readonly words: Map<string, number>;
}

export interface FaultCampaignOptions {
  readonly version: Version;
  readonly seed: number;
  /** On the server, at least. */
  readonly operations: number;
  /** Run before the generated ones. */
  readonly kept: readonly FaultPlan[];
  /** Findings that are made smaller. */
  readonly shrinkLimit: number;
  readonly progress: (line: string) => void;
}

/** Runs fault plans on both worlds, until so many operations were done on the server. */
export async function faultCampaign(rig: FaultRig, options: FaultCampaignOptions): Promise<FaultResult> {
  const { version, seed, operations, kept, shrinkLimit, progress } = options;
  const findings: FaultFinding[] = [];
  const model = totals();
  const server = totals();
  let sequences = 0;
  let names = 0;
  const onServer = (plan: FaultPlan): Promise<FaultOutcome> =>
    runFaults(rig, plan, `f${String(names++).padStart(5, '0')}`);
  for (const plan of plansOf(kept, seed)) {
    if (sequences >= kept.length && server.operations >= operations) break;
    const planSeed = seed + sequences++;
    for (const world of ['model', 'server'] as const) {
      const outcome =
        world === 'model' ? await onModel(plan, version, BigInt(planSeed)) : await onServer(plan);
      add(world === 'model' ? model : server, outcome);
      for (const { rule, cases } of outcome.violations)
        progress(
          `sequence ${sequences}, ${world}: ${rule} broken ${cases.length} times: ${cases.slice(0, 4).join('; ')}`,
        );
      if (isSound(outcome, version)) continue;
      const finding = { plan, seed: planSeed, world, outcome };
      findings.push(finding);
    }
    progress(`${sequences} sequences, ${server.operations} operations`);
  }
  const shrunk: FaultFinding[] = [];
  for (const finding of findings) {
    if (shrunk.length < shrinkLimit) {
      const run = (plan: FaultPlan): Promise<FaultOutcome> =>
        finding.world === 'model' ? onModel(plan, version, BigInt(finding.seed)) : onServer(plan);
      const smallest = await smallestPlan(finding.plan, run, (outcome) => !isSound(outcome, version));
      shrunk.push({ ...finding, ...smallest });
    } else shrunk.push(finding);
  }
  return { sequences, model, server, findings: shrunk };
}

function* plansOf(kept: readonly FaultPlan[], seed: number): Generator<FaultPlan> {
  yield* kept;
  yield* faultPlansOf(seed);
}

export async function onModel(plan: FaultPlan, version: Version, seed: bigint): Promise<FaultOutcome> {
  // A fresh turn of the event loop: what real servers answer must not run while the simulator's guard is up.
  await new Promise((resolve) => setImmediate(resolve));
  const rig = new ModelFaultRig(version, seed);
  return await rig.run(() => runFaults(rig, plan, 'f00000'));
}

/** Broke nothing but what real servers of its version were seen to break, and was looked at. */
export function isSound(outcome: FaultOutcome, version: Version): boolean {
  const [streams, buckets] = outcome.replicasRead;
  if (streams === 0 || buckets === 0) return false;
  return outcome.violations.every(({ rule }) => isTolerated(rule, version));
}

function totals(): FaultTotals {
  return {
    operations: 0,
    clear: 0,
    ambiguous: 0,
    deliveries: 0,
    redeliveries: 0,
    writes: 0,
    broken: new Map(),
    words: new Map(),
  };
}

function add(sum: FaultTotals, outcome: FaultOutcome): void {
  sum.operations += outcome.operations;
  sum.clear += outcome.clear;
  sum.ambiguous += outcome.ambiguous;
  sum.deliveries += outcome.deliveries;
  sum.redeliveries += outcome.redeliveries;
  sum.writes += outcome.writes;
  for (const { rule } of outcome.violations) sum.broken.set(rule, (sum.broken.get(rule) ?? 0) + 1);
  for (const [word, count] of outcome.words) sum.words.set(word, (sum.words.get(word) ?? 0) + count);
}
