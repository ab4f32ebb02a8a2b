import type { ControlPlaneTimes } from './live/control-plane.ts';

/** Short times of the real controllers, as far as they have flags for them; the model runs with the same. */
export const comparisonTimes: ControlPlaneTimes = {
  nodeGraceSeconds: 6,
  tolerationSeconds: 6,
  autoscalerSyncSeconds: 1,
  downscaleStabilizationSeconds: 6,
  cpuInitializationSeconds: 5,
  initialReadinessSeconds: 2,
};

/** Where no node is lost: a busy machine must not make its nodes look dead. */
export const patientTimes: ControlPlaneTimes = { ...comparisonTimes, nodeGraceSeconds: 50 };
