import type { Schedule } from '../schedule.ts';
import { lateApply } from './late-apply.ts';
import { ambiguousThenUnavailable } from './ambiguous-then-unavailable.ts';
import { ackThenLose } from './ack-then-lose.ts';
import { hintWindow } from './hint-window.ts';
import { dcSplit } from './dc-split.ts';
import { casHalfAccept } from './cas-half-accept.ts';
import { claimPause } from './claim-pause.ts';
import { ttlEdge } from './ttl-edge.ts';
import { clockStepBack } from './clock-step-back.ts';
import { farFuture } from './far-future.ts';
import { tie } from './tie.ts';
import { batchlogCoordinatorCrash } from './batchlog-coordinator-crash.ts';
import { fdDisagreement } from './fd-disagreement.ts';
import { zombie } from './zombie.ts';
import { retryTimestamp } from './retry-timestamp.ts';
import { lwtDcDownCommit } from './lwt-dc-down-commit.ts';

/** The sixteen schedules of cassandra-and-live §2.2, in its order. */
export const schedules: readonly Schedule[] = [
  lateApply,
  ambiguousThenUnavailable,
  ackThenLose,
  hintWindow,
  dcSplit,
  casHalfAccept,
  claimPause,
  ttlEdge,
  clockStepBack,
  farFuture,
  tie,
  batchlogCoordinatorCrash,
  fdDisagreement,
  zombie,
  retryTimestamp,
  lwtDcDownCommit,
];

export function scheduleNamed(name: string): Schedule | undefined {
  return schedules.find((schedule) => schedule.name === name);
}
