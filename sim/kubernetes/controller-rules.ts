import { desiredHealthy, evictionAllowed } from './disruption-budget.ts';
import { compareForDeletion } from './pod-order.ts';
import { replicasForCpu } from './replica-calculator.ts';
import { proportionalSizes, resolveFenceposts, sizeOfNew, sizesOfOld } from './rolling-update.ts';

/** The arithmetic of the controllers (delivery 65–68, 78, 79, 84). Comparisons with real ones put errors into it. */
export interface ControllerRules {
  readonly resolveFenceposts: typeof resolveFenceposts;
  readonly sizeOfNew: typeof sizeOfNew;
  readonly sizesOfOld: typeof sizesOfOld;
  readonly proportionalSizes: typeof proportionalSizes;
  readonly compareForDeletion: typeof compareForDeletion;
  readonly desiredHealthy: typeof desiredHealthy;
  readonly evictionAllowed: typeof evictionAllowed;
  readonly replicasForCpu: typeof replicasForCpu;
}

export const controllerRules: ControllerRules = {
  resolveFenceposts,
  sizeOfNew,
  sizesOfOld,
  proportionalSizes,
  compareForDeletion,
  desiredHealthy,
  evictionAllowed,
  replicasForCpu,
};
