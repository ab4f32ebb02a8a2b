import {
  correctPipelinePolicies,
  type PipelinePolicies,
} from '../../../system/routing/variants/pipelines/settings.ts';

/** What planted bugs put in place of the pipelines' policies. */
export const pipelineBugs: Readonly<Record<string, PipelinePolicies>> = {
  'untested-flip': { ...correctPipelinePolicies, needsTests: false },
  'recomputed-colour': { ...correctPipelinePolicies, retiresRecorded: false },
  'silence-is-calm': { ...correctPipelinePolicies, unknownAlerts: 0 },
  'unlocked-side': { ...correctPipelinePolicies, locks: false },
  'endless-approval': { ...correctPipelinePolicies, expires: false },
  'unchecked-secrets': { ...correctPipelinePolicies, comparesSecrets: false },
};
