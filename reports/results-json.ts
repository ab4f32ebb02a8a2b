import type { RunResult } from '../scenarios/run-result.ts';
import { momentGrid } from './moment-grid.ts';

/** Machine-readable results of one invocation; described by `reports/schema/results.schema.json`. */
export function resultsJson(results: readonly RunResult[]): string {
  const grid = momentGrid(results);
  const document = {
    schemaVersion: 1,
    runs: results.map(published),
    ...(grid === undefined ? {} : { momentGrid: grid }),
  };
  return `${JSON.stringify(document, undefined, 2)}\n`;
}

/** Only what the schema names: a result may carry more for those who run it. */
export function published(result: RunResult): RunResult {
  const {
    scenario,
    seed,
    overrides,
    plant,
    traces,
    defender,
    invalid,
    verdict,
    knownRed,
    reasons,
    fingerprint,
    virtualUs,
    wallMs,
    events,
    plan,
  } = result;
  const { rules, faults, goals, moments, cluster, detection, milestones, figures, limits, replay } = result;
  return {
    scenario,
    seed,
    overrides,
    ...(plant === undefined ? {} : { plant }),
    ...(traces === undefined ? {} : { traces }),
    ...(defender === undefined ? {} : { defender }),
    ...(invalid === undefined ? {} : { invalid }),
    verdict,
    ...(knownRed === undefined ? {} : { knownRed }),
    reasons,
    fingerprint,
    virtualUs,
    wallMs,
    events,
    plan,
    rules,
    faults,
    goals,
    ...(moments === undefined ? {} : { moments }),
    ...(cluster === undefined ? {} : { cluster }),
    detection,
    milestones,
    figures,
    limits,
    replay,
  };
}
