import { alarmFaultFree } from './alarm-fault-free.ts';
import { alarmOneEffect } from './alarm-one-effect.ts';
import { budgetProcessing } from './budget-processing.ts';
import { cacheHitRate } from './cache-hit-rate.ts';
import { durabilityAcknowledged } from './durability-acknowledged.ts';
import { effectExactlyOnce } from './effect-exactly-once.ts';
import { gateEvidence } from './gate-evidence.ts';
import { isolationColour } from './isolation-colour.ts';
import { livenessConverged } from './liveness-converged.ts';
import { movementBounds } from './movement-bounds.ts';
import { rebalanceLimits } from './rebalance-limits.ts';
import { recoveryCrash } from './recovery-crash.ts';
import { resultFaultFree } from './result-fault-free.ts';
import { rollbackBound } from './rollback-bound.ts';
import { rollingUpdateBound } from './rolling-update-bound.ts';
import { routingOneColour } from './routing-one-colour.ts';
import type { Rule } from './rule.ts';
import { shutdownOrder } from './shutdown-order.ts';
import { windowsKept } from './windows-kept.ts';

/** All rules, those about the product's data first. */
export const rules: readonly Rule[] = [
  effectExactlyOnce,
  resultFaultFree,
  durabilityAcknowledged,
  alarmOneEffect,
  alarmFaultFree,
  isolationColour,
  routingOneColour,
  rollbackBound,
  gateEvidence,
  rebalanceLimits,
  movementBounds,
  recoveryCrash,
  windowsKept,
  rollingUpdateBound,
  shutdownOrder,
  budgetProcessing,
  cacheHitRate,
  livenessConverged,
];
