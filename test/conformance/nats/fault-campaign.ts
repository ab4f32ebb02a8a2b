import type { NatsProfile } from '../../../sim/nats/index.ts';
import { faultPlansOf, type FaultPlan } from './fault-plan.ts';
import { ModelFaultRig, type FaultRig } from './fault-rig.ts';
import { runFaults, type FaultOutcome } from './fault-run.ts';

export interface FaultFinding {
  readonly plan: FaultPlan;
  readonly model: FaultOutcome;
  readonly server: FaultOutcome;
}

export interface FaultResult {
  readonly sequences: number;
  /** On the server. */
  readonly operations: number;
  readonly acked: number;
  readonly ambiguous: number;
  /** Under a profile that may lose: sequences in which each world did. */
  readonly losses: { readonly model: number; readonly server: number };
  readonly findings: readonly FaultFinding[];
}

/** Runs fault plans on both worlds, until so many operations were done on the server. */
export async function faultCampaign(
  rig: FaultRig,
  version: NatsProfile['version'],
  seed: number,
  operations: number,
): Promise<FaultResult> {
  const findings: FaultFinding[] = [];
  const losses = { model: 0, server: 0 };
  let sequences = 0;
  let done = 0;
  let acked = 0;
  let ambiguous = 0;
  for (const plan of faultPlansOf(seed)) {
    if (done >= operations) break;
    const model = await onModel(plan, version, BigInt(seed + sequences));
    const server = await runFaults(rig, plan, `f${String(sequences++).padStart(5, '0')}`);
    done += server.operations;
    acked += server.acked;
    ambiguous += server.ambiguous;
    if (lost(model)) losses.model++;
    if (lost(server)) losses.server++;
    if (!isSound(model, version) || !isSound(server, version)) findings.push({ plan, model, server });
  }
  return { sequences, operations: done, acked, ambiguous, losses, findings };
}

export async function onModel(
  plan: FaultPlan,
  version: NatsProfile['version'],
  seed: bigint,
): Promise<FaultOutcome> {
  // A fresh turn of the event loop: what real servers answer must not run while the simulator's guard is up.
  await new Promise((resolve) => setImmediate(resolve));
  const rig = new ModelFaultRig(version, seed);
  return await rig.run(() => runFaults(rig, plan, 'f00000'));
}

function lost({ missing, wrong, isEqual }: FaultOutcome): boolean {
  return missing.length > 0 || wrong.length > 0 || !isEqual;
}

/** 2.9 may lose, or let replicas diverge (jetstream R1); both must come back. */
function isSound(outcome: FaultOutcome, version: NatsProfile['version']): boolean {
  if (!outcome.recovered || outcome.acked === 0 || outcome.replicasRead === 0) return false;
  return version === '2.9.10' || !lost(outcome);
}
