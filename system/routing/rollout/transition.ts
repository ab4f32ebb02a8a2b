import type { Colour } from '../../ports/colour.ts';
import type { RoutingEvent } from '../../ports/system-event.ts';
import type { Phase, PhaseOf, Release, RollbackLevelName, RolloutState } from './state.ts';
import type { Stage } from './stages.ts';

/** A state and what is to be said when it is durable. */
export interface Transition {
  readonly state: RolloutState;
  readonly events: readonly RoutingEvent[];
}

export interface Refused {
  readonly refused: string;
}

export function goTo(state: RolloutState, phase: Phase, events: readonly RoutingEvent[] = []): Transition {
  return { state: { ...state, phase }, events };
}

export interface NewRelease {
  readonly image: string;
  readonly stableColour: Colour;
  readonly canaryColour: Colour;
  readonly stages: readonly Stage[];
  readonly listRevision: number;
}

/**
 * A new release. In the middle of another one it starts at stage 1 with an empty list (delivery 3, F48); a promotion,
 * its retention and a rollback are finished first. The image that is being rolled out already changes nothing.
 */
export function startRelease(state: RolloutState, order: NewRelease, nowMs: number): Transition | Refused {
  const { phase, release } = state;
  const superseded: RoutingEvent[] = [];
  switch (phase.kind) {
    case 'idle':
    case 'ended':
      break;
    case 'preparing':
    case 'deploying':
    case 'verifying':
    case 'experimenting':
    case 'ending-experiment':
    case 'expanding':
    case 'observing':
    case 'paused':
      if (release?.image === order.image) return { state, events: [] };
      superseded.push(...terminatedExperiment(state, `superseded by ${order.image}`), {
        kind: 'rollout.ended',
        outcome: 'aborted',
        reason: `superseded by ${order.image}`,
      });
      break;
    case 'promoting':
    case 'labelling':
    case 'retaining':
    case 'retiring':
      return { refused: 'the last release is being promoted' };
    case 'rolling-back':
    case 'relabelling':
    case 'draining':
    case 'scaling-down':
      return { refused: 'a rollback is under way' };
  }
  const releases = state.releases + 1;
  const { image, stableColour, canaryColour, listRevision } = order;
  return {
    state: {
      releases,
      requests: state.requests,
      release: {
        id: `release-${releases}`,
        image,
        stableColour,
        canaryColour,
        stages: [...order.stages],
        listRevision,
        withdrawnTools: [],
        attempt: 0,
        ended: false,
      },
      withdrawal: null,
      phase: { kind: 'preparing', sinceMs: nowMs },
    },
    events: [...superseded, { kind: 'rollout.started', image, stableColour, canaryColour }],
  };
}

export interface RollbackRequest {
  readonly level: RollbackLevelName;
  readonly tools: readonly string[];
  readonly reason: string;
}

/**
 * A rollback from any state (delivery 1O, R88–R92, I5).
 *
 * - L1 and L3 pre-empt whatever is under way. Up to the end of the retention all tools go to the colour that was
 *   stable before this release: where the roles were swapped already they are swapped back in the same revision, since
 *   the old colour is still at full strength. Once it is being scaled down (`retiring`) there is nothing to go back to:
 *   refused, a new release is the way. Without a release under way the list is emptied where it stands.
 * - L1 during a rollback changes nothing; L3 during an L1 makes it an L3.
 * - L2 takes its tools out of a canary that goes on; elsewhere it is refused.
 */
export function beginRollback(
  state: RolloutState,
  request: RollbackRequest,
  nowMs: number,
): Transition | Refused {
  return request.level === 'L2'
    ? withdrawTools(state, request, nowMs)
    : emptyList(state, request.level, request.reason, nowMs);
}

function emptyList(
  state: RolloutState,
  level: 'L1' | 'L3',
  reason: string,
  nowMs: number,
): Transition | Refused {
  const { phase, release } = state;
  switch (phase.kind) {
    case 'preparing':
    case 'deploying':
    case 'verifying':
    case 'experimenting':
    case 'ending-experiment':
    case 'expanding':
    case 'observing':
    case 'paused':
    case 'promoting':
    case 'labelling':
    case 'retaining':
      return rollingBack(state, level, reason, release?.stableColour ?? null, nowMs);
    case 'retiring':
      return { refused: 'the old colour is being scaled down: start a new release' };
    case 'idle':
      return level === 'L3'
        ? { refused: 'there is no release whose canary could be scaled down' }
        : rollingBack(state, level, reason, null, nowMs);
    case 'ended':
      return level === 'L3' && phase.outcome === 'promoted'
        ? { refused: 'the release was promoted: its colour is the stable one' }
        : rollingBack(state, level, reason, null, nowMs);
    case 'rolling-back':
    case 'relabelling':
      return level === 'L3' && phase.level === 'L1' && release !== null
        ? goTo(state, { ...phase, level, reason }, [startedEvent(state, level, reason, [])])
        : { state, events: [] };
    case 'draining':
    case 'scaling-down':
      return { state, events: [] };
  }
}

function rollingBack(
  state: RolloutState,
  level: 'L1' | 'L3',
  reason: string,
  stableColour: Colour | null,
  nowMs: number,
  epoch: number | null = null,
): Transition {
  const requests = state.requests + 1;
  const phase: PhaseOf<'rolling-back'> = {
    kind: 'rolling-back',
    sinceMs: nowMs,
    level,
    reason,
    requestId: `rollback-${requests}`,
    stableColour,
    epoch,
    reportedMissing: false,
  };
  return {
    state: { ...state, requests, withdrawal: null, phase },
    events: [...terminatedExperiment(state, reason), startedEvent(state, level, reason, [])],
  };
}

/** An experiment that is ended from outside says nothing of its release, whatever was measured (delivery 34). */
function terminatedExperiment({ phase, release }: RolloutState, reason: string): readonly RoutingEvent[] {
  if (phase.kind !== 'experimenting' || release === null) return [];
  const { image } = release;
  return [{ kind: 'experiment.ended', outcome: 'Terminated', image, requests: 0, contexts: 0, reason }];
}

/** The list was emptied by somebody else (delivery F45): what is left to do is to see it confirmed. */
export function followRollback(state: RolloutState, epoch: number, nowMs: number): Transition {
  return rollingBack(state, 'L1', 'the list was rolled back at Management', null, nowMs, epoch);
}

function withdrawTools(state: RolloutState, request: RollbackRequest, nowMs: number): Transition | Refused {
  const { phase, release } = state;
  if (request.tools.length === 0) return { refused: 'L2 names its tools' };
  const inStages = phase.kind === 'expanding' || phase.kind === 'observing' || phase.kind === 'paused';
  if (release === null || !inStages) return { refused: `no canary to take tools out of (${phase.kind})` };
  const requests = state.requests + 1;
  // An L2 that is still under way is merged: one list of tools, one confirmation.
  const tools = [...new Set([...(state.withdrawal?.tools ?? []), ...request.tools])];
  return {
    state: {
      ...state,
      requests,
      release: { ...release, withdrawnTools: [...new Set([...release.withdrawnTools, ...tools])] },
      withdrawal: {
        requestId: `rollback-${requests}`,
        tools,
        sinceMs: nowMs,
        epoch: null,
        reportedMissing: false,
      },
    },
    events: [startedEvent(state, 'L2', request.reason, tools)],
  };
}

/** An operator ends a pause: the stage is run again from its start, with fresh evidence. */
export function resume(
  state: RolloutState,
  restoreTools: readonly string[],
  nowMs: number,
): Transition | Refused {
  const { phase, release } = state;
  if (phase.kind !== 'paused' || release === null) return { refused: `nothing is paused (${phase.kind})` };
  const restored = new Set(restoreTools);
  const withdrawnTools = release.withdrawnTools.filter((tool) => !restored.has(tool));
  return {
    state: { ...state, ...expand({ ...release, withdrawnTools }, phase.stage, nowMs) },
    events: [],
  };
}

/** To the expansion of a stage, as a new attempt. */
export function expand(
  release: Release,
  stage: number,
  nowMs: number,
): { readonly release: Release; readonly phase: Phase } {
  return {
    release: { ...release, attempt: release.attempt + 1 },
    phase: { kind: 'expanding', sinceMs: nowMs, stage },
  };
}

export function pause(
  state: RolloutState,
  release: Release,
  stage: number,
  reason: string,
  nowMs: number,
): Transition {
  return goTo(state, { kind: 'paused', sinceMs: nowMs, stage, reason }, [
    stageEvent(release, stage, 'paused'),
  ]);
}

/** The end of a release is told once, whatever is rolled back after it. */
export function end(
  state: RolloutState,
  outcome: PhaseOf<'ended'>['outcome'],
  reason: string,
  nowMs: number,
): Transition {
  const { release } = state;
  const told = release === null || release.ended;
  return {
    state: {
      ...state,
      release: release === null ? null : { ...release, ended: true },
      withdrawal: null,
      phase: { kind: 'ended', sinceMs: nowMs, outcome, reason },
    },
    events: told ? [] : [{ kind: 'rollout.ended', outcome, reason }],
  };
}

export function stageEvent(
  release: Release,
  stage: number,
  state: 'entered' | 'extended' | 'paused' | 'passed',
): RoutingEvent {
  const { name, tools } = stageOf(release, stage);
  return { kind: 'rollout.stage', stage, name, tools, state };
}

export function stageOf(release: Release, stage: number): Stage {
  const found = release.stages[stage];
  if (found === undefined) throw new Error(`${release.id} has no stage ${stage}`);
  return found;
}

/** The tools of a stage, of all tools. */
export function shareOf(release: Release, stage: number): number {
  return stageOf(release, stage).tools / stageOf(release, release.stages.length - 1).tools;
}

/** `epoch` is the list that is rolled back from; the event of completion has the new one. */
function startedEvent(
  state: RolloutState,
  level: RollbackLevelName,
  reason: string,
  tools: readonly string[],
): RoutingEvent {
  return { kind: 'rollback.started', level, reason, epoch: state.release?.listRevision ?? 0, tools };
}
