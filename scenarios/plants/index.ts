import { ackBeforeStore } from './ack-before-store.ts';
import { answerBeforeStore } from './answer-before-store.ts';
import { blindGate } from './blind-gate.ts';
import { crossedColours } from './crossed-colours.ts';
import { droppedChunk } from './dropped-chunk.ts';
import { forgetfulCache } from './forgetful-cache.ts';
import { hastyExit } from './hasty-exit.ts';
import { hastyWindow } from './hasty-window.ts';
import { lateDetection } from './late-detection.ts';
import { lazyPull } from './lazy-pull.ts';
import { mixedHistory } from './mixed-history.ts';
import { moduloAssignment } from './modulo-assignment.ts';
import { noHandOver } from './no-hand-over.ts';
import { routeByRequest } from './route-by-request.ts';
import { slowEvaluation } from './slow-evaluation.ts';
import { slowList } from './slow-list.ts';
import { uncappedPushPause } from './uncapped-push-pause.ts';
import { slowReadiness } from './slow-readiness.ts';
import { staleResult } from './stale-result.ts';
import { unguardedAlarm } from './unguarded-alarm.ts';
import { unpublishedCompletion } from './unpublished-completion.ts';
import { neverJudgedAgain } from './never-judged-again.ts';
import { hastyBurial } from './hasty-burial.ts';
import { blindRollback } from './blind-rollback.ts';
import { lateStaleAlarm } from './late-stale-alarm.ts';
import { overwrittenClaim } from './overwritten-claim.ts';
import { unlockedLeadership } from './unlocked-leadership.ts';
import { sharedFate } from './shared-fate.ts';
import { closedDoor } from './closed-door.ts';
import { skewedClockUpsert } from './skewed-clock-upsert.ts';
import { dedupeCheckThenAct } from './dedupe-check-then-act.ts';
import { freshTtl } from './fresh-ttl.ts';
import { refusedClaim } from './refused-claim.ts';
import { watermarkArchive } from './watermark-archive.ts';
import { carelessTakeOver } from './careless-take-over.ts';
import { remoteClock } from './remote-clock.ts';
import { missingFencingToken } from './missing-fencing-token.ts';
import { forgottenVersion } from './forgotten-version.ts';
import { shortRestartWindow } from './short-restart-window.ts';
import { emptyRead } from './empty-read.ts';
import { emptyFilter } from './empty-filter.ts';
import { twoStepRebind } from './two-step-rebind.ts';
import { longDrain } from './long-drain.ts';
import { addressRing } from './address-ring.ts';
import { weightsIgnored } from './weights-ignored.ts';
import { restlessRing } from './restless-ring.ts';
import { staleCache } from './stale-cache.ts';
import { nakStorm } from './nak-storm.ts';
import { deafWatch } from './deaf-watch.ts';
import { degradedDrops } from './degraded-drops.ts';
import { concurrentUnit } from './concurrent-unit.ts';
import { forgottenCompletion } from './forgotten-completion.ts';
import { clingingLeader } from './clinging-leader.ts';
import { filterEditing } from './filter-editing.ts';
import { unversionedBuckets } from './unversioned-buckets.ts';
import { variantPlants } from './variants.ts';
import { countedByReadiness } from './counted-by-readiness.ts';
import { earlyClose } from './early-close.ts';
import { mapWhileEnding } from './map-while-ending.ts';
import { readinessByMap } from './readiness-by-map.ts';
import { patientWindow } from './patient-window.ts';
import { borrowedReplicas } from './borrowed-replicas.ts';
import { followingCanary } from './following-canary.ts';
import { adoptedExperiment } from './adopted-experiment.ts';
import { borrowedTables } from './borrowed-tables.ts';
import { patientExperiment } from './patient-experiment.ts';
import { forgottenLabel } from './forgotten-label.ts';
import { hastyPhase0 } from './hasty-phase-0.ts';
import { oneWayList } from './one-way-list.ts';
import { credulousGateway } from './credulous-gateway.ts';
import { unverifiedWeight } from './unverified-weight.ts';
import { incrementalExpansions } from './incremental-expansions.ts';
import { status200 } from './status-200.ts';
import { greedyGitOps } from './greedy-gitops.ts';
import { liveAutoscaler } from './live-autoscaler.ts';
import { forgottenAutoscaler } from './forgotten-autoscaler.ts';
import { uncheckedConfig } from './unchecked-config.ts';
import { unheededAnalysis } from './unheeded-analysis.ts';
import { trustingCapacity } from './trusting-capacity.ts';
import { autoCommit } from './auto-commit.ts';
import type { Plant } from './plant.ts';

/** Where a planted bug sits. */
export type PlantArea = 'defender' | 'other' | 'variants';

/** All planted bugs, by area. */
export const plantsByArea: Readonly<Record<PlantArea, readonly Plant[]>> = {
  defender: [
    ackBeforeStore,
    staleResult,
    unguardedAlarm,
    mixedHistory,
    crossedColours,
    noHandOver,
    moduloAssignment,
    lateDetection,
    hastyWindow,
    slowReadiness,
    hastyExit,
    slowEvaluation,
    forgetfulCache,
    lazyPull,
    neverJudgedAgain,
    hastyBurial,
    overwrittenClaim,
    unlockedLeadership,
    clingingLeader,
    carelessTakeOver,
    remoteClock,
    missingFencingToken,
    forgottenVersion,
    shortRestartWindow,
    emptyRead,
    emptyFilter,
    twoStepRebind,
    longDrain,
    addressRing,
    weightsIgnored,
    restlessRing,
    staleCache,
    nakStorm,
    deafWatch,
    degradedDrops,
    concurrentUnit,
    filterEditing,
    patientWindow,
    countedByReadiness,
    readinessByMap,
    mapWhileEnding,
  ],
  other: [
    borrowedReplicas,
    forgottenLabel,
    hastyPhase0,
    followingCanary,
    oneWayList,
    sharedFate,
    droppedChunk,
    answerBeforeStore,
    routeByRequest,
    slowList,
    uncappedPushPause,
    blindGate,
    unpublishedCompletion,
    blindRollback,
    lateStaleAlarm,
    closedDoor,
    skewedClockUpsert,
    dedupeCheckThenAct,
    freshTtl,
    refusedClaim,
    watermarkArchive,
    forgottenCompletion,
    unversionedBuckets,
    autoCommit,
    unheededAnalysis,
    trustingCapacity,
    credulousGateway,
    unverifiedWeight,
    incrementalExpansions,
    status200,
    greedyGitOps,
    liveAutoscaler,
    forgottenAutoscaler,
    uncheckedConfig,
    borrowedTables,
    patientExperiment,
    adoptedExperiment,
    earlyClose,
  ],
  variants: variantPlants,
};

/** All planted bugs. */
export const plants: readonly Plant[] = [
  ...plantsByArea.defender,
  ...plantsByArea.other,
  ...plantsByArea.variants,
];

export function plantNamed(name: string): Plant | undefined {
  return plants.find((plant) => plant.name === name);
}
