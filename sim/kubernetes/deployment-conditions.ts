/** Pods of a Deployment as its status counts them, terminating ones nowhere (delivery 66). */
export interface DeploymentCounts {
  readonly total: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

export type ProgressReason =
  | 'NewReplicaSetCreated'
  | 'FoundNewReplicaSet'
  | 'ReplicaSetUpdated'
  | 'NewReplicaSetAvailable'
  | 'DeploymentPaused'
  | 'DeploymentResumed'
  | 'ProgressDeadlineExceeded';

export type ConditionStatus = 'True' | 'False' | 'Unknown';

/** The two conditions of a Deployment. A missed progress deadline is a condition and nothing else (delivery 65). */
export interface DeploymentConditions {
  readonly progressing: { readonly status: ConditionStatus; readonly reason: ProgressReason } | undefined;
  readonly available: ConditionStatus;
}

const nothing: DeploymentCounts = { total: 0, updated: 0, ready: 0, available: 0 };

/** Follows one Deployment from sync to sync. Times are microseconds of the kernel. */
export class RolloutProgress {
  #counts = nothing;
  #reason: ProgressReason | undefined;
  /** When the condition was last renewed: the deadline runs from here. */
  #sinceUs = 0;

  /** Before a sync: a pause stops the deadline, and its end starts it anew. */
  checkPaused(paused: boolean, nowUs: number): void {
    if (this.#reason === 'ProgressDeadlineExceeded') return;
    if (paused && this.#reason !== 'DeploymentPaused') this.#set('DeploymentPaused', nowUs);
    if (!paused && this.#reason === 'DeploymentPaused') this.#set('DeploymentResumed', nowUs);
  }

  created(nowUs: number): void {
    this.#set('NewReplicaSetCreated', nowUs);
  }

  found(nowUs: number): void {
    if (this.#reason === undefined) this.#set('FoundNewReplicaSet', nowUs);
  }

  /** After a sync that neither paused nor resized the Deployment. */
  rolled(counts: DeploymentCounts, desired: number, deadlineUs: number, nowUs: number): void {
    const before = this.#counts;
    this.#counts = counts;
    if (counts.total === counts.updated && this.#reason === 'NewReplicaSetAvailable') return;
    if (counts.updated === desired && counts.total === desired && counts.available === desired) {
      if (this.#reason !== 'NewReplicaSetAvailable') this.#set('NewReplicaSetAvailable', nowUs);
    } else if (progressed(before, counts)) {
      this.#set('ReplicaSetUpdated', nowUs);
    } else {
      this.expire(deadlineUs, nowUs);
    }
  }

  /** After any other sync. */
  counted(counts: DeploymentCounts): void {
    this.#counts = counts;
  }

  /** The deadline is looked at when somebody asks, so that it costs no event. Not for a paused Deployment. */
  expire(deadlineUs: number, nowUs: number): void {
    const dueUs = this.dueUs(deadlineUs);
    if (dueUs !== undefined && nowUs > dueUs) this.#set('ProgressDeadlineExceeded', nowUs);
  }

  /** After this time without progress the deadline is missed; undefined where none runs. */
  dueUs(deadlineUs: number): number | undefined {
    switch (this.#reason) {
      case undefined:
      case 'NewReplicaSetAvailable':
      case 'ProgressDeadlineExceeded':
        return undefined;
      case 'NewReplicaSetCreated':
      case 'FoundNewReplicaSet':
      case 'ReplicaSetUpdated':
      case 'DeploymentPaused':
      case 'DeploymentResumed':
        return this.#sinceUs + deadlineUs;
    }
  }

  condition(): DeploymentConditions['progressing'] {
    return this.#reason === undefined ? undefined : { status: statusOf(this.#reason), reason: this.#reason };
  }

  #set(reason: ProgressReason, nowUs: number): void {
    this.#reason = reason;
    this.#sinceUs = nowUs;
  }
}

function progressed(before: DeploymentCounts, now: DeploymentCounts): boolean {
  return (
    now.updated > before.updated ||
    now.total - now.updated < before.total - before.updated ||
    now.ready > before.ready ||
    now.available > before.available
  );
}

function statusOf(reason: ProgressReason): ConditionStatus {
  switch (reason) {
    case 'NewReplicaSetCreated':
    case 'FoundNewReplicaSet':
    case 'ReplicaSetUpdated':
    case 'NewReplicaSetAvailable':
      return 'True';
    case 'DeploymentPaused':
    case 'DeploymentResumed':
      return 'Unknown';
    case 'ProgressDeadlineExceeded':
      return 'False';
  }
}
