import { defaultGateSettings } from '../rollout/gates.ts';
import { judgeExperiment } from './judgement.ts';
import type { ExperimentPolicies, ExperimentSettings } from './settings.ts';

export const standardExperimentPolicies: ExperimentPolicies = {
  judge: judgeExperiment,
  isOwn: (found, wanted) => found.run === wanted.run && found.image === wanted.image,
};

export const defaultExperimentSettings: ExperimentSettings = {
  collectors: 2,
  defenders: 2,
  progressDeadlineMs: 600_000,
  durationMs: 20 * 60_000,
  intervalMs: 60_000,
  windowMs: 180_000,
  errorIntervalMs: 30_000,
  failureLimit: 1,
  inconclusiveLimit: 4,
  consecutiveErrorLimit: 9,
  requirement: { requests: 300, contexts: 5 },
  thresholds: defaultGateSettings.thresholds,
  leastRequests: 30,
  policies: standardExperimentPolicies,
};
