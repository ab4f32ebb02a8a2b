import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseTraces } from '../../../../scenarios/traces/trace-file.ts';
import { judgedWafers, qualifiedWafers } from '../../../../scenarios/traces/trace-set.ts';
import type { TraceSet, Wafer } from '../../../../scenarios/traces/trace-set.ts';
import { defaultStrategies, judgeAll, learnAll } from '../../../../system/charts/strategies/defence.ts';
import type { UChart } from '../../../../system/charts/uchart.ts';
import { contextOf } from '../arbitraries.ts';

const sample = new URL('../../../../scenarios/traces/sample-wafers.csv', import.meta.url);
const recorded = new URL('../../../../bench/wafer-traces.csv.gz', import.meta.url);

interface Detection {
  readonly detectedShare: number;
  readonly falseAlarmShare: number;
}

/** Learns from the first half, judges the second; the wafers are dealt to the tools in file order. */
function detect(traces: TraceSet, toolCount: number): Detection {
  const charts = new Map<Wafer, UChart>(
    traces.wafers.map((wafer, w) => [
      wafer,
      contextOf(w, [[...wafer.samples]], `tool-${String(w % toolCount)}`),
    ]),
  );
  const chartsOf = (wafers: readonly Wafer[]) => wafers.flatMap((wafer) => charts.get(wafer) ?? []);
  const limits = learnAll(defaultStrategies, chartsOf(qualifiedWafers(traces)));
  const recentOf = new Map<string, UChart[]>();
  const alarms = { normal: 0, abnormal: 0 };
  const totals = { normal: 0, abnormal: 0 };
  for (const wafer of [...qualifiedWafers(traces), ...judgedWafers(traces)]) {
    const chart = charts.get(wafer);
    if (chart === undefined) continue;
    const recent = recentOf.get(chart.unit) ?? [];
    recentOf.set(chart.unit, [...recent, chart]);
    if (!judgedWafers(traces).includes(wafer)) continue;
    totals[wafer.label]++;
    if (judgeAll(defaultStrategies, limits, recent, chart).alarm) alarms[wafer.label]++;
  }
  return { detectedShare: alarms.abnormal / totals.abnormal, falseAlarmShare: alarms.normal / totals.normal };
}

function read(file: URL): TraceSet {
  const bytes = readFileSync(file);
  const result = parseTraces((file.pathname.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8'));
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.traces;
}

describe.each([1, 10, 150])('the default defence strategy, with %i tools', (toolCount) => {
  it('detects at least 90 % of recorded abnormal wafers with at most 2 % false alarms', () => {
    const { detectedShare, falseAlarmShare } = detect(read(recorded), toolCount);
    console.info(
      `recorded wafers, ${toolCount} tools: ${detectedShare} detected, ${falseAlarmShare} false alarms`,
    );
    expect(detectedShare).toBeGreaterThanOrEqual(0.9);
    expect(falseAlarmShare).toBeLessThanOrEqual(0.02);
  });

  it('detects most of the abnormal sample wafers with few false alarms', () => {
    const { detectedShare, falseAlarmShare } = detect(read(sample), toolCount);
    console.info(
      `sample wafers, ${toolCount} tools: ${detectedShare} detected, ${falseAlarmShare} false alarms`,
    );
    expect(detectedShare).toBeGreaterThanOrEqual(0.75);
    expect(falseAlarmShare).toBeLessThanOrEqual(0.04);
  });
});
