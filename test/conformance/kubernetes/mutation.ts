import type { AutoscalingTimes, ControllerRules } from '../../../sim/kubernetes/index.ts';
import type { Workload } from './plan.ts';

/** A deliberate error of the model: other arithmetic, a setting that it overlooks, a wrong time. */
export interface Mutation {
  readonly rules?: Partial<ControllerRules>;
  readonly workload?: (workload: Workload) => Workload;
  readonly times?: Partial<AutoscalingTimes>;
}
