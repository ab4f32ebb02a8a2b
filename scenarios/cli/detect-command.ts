import { studyDetection } from '../traces/detection-study.ts';
import type { DetectionFigures, DetectionStudy } from '../traces/detection-study.ts';
import { checkTraces } from './run-options.ts';

/** `detect`: what each defence strategy finds in a trace file, without a simulation. Throws an `InputError`. */
export async function detectCommand(file: string, json: boolean): Promise<void> {
  const study = studyDetection(await checkTraces(file));
  process.stdout.write(json ? `${JSON.stringify(study, undefined, 2)}\n` : tableOf(study));
}

function tableOf(study: DetectionStudy): string {
  const { wafers, sampleCount, qualifiedWafers, shortHistories } = study;
  const row = (name: string, cells: readonly string[]): string =>
    `${name.padEnd(18)}${cells.map((cell) => cell.padEnd(28)).join('')}`.trimEnd();
  return [
    `${wafers} wafers of ${sampleCount} samples; the first half has ${qualifiedWafers} normal ones`,
    '',
    row('', ['second half, limits from', 'second half, limits from', 'first half, cross-validated']),
    row('', ['normal wafers of the first', 'all wafers of the first', 'in five parts']),
    row('STRATEGY', [
      'detected      false alarms',
      'detected      false alarms',
      'detected      false alarms',
    ]),
    ...study.strategies.map(({ strategy, qualified, unlabelled, crossValidated }) =>
      row(strategy, [qualified, unlabelled, crossValidated].map(cellOf)),
    ),
    '',
    ...shortHistories.map(({ contexts, figures }) =>
      row(`default, n = ${contexts}`, [`${cellOf(figures)}  learnt from ${contexts} wafers only`]),
    ),
    `default: ${study.defaultStrategies.join(', ')}; any of them may raise the alarm`,
    '',
  ].join('\n');
}

function cellOf({ abnormal, abnormalAlarmed, normal, normalAlarmed }: DetectionFigures): string {
  return `${shareOf(abnormalAlarmed, abnormal).padEnd(14)}${shareOf(normalAlarmed, normal)}`;
}

function shareOf(part: number, whole: number): string {
  return whole === 0 ? 'none' : `${((100 * part) / whole).toFixed(1)} % (${part})`;
}
