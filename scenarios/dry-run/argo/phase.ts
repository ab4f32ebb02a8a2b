/** Phases of an analysis, best first (delivery 33). */
export const analysisPhases = [
  'Successful',
  'Running',
  'Pending',
  'Inconclusive',
  'Error',
  'Failed',
] as const;

export type AnalysisPhase = (typeof analysisPhases)[number];

/** What one measurement came to. */
export type MeasurementPhase = 'Successful' | 'Failed' | 'Inconclusive' | 'Error';

export function worsePhase(left: AnalysisPhase, right: AnalysisPhase): AnalysisPhase {
  return analysisPhases.indexOf(left) >= analysisPhases.indexOf(right) ? left : right;
}

/** Whether a phase is final. */
export function isCompleted(phase: AnalysisPhase): boolean {
  return phase !== 'Running' && phase !== 'Pending';
}
