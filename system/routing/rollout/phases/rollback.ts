import type { Colour } from '../../../ports/colour.ts';
import type { RollbackLevel, RoutingEvent } from '../../../ports/system-event.ts';
import { go, wait, type StepContext, type StepResult } from '../context.ts';
import type { PhaseOf, RolloutState, Withdrawal } from '../state.ts';
import { end, goTo } from '../transition.ts';

/**
 * L1 (delivery R88, R89), also the first half of L3: Management empties the list, every gateway confirms, the canary
 * stays as it is. It depends on nothing but Management (F43). Gateways that have not confirmed in time are reported by
 * name, and again when the last of them has.
 */
export async function rollBack(
  context: StepContext,
  state: RolloutState,
  phase: PhaseOf<'rolling-back'>,
): Promise<StepResult> {
  const { management, settings, nowMs } = context;
  if (phase.epoch === null) {
    const { requestId, stableColour } = phase;
    const order = { action: 'rollback', tools: [], requestId } as const;
    const changed = await management.change(stableColour === null ? order : { ...order, stableColour });
    context.check();
    return changed.kind === 'done'
      ? go(goTo(withListRevision(state, changed.revision), { ...phase, epoch: changed.revision }))
      : wait(settings.rollbackPollMs);
  }
  const unconfirmed = await management.unconfirmed(phase.epoch);
  const missing = settings.policies.awaitedGateways(unconfirmed);
  context.check();
  if (missing.length === 0) {
    const { level, reason, epoch } = phase;
    return go(
      goTo(state, { kind: 'relabelling', sinceMs: nowMs, level, reason }, [completed(level, epoch, [])]),
    );
  }
  if (!phase.reportedMissing && nowMs - phase.sinceMs >= settings.rollbackReportMs) {
    return go(
      goTo(state, { ...phase, reportedMissing: true }, [completed(phase.level, phase.epoch, missing)]),
    );
  }
  return wait(settings.rollbackPollMs);
}

/** L2 (delivery R90, R91): the release goes on with the tools that are left. */
export async function withdraw(
  context: StepContext,
  state: RolloutState,
  withdrawal: Withdrawal,
): Promise<StepResult> {
  const { management, settings, nowMs } = context;
  const { requestId, tools, epoch } = withdrawal;
  if (epoch === null) {
    const changed = await management.change({ action: 'rollback', tools, requestId });
    context.check();
    return changed.kind === 'done'
      ? go({
          state: {
            ...withListRevision(state, changed.revision),
            withdrawal: { ...withdrawal, epoch: changed.revision },
          },
          events: [],
        })
      : wait(settings.rollbackPollMs);
  }
  const unconfirmed = await management.unconfirmed(epoch);
  const missing = settings.policies.awaitedGateways(unconfirmed);
  context.check();
  if (missing.length === 0) {
    return go({ state: { ...state, withdrawal: null }, events: [completed('L2', epoch, [])] });
  }
  if (!withdrawal.reportedMissing && nowMs - withdrawal.sinceMs >= settings.rollbackReportMs) {
    return go({
      state: { ...state, withdrawal: { ...withdrawal, reportedMissing: true } },
      events: [completed('L2', epoch, missing)],
    });
  }
  return wait(settings.rollbackPollMs);
}

/** Labels follow the roles that Management holds now; only then L3 goes on. */
export async function relabelRolledBack(
  context: StepContext,
  state: RolloutState,
  phase: PhaseOf<'relabelling'>,
): Promise<StepResult> {
  const { management, cluster, settings, nowMs } = context;
  await context.experiment?.deployments.takeDown();
  const { stableColour } = await management.snapshot();
  await cluster.labelRoles(stableColour);
  if (settings.pausesAutoscaling) await cluster.letStableScale(stableColour);
  return phase.level === 'L3'
    ? go(goTo(state, { kind: 'draining', sinceMs: nowMs, reason: phase.reason }))
    : go(end(state, 'rolled-back', phase.reason, nowMs));
}

/**
 * L3 (delivery R92, F44): nothing is scaled down while a request may still be under way or a message is left. The wait
 * has no bound: messages that nobody works off are for an operator, never to be dropped.
 */
export async function drain(
  context: StepContext,
  state: RolloutState,
  phase: PhaseOf<'draining'>,
): Promise<StepResult> {
  const { backlog, evidence, settings, nowMs } = context;
  const restMs = phase.sinceMs + settings.drainSettleMs - nowMs;
  if (restMs > 0) return wait(restMs);
  const colour = await emptiedColour(context);
  if (colour === undefined) return wait(settings.pollMs);
  if (!(await evidence.isQuiet(colour, settings.drainSettleMs))) return wait(settings.pollMs);
  const messages = await backlog.backlog(colour);
  context.check();
  return settings.policies.isDrained(messages)
    ? go(goTo(state, { kind: 'scaling-down', sinceMs: nowMs, reason: phase.reason }))
    : wait(settings.pollMs);
}

/** The canary's collectors and Defenders go, its NATS stays, idle. */
export async function scaleDown(
  context: StepContext,
  state: RolloutState,
  phase: PhaseOf<'scaling-down'>,
): Promise<StepResult> {
  const { cluster, settings, nowMs } = context;
  const colour = await emptiedColour(context);
  if (colour === undefined) return wait(settings.pollMs);
  const left = await cluster.shrink(colour, 0);
  return left === undefined ? go(end(state, 'rolled-back', phase.reason, nowMs)) : wait(settings.pollMs);
}

/** The colour that Management calls canary, if no tool is routed to it: never the live one, whatever we remember. */
async function emptiedColour(context: StepContext): Promise<Colour | undefined> {
  const snapshot = await context.management.snapshot();
  context.check();
  return snapshot.canaryTools.length === 0 ? snapshot.canaryColour : undefined;
}

function withListRevision(state: RolloutState, listRevision: number): RolloutState {
  const { release } = state;
  return release === null ? state : { ...state, release: { ...release, listRevision } };
}

function completed(level: RollbackLevel, epoch: number, missingGateways: readonly string[]): RoutingEvent {
  return { kind: 'rollback.completed', level, epoch, missingGateways };
}
