import {
  correctPipelinePolicies,
  type PipelineSettings,
} from '../../../system/routing/variants/pipelines/settings.ts';
import { demand } from './cluster.ts';

/** A day is six minutes, an hour of approval likewise: the three pipelines in small. */
export const pipelineTimes: PipelineSettings = {
  port: 8095,
  replicas: demand,
  keptReplicas: 1,
  readyTimeoutMs: 90_000,
  approvalTimeoutMs: 240_000,
  drainMs: 5000,
  watchMs: 30_000,
  soakMs: 360_000,
  mostErrors: 10,
  tickMs: 2000,
  policies: correctPipelinePolicies,
};
