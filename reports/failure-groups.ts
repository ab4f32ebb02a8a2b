import type { RunResult, Verdict } from '../scenarios/run-result.ts';
import { verdictOrder } from './format.ts';

/** Runs that did not pass for what looks like one cause. */
export interface FailureGroup {
  readonly verdict: Verdict;
  /** The first reason without what differs from seed to seed: names of pods and tools, colours, numbers. */
  readonly cause: string;
  /** The first reason of the first of them, in full. */
  readonly example: string;
  readonly seeds: readonly string[];
  /** Runs the first of them again. */
  readonly replay: string;
}

/** The first reason with `#` for what differs from seed to seed. */
export function normaliseReason(reason: string): string {
  return reason
    .replace(/ \(and \d+ more\)$/, '')
    .replaceAll(/\b(?:blue|green)\b/g, '#')
    .replaceAll(/-[a-z0-9]{8,10}-[a-z0-9]{5}\b/g, '-#')
    .replaceAll(/\b(?=[a-f]*\d)[0-9a-f]{16}\b/g, '#')
    .replaceAll(/\d+(?:[.,:]\d+)*/g, '#');
}

/** Groups by verdict, first rule and normalised message: the worst first, then the one with most seeds. */
export function groupFailures(results: readonly RunResult[]): FailureGroup[] {
  const groups = new Map<string, RunResult[]>();
  for (const result of results) {
    if (result.verdict === 'passed') continue;
    const key = `${result.verdict} ${normaliseReason(result.reasons[0] ?? '')}`;
    groups.set(key, [...(groups.get(key) ?? []), result]);
  }
  return [...groups.values()]
    .flatMap((members): FailureGroup[] => {
      const [first] = members;
      if (first === undefined) return [];
      return [
        {
          verdict: first.verdict,
          cause: normaliseReason(first.reasons[0] ?? ''),
          example: first.reasons[0] ?? '',
          seeds: members.map((member) => member.seed),
          replay: first.replay,
        },
      ];
    })
    .toSorted(
      (left, right) =>
        verdictOrder.indexOf(left.verdict) - verdictOrder.indexOf(right.verdict) ||
        right.seeds.length - left.seeds.length ||
        (left.cause < right.cause ? -1 : 1),
    );
}
