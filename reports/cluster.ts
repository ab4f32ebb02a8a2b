import type { ClusterOutcome, RunResult } from '../scenarios/run-result.ts';
import { formatClock, formatNumber } from './format.ts';

const mostRebalances = 12;
const mostMembers = 16;
const columns = 60;
const levels = ' ▁▂▃▄▅▆▇█';

/** What each stage may take (delivery R169–R174), in milliseconds; the history is read on a cache miss. */
const budgetsMs: Readonly<Record<string, number>> = {
  fetch: 700,
  history: 300,
  calculate: 200,
  evaluate: 100,
  store: 300,
  cache: 20,
};

/** The Defenders of one run for a person: its first line is a title; empty where the run did not watch them. */
export function clusterLines(result: RunResult): readonly string[] {
  const { cluster } = result;
  if (cluster === undefined) return [];
  return [
    'THE DEFENDERS',
    ...rebalanceLines(cluster),
    ...ownershipLines(cluster, result.virtualUs / 1000),
    unownedLine(cluster),
    ...stageLines(cluster),
    redeliveryLine(cluster),
  ];
}

function rebalanceLines({ rebalances }: ClusterOutcome): string[] {
  const rows = rebalances.slice(0, mostRebalances).map((map) => {
    const { timeMs, colour, version, reason, members, units, joined, left, moved, movedFromLeft } = map;
    const change = [
      ...(joined > 0 ? [`${joined} joined`] : []),
      ...(left > 0 ? [`${left} left`] : []),
      `${formatNumber(moved)} of ${formatNumber(units)} units moved`,
      ...(movedFromLeft > 0 ? [`${formatNumber(movedFromLeft)} of them had lost their owner`] : []),
    ];
    return `  ${formatClock(timeMs * 1000)}  ${colour.padEnd(5)} map ${String(version).padEnd(3)} ${reason.padEnd(10)} ${String(members).padStart(3)} members: ${change.join(', ')}`;
  });
  const more = rebalances.length - rows.length;
  return [...rows, ...(more > 0 ? [`  … and ${more} more maps`] : [])];
}

/** Units of each member over time, a column for a sixtieth of the run, against the fullest member. */
function ownershipLines({ ownership }: ClusterOutcome, endMs: number): string[] {
  const members = new Map<string, Map<string, number[]>>();
  let fullest = 1;
  for (const { timeMs, colour, pod, defenderId, taken, given } of ownership) {
    const name = `${colour} ${defenderId}`;
    const pods = members.get(name) ?? new Map<string, number[]>();
    members.set(name, pods);
    const row = pods.get(pod) ?? Array.from({ length: columns }, () => 0);
    pods.set(pod, row);
    const from = Math.min(columns - 1, Math.floor((timeMs / endMs) * columns));
    for (let column = from; column < columns; column++) {
      const units = (row[column] ?? 0) + taken.length - given.length;
      row[column] = units;
      fullest = Math.max(fullest, units);
    }
  }
  const names = [...members.keys()].toSorted((one, two) => one.localeCompare(two, 'en', { numeric: true }));
  const rows = names.slice(0, mostMembers).map((name) => {
    const pods = [...(members.get(name)?.values() ?? [])];
    const bar = Array.from({ length: columns }, (_, column) => {
      const units = pods.reduce((sum, row) => sum + (row[column] ?? 0), 0);
      return levels[Math.min(8, Math.ceil((units / fullest) * 8))];
    });
    return `  ${name.padEnd(20)} ${bar.join('')}`;
  });
  const more = names.length - rows.length;
  return [
    `  units owned over the run, full height ${formatNumber(fullest)}`,
    ...rows,
    ...(more > 0 ? [`  … and ${more} more ids`] : []),
  ];
}

function unownedLine({ unowned: { times, open, p50Ms, p99Ms, maxMs } }: ClusterOutcome): string {
  if (times === 0) return '  no unit was ever without an owner';
  const still = open > 0 ? `, ${formatNumber(open)} of them still at the end` : '';
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return `  a unit had no owner ${formatNumber(times)} times${still}: p50 ${seconds(p50Ms)}, p99 ${seconds(p99Ms)}, max ${seconds(maxMs)}`;
}

function stageLines({ stages }: ClusterOutcome): string[] {
  return stages.map(({ stage, p50Ms, p95Ms, p99Ms, maxMs }) => {
    const cell = (ms: number): string => `${formatNumber(Math.round(ms))} ms`.padStart(10);
    return `  ${stage.padEnd(10)} p50 ${cell(p50Ms)}  p95 ${cell(p95Ms)}  p99 ${cell(p99Ms)}  max ${cell(maxMs)}   designed for ${formatNumber(budgetsMs[stage] ?? 0)} ms`;
  });
}

function redeliveryLine({ redeliveries }: ClusterOutcome): string {
  const reasons = Object.entries(redeliveries).filter(([, count]) => count > 0);
  if (reasons.length === 0) return '  nothing was delivered again';
  return `  delivered again: ${reasons.map(([reason, count]) => `${formatNumber(count)} (${reason})`).join(', ')}`;
}
