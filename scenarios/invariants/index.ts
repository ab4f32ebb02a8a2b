import { alarmFaultFree } from './alarm-fault-free.ts';
import { alarmJudgedAgain } from './alarm-judged-again.ts';
import { alarmOneEffect } from './alarm-one-effect.ts';
import { archiveComplete } from './archive-complete.ts';
import { budgetProcessing } from './budget-processing.ts';
import { cacheHitRate } from './cache-hit-rate.ts';
import { collectionComplete } from './collection-complete.ts';
import { deadLetterLastResort } from './dead-letter-last-resort.ts';
import { durabilityAcknowledged } from './durability-acknowledged.ts';
import { durabilityPublished } from './durability-published.ts';
import { effectAcrossVersions } from './effect-across-versions.ts';
import { effectExactlyOnce } from './effect-exactly-once.ts';
import { gateEvidence } from './gate-evidence.ts';
import { identityUnique } from './identity-unique.ts';
import { isolationColour } from './isolation-colour.ts';
import { isolationFault } from './isolation-fault.ts';
import { leadershipEffective } from './leadership-effective.ts';
import { leadershipFenced } from './leadership-fenced.ts';
import { livenessConverged } from './liveness-converged.ts';
import { movementBounds } from './movement-bounds.ts';
import { patternDone } from './pattern-done.ts';
import { patternExpires } from './pattern-expires.ts';
import { patternKept } from './pattern-kept.ts';
import { patternOnce } from './pattern-once.ts';
import { rebalanceLimits } from './rebalance-limits.ts';
import { recoveryCrash } from './recovery-crash.ts';
import { resultFaultFree } from './result-fault-free.ts';
import { rollbackBound } from './rollback-bound.ts';
import { rollbackReturned } from './rollback-returned.ts';
import { rollbackNamed } from './rollback-named.ts';
import { rollingUpdateBound } from './rolling-update-bound.ts';
import { routingOneColour } from './routing-one-colour.ts';
import { routingStale } from './routing-stale.ts';
import { autoscalerFollows } from './autoscaler-follows.ts';
import { autoscalerPaused } from './autoscaler-paused.ts';
import { canaryTakenBack } from './canary-taken-back.ts';
import { experimentAborts } from './experiment-aborts.ts';
import { experimentEvidence } from './experiment-evidence.ts';
import { experimentIsolated } from './experiment-isolated.ts';
import { fieldOneWriter } from './field-one-writer.ts';
import { listApplied } from './list-applied.ts';
import { stageOnce } from './stage-once.ts';
import { backgroundHeeded } from './background-heeded.ts';
import { canaryScaled } from './canary-scaled.ts';
import { balanceKept } from './balance-kept.ts';
import { degradedKeeps } from './degraded-keeps.ts';
import { deliveryCalm } from './delivery-calm.ts';
import { ownershipCovered } from './ownership-covered.ts';
import { ownershipRespected } from './ownership-respected.ts';
import { unitOrder } from './unit-order.ts';
import { unitSingleWorker } from './unit-single-worker.ts';
import { canaryAffinity } from './canary-affinity.ts';
import { canaryLimited } from './canary-limited.ts';
import { canaryShare } from './canary-share.ts';
import { canaryWithdrawn } from './canary-withdrawn.ts';
import { shadowIsolated } from './shadow-isolated.ts';
import { shadowHarmless } from './shadow-harmless.ts';
import { shadowLimited } from './shadow-limited.ts';
import { shadowMarked } from './shadow-marked.ts';
import { shadowCompared } from './shadow-compared.ts';
import { operationOnce } from './operation-once.ts';
import { operationFirstWrite } from './operation-first-write.ts';
import { writeBehindKept } from './write-behind-kept.ts';
import { consistencyFound } from './consistency-found.ts';
import { thresholdDrained } from './threshold-drained.ts';
import { thresholdRollback } from './threshold-rollback.ts';
import { thresholdAdvance } from './threshold-advance.ts';
import { thresholdGradual } from './threshold-gradual.ts';
import { pipelineLiveKept } from './pipeline-live-kept.ts';
import { pipelineGated } from './pipeline-gated.ts';
import { pipelineRetired } from './pipeline-retired.ts';
import { pipelineLocked } from './pipeline-locked.ts';
import { pipelineBounded } from './pipeline-bounded.ts';
import { capacityStable } from './capacity-stable.ts';
import { idleClean } from './idle-clean.ts';
import { rebalanceShift } from './rebalance-shift.ts';
import { retryRunnable } from './retry-runnable.ts';
import { rolesAgree } from './roles-agree.ts';
import { shadowBestEffort } from './shadow-best-effort.ts';
import type { Rule } from './rule.ts';
import { drainTold } from './drain-told.ts';
import { ingestSeamless } from './ingest-seamless.ts';
import { membershipReadiness } from './membership-readiness.ts';
import { shutdownOrder } from './shutdown-order.ts';
import { timelineKept } from './timeline-kept.ts';
import { toolOverflow } from './tool-overflow.ts';
import { windowsKept } from './windows-kept.ts';

/** The rules that a scenario with these tags is judged by. */
export function rulesFor(tags: readonly string[]): readonly Rule[] {
  return rules.filter(({ onlyTag }) => onlyTag === undefined || tags.includes(onlyTag));
}

/** All rules, by what their breach costs: those about the product's data first. Of several that are broken the earlier one is named first. */
export const rules: readonly Rule[] = [
  deadLetterLastResort,
  effectAcrossVersions,
  effectExactlyOnce,
  durabilityAcknowledged,
  durabilityPublished,
  resultFaultFree,
  collectionComplete,
  archiveComplete,
  patternOnce,
  patternExpires,
  patternDone,
  patternKept,
  canaryWithdrawn,
  canaryAffinity,
  canaryLimited,
  canaryShare,
  shadowIsolated,
  shadowHarmless,
  shadowLimited,
  shadowMarked,
  shadowCompared,
  shadowBestEffort,
  experimentIsolated,
  experimentEvidence,
  experimentAborts,
  operationOnce,
  operationFirstWrite,
  writeBehindKept,
  consistencyFound,
  thresholdDrained,
  thresholdAdvance,
  thresholdGradual,
  thresholdRollback,
  pipelineLiveKept,
  pipelineLocked,
  pipelineGated,
  pipelineRetired,
  pipelineBounded,
  fieldOneWriter,
  autoscalerPaused,
  autoscalerFollows,
  stageOnce,
  listApplied,
  canaryTakenBack,
  backgroundHeeded,
  canaryScaled,
  alarmOneEffect,
  alarmFaultFree,
  alarmJudgedAgain,
  isolationColour,
  routingOneColour,
  rollbackBound,
  rollbackReturned,
  rollbackNamed,
  routingStale,
  gateEvidence,
  capacityStable,
  idleClean,
  rolesAgree,
  retryRunnable,
  rebalanceShift,
  identityUnique,
  leadershipFenced,
  leadershipEffective,
  degradedKeeps,
  ownershipRespected,
  unitSingleWorker,
  unitOrder,
  deliveryCalm,
  shutdownOrder,
  rollingUpdateBound,
  drainTold,
  membershipReadiness,
  rebalanceLimits,
  movementBounds,
  balanceKept,
  timelineKept,
  recoveryCrash,
  windowsKept,
  ownershipCovered,
  isolationFault,
  ingestSeamless,
  budgetProcessing,
  cacheHitRate,
  toolOverflow,
  livenessConverged,
];
