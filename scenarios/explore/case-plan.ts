import { RecoverabilityBudget } from '../../chaos/budget.ts';
import type { Plan } from '../../chaos/plan.ts';
import type { GatewayCondition, ManagementCondition } from './condition-watch.ts';
import type { PathAct } from './path.ts';
import { parametersFor, sideFaults } from './side-fault.ts';
import type { Aim } from './state.ts';
import { riskyColour } from './timeline.ts';

/** Pauses before and after the order, by what each condition needs to have come about. */
const cutMs = 10_000;
/** A gateway calls its list stale after 60 s of silence, at its next refresh (PRODUCT, routing). */
const staleMs = 80_000;
const restartMs = 1000;
const unreachableMs = 3000;
const unreachableForMs = 17_000;
const sideMs = 5000;
const afterMs = 60_000;

/** When the order is given, and how much earlier than it things are broken, as a share of the usual pauses. */
export interface Firing {
  readonly fireMs: number;
  readonly leadShare: number;
}

function gatewayActs(condition: GatewayCondition, { fireMs, leadShare }: Firing): readonly PathAct[] {
  const cut = (leadMs: number): PathAct => ({
    kind: 'gateway.cut-management',
    parameters: { count: 1 },
    startMs: fireMs - leadMs,
    endMs: fireMs + afterMs,
  });
  switch (condition) {
    case 'in-date':
      return [];
    case 'cut-off':
      return [cut(cutMs * leadShare)];
    case 'stale':
      return [cut(staleMs)];
    case 'restarting':
      return [
        {
          kind: 'pod.kill',
          parameters: { component: 'gateway', how: 'crash' },
          startMs: fireMs - restartMs * leadShare,
        },
      ];
  }
}

function managementActs(condition: ManagementCondition, { fireMs, leadShare }: Firing): readonly PathAct[] {
  switch (condition) {
    case 'up':
      return [];
    case 'restarting':
      return [
        {
          kind: 'pod.kill',
          parameters: { component: 'management', how: 'crash' },
          startMs: fireMs - restartMs * leadShare,
        },
      ];
    case 'unreachable':
      return [
        {
          kind: 'link.one-way-cut',
          parameters: { path: 'rollout-management' },
          startMs: fireMs - unreachableMs * leadShare,
          endMs: fireMs + unreachableForMs,
        },
      ];
  }
}

function sideActs({ state, faults }: Aim, { fireMs, leadShare }: Firing): readonly PathAct[] {
  const canary = riskyColour(state);
  return faults.flatMap((index): readonly PathAct[] => {
    const fault = sideFaults[index];
    if (fault === undefined) return [];
    const common = { kind: fault.kind.kind, parameters: parametersFor(fault, canary) };
    return fault.kind.instant
      ? [{ ...common, startMs: fireMs - restartMs * leadShare }]
      : [{ ...common, startMs: fireMs - sideMs * leadShare, endMs: fireMs + afterMs }];
  });
}

/** All that is broken around an order at this time; nothing begins before the run does. */
function disturbances(aim: Aim, firing: Firing): readonly PathAct[] {
  return [
    ...gatewayActs(aim.gateway, firing),
    ...managementActs(aim.management, firing),
    ...sideActs(aim, firing),
  ].map((act) => ({ ...act, startMs: Math.max(0, Math.round(act.startMs)) }));
}

/** When the first of an aim's disturbances begins; that of the order where it has none. */
export function firstDisturbedMs(aim: Aim, firing: Firing): number {
  return Math.min(firing.fireMs, ...disturbances(aim, firing).map(({ startMs }) => startMs));
}

/** Whether what is broken leaves enough to recover with: otherwise the usual rules could not be expected to hold. */
export function isRecoverable(aim: Aim): boolean {
  const budget = new RecoverabilityBudget();
  return disturbances(aim, { fireMs: staleMs, leadShare: 1 }).every((act, index) =>
    budget.admit({ id: `f${index}`, ...act }),
  );
}

/** The acts of the path, what is broken, and, unless it is only looked ahead, the rollback: ids `p…`, `f…`, `rollback`. */
export function planFor(aim: Aim, firing: Firing, isLookAhead: boolean): Plan {
  const { fireMs } = firing;
  const { path } = aim.state;
  const faults = [
    ...path.acts
      .filter(({ startMs }) => startMs <= fireMs)
      .map((act, index) => ({ id: `p${index + 1}`, ...act })),
    ...disturbances(aim, firing).map((act, index) => ({ id: `f${index + 1}`, ...act })),
  ];
  if (!isLookAhead) {
    const { level } = aim;
    faults.push({
      id: 'rollback',
      kind: 'operator.rollback',
      parameters: { level, ...(level === 'L2' ? { tools: 1 } : {}) },
      startMs: fireMs,
    });
  }
  return { version: 1, faults };
}
