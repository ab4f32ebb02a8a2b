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
import type { Plant } from './plant.ts';

/** All planted bugs. */
export const plants: readonly Plant[] = [
  ackBeforeStore,
  staleResult,
  droppedChunk,
  answerBeforeStore,
  unguardedAlarm,
  mixedHistory,
  crossedColours,
  routeByRequest,
  slowList,
  blindGate,
  noHandOver,
  moduloAssignment,
  lateDetection,
  hastyWindow,
  slowReadiness,
  hastyExit,
  slowEvaluation,
  forgetfulCache,
  lazyPull,
  unpublishedCompletion,
  neverJudgedAgain,
  hastyBurial,
  blindRollback,
  lateStaleAlarm,
  overwrittenClaim,
  unlockedLeadership,
  sharedFate,
  closedDoor,
  skewedClockUpsert,
  dedupeCheckThenAct,
  freshTtl,
  refusedClaim,
  watermarkArchive,
];

export function plantNamed(name: string): Plant | undefined {
  return plants.find((plant) => plant.name === name);
}
