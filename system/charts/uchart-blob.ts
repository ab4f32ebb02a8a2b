import { ByteReader } from './byte-reader.ts';
import { ByteWriter } from './byte-writer.ts';
import { chartLimits, ChartCodecError } from './codec.ts';
import { maxSteps } from './steps.ts';
import type { StepChart } from './steps.ts';
import { sharedSvids } from './shared-svids.ts';
import { statisticCount } from './statistics.ts';
import type { SvidCharts } from './statistics.ts';
import type { UChart } from './uchart.ts';

const MAGIC = 0xd5;
const PLAIN_VERSION = 1;
const STEP_VERSION = 2;
const MAX_STRING_UNITS = 4096;

const writer = new ByteWriter();

/**
 * A U-chart as one cell of the store: about 150 bytes an SVID, versioned, with a CRC-32. Every bit of every number is kept,
 * except that all NaNs become one.
 *
 * Layout: magic 0xD5, version 1; context id, unit and recipe, each as varint length and one varint a UTF-16 unit; varint
 * context sequence; start and end as doubles; the SVIDs: varint number of them, byte number of statistics; for each, varint
 * SVID, three bytes of mask, then each statistic as a varint where its bit is set (small non-negative integers), else as a
 * double; CRC-32. A chart with steps or maintenance has version 2, and before the CRC: the end of maintenance as a
 * double, NaN for none; varint number of steps, 0 for none; for each, number, start and end as doubles and its SVIDs as above.
 *
 * Throws `unencodable` for a sequence or SVID that is no non-negative safe integer or a string over 4,096 units.
 */
export function encodeUChart(chart: UChart): Uint8Array {
  const { maintainedUs, steps } = chart;
  const isPlain = maintainedUs === undefined && steps === undefined;
  writer.reset();
  writer.reserve(3 * MAX_STRING_UNITS * 3 + 64);
  writer.byte(MAGIC);
  writer.byte(isPlain ? PLAIN_VERSION : STEP_VERSION);
  writeString(chart.contextId);
  writeString(chart.unit);
  writeString(chart.recipe);
  writeInteger(chart.contextSequence);
  writer.float64(chart.startUs);
  writer.float64(chart.endUs);
  writeCharts(chart);
  if (isPlain) return writer.finish();
  writer.reserve(16);
  writer.float64(maintainedUs ?? Number.NaN);
  writer.varint(steps?.length ?? 0);
  for (const step of steps ?? []) {
    writer.reserve(32);
    writer.float64(step.step);
    writer.float64(step.startUs);
    writer.float64(step.endUs);
    writeCharts(step);
  }
  return writer.finish();
}

/** The inverse of {@link encodeUChart}. Throws {@link ChartCodecError} and nothing else. */
export function decodeUChart(blob: Uint8Array): UChart {
  const isPlain = blob[1] !== STEP_VERSION;
  const reader = new ByteReader(blob, MAGIC, isPlain ? PLAIN_VERSION : STEP_VERSION);
  const contextId = readString(reader);
  const unit = readString(reader);
  const recipe = readString(reader);
  const contextSequence = reader.varint();
  const startUs = reader.float64();
  const endUs = reader.float64();
  const chart: UChart = { contextId, unit, recipe, contextSequence, startUs, endUs, ...readCharts(reader) };
  if (isPlain) {
    reader.end();
    return chart;
  }
  const maintainedUs = reader.float64();
  const steps = readSteps(reader);
  reader.end();
  return {
    ...chart,
    ...(Number.isNaN(maintainedUs) ? {} : { maintainedUs }),
    ...(steps.length === 0 ? {} : { steps }),
  };
}

function writeCharts({ svids, statistics }: SvidCharts): void {
  writer.reserve(16);
  writer.varint(svids.length);
  writer.byte(statisticCount);
  for (const [index, svid] of svids.entries()) {
    const row = index * statisticCount;
    writer.reserve(16 + 9 * statisticCount);
    writeInteger(svid);
    let mask = 0;
    for (let i = 0; i < statisticCount; i++) if (isSmallInteger(statistics[row + i] ?? 0)) mask |= 1 << i;
    writer.byte(mask & 0xff);
    writer.byte((mask >>> 8) & 0xff);
    writer.byte((mask >>> 16) & 0xff);
    for (let i = 0; i < statisticCount; i++) {
      const statistic = statistics[row + i] ?? 0;
      if ((mask >>> i) & 1) writer.varint(statistic);
      else writer.float64(statistic === statistic ? statistic : Number.NaN);
    }
  }
}

function readCharts(reader: ByteReader): SvidCharts {
  const count = reader.varint();
  // Each takes four bytes at least, so a short blob cannot claim much memory.
  if (count > chartLimits.maxSeries || 4 * count > reader.remaining) {
    throw new ChartCodecError('limit', `${String(count)} SVIDs`);
  }
  const width = reader.byte();
  if (width !== statisticCount) {
    throw new ChartCodecError('malformed', `${String(width)} statistics, expected ${String(statisticCount)}`);
  }
  const svids: number[] = [];
  const statistics = new Float64Array(count * statisticCount);
  for (let c = 0; c < count; c++) {
    svids.push(reader.varint());
    const mask = reader.byte() | (reader.byte() << 8) | (reader.byte() << 16);
    const row = c * statisticCount;
    for (let i = 0; i < statisticCount; i++) {
      statistics[row + i] = (mask >>> i) & 1 ? reader.varint() : reader.float64();
    }
  }
  return { svids: sharedSvids(svids), statistics };
}

function readSteps(reader: ByteReader): StepChart[] {
  const count = reader.varint();
  if (count > maxSteps) throw new ChartCodecError('limit', `${String(count)} steps`);
  const steps: StepChart[] = [];
  for (let s = 0; s < count; s++) {
    const step = reader.float64();
    const startUs = reader.float64();
    const endUs = reader.float64();
    steps.push({ step, startUs, endUs, ...readCharts(reader) });
  }
  return steps;
}

function isSmallInteger(value: number): boolean {
  return value >= 0 && value < 0x1_0000_0000 && Math.floor(value) === value && !Object.is(value, -0);
}

function writeInteger(value: number): void {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ChartCodecError('unencodable', `${String(value)} is no non-negative safe integer`);
  }
  writer.varint(value);
}

function writeString(text: string): void {
  if (text.length > MAX_STRING_UNITS) {
    throw new ChartCodecError('unencodable', `a name of ${String(text.length)} UTF-16 units`);
  }
  writer.varint(text.length);
  for (let i = 0; i < text.length; i++) writer.varint(text.charCodeAt(i));
}

function readString(reader: ByteReader): string {
  const length = reader.varint();
  if (length > MAX_STRING_UNITS)
    throw new ChartCodecError('limit', `a name of ${String(length)} UTF-16 units`);
  let text = '';
  for (let i = 0; i < length; i++) {
    const unit = reader.varint();
    if (unit > 0xffff) throw new ChartCodecError('malformed', `UTF-16 unit ${String(unit)}`);
    text += String.fromCharCode(unit);
  }
  return text;
}
