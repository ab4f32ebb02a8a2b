import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { parseTraces } from '../scenarios/traces/trace-file.ts';
import type { ChartCodec } from '../system/charts/codec.ts';
import { decodeMebo, encodeMebo, meboCodec, meboTChartCodec } from '../system/charts/mebo/index.ts';
import type {
  Compression,
  MeboInput,
  MeboOptions,
  TimestampEncoding,
  ValueEncoding,
} from '../system/charts/mebo/index.ts';
import { pointCount } from '../system/charts/series.ts';
import type { Series } from '../system/charts/series.ts';
import { tchartCodec } from '../system/charts/tchart-codec.ts';

/** What the Go library needs for the same wafers, in bytes a point rounded up (mebo-format §8). */
export interface GoFigure {
  readonly timestamps: TimestampEncoding;
  readonly values: ValueEncoding;
  readonly compression: Compression;
  /** All wafers in one blob, and a blob each. */
  readonly oneBlob: number;
  readonly manyBlobs: number;
}

export const goFigures: readonly GoFigure[] = [
  { timestamps: 'raw', values: 'raw', compression: 'none', oneBlob: 16.11, manyBlobs: 16.32 },
  { timestamps: 'delta', values: 'raw', compression: 'none', oneBlob: 9.17, manyBlobs: 9.38 },
  { timestamps: 'delta', values: 'raw', compression: 'zstd', oneBlob: 3.0, manyBlobs: 3.65 },
  { timestamps: 'delta', values: 'gorilla', compression: 'none', oneBlob: 5.24, manyBlobs: 5.45 },
  { timestamps: 'delta', values: 'gorilla', compression: 'zstd', oneBlob: 4.21, manyBlobs: 4.45 },
  { timestamps: 'delta', values: 'chimp', compression: 'none', oneBlob: 4.68, manyBlobs: 4.89 },
  { timestamps: 'delta', values: 'chimp', compression: 'zstd', oneBlob: 3.48, manyBlobs: 3.91 },
  { timestamps: 'delta', values: 'alp', compression: 'none', oneBlob: 5.02, manyBlobs: 5.23 },
  { timestamps: 'delta', values: 'alp', compression: 'zstd', oneBlob: 2.38, manyBlobs: 2.97 },
  { timestamps: 'delta', values: 'alp', compression: 's2', oneBlob: 2.58, manyBlobs: 2.89 },
];

/** The same for all wafers on the same instants, in one blob with shared timestamps. */
export const goSharedFigures = { chimp: 3.63, alp: 3.97, gorilla: 4.19 } as const;

const startTimeUs = 1_767_225_600_000_000;
const pointsOfContext = 120;
const seriesOfContext = 10;

/** One metric a recorded wafer, 1 s steps, start times consecutive, as for the figures of the Go library. */
export function waferMetrics(): MeboInput[] {
  const packed = readFileSync(new URL('wafer-traces.csv.gz', import.meta.url));
  const result = parseTraces(gunzipSync(packed).toString('utf8'));
  if (!result.ok) throw new Error('the recorded wafers do not parse');
  let second = 0;
  return result.traces.wafers.map(({ samples }, w) => ({
    key: BigInt(w + 1),
    timesUs: BigInt64Array.from(samples, () => BigInt(startTimeUs) + BigInt(second++) * 1_000_000n),
    values: samples,
  }));
}

export function optionsOf({ timestamps, values, compression }: GoFigure): Partial<MeboOptions> {
  return {
    startTimeUs: BigInt(startTimeUs),
    timestampEncoding: timestamps,
    valueEncoding: values,
    timestampCompression: compression,
    valueCompression: compression,
  };
}

export function bytesPerPoint(blobs: readonly Uint8Array[], points: number): number {
  return blobs.reduce((bytes, { length }) => bytes + length, 0) / points;
}

/** Nanoseconds of CPU that a run takes once warm. The system counts CPU in steps of milliseconds, hence many runs. */
function cpuNs(act: () => unknown): number {
  const warmUpUs = cpuUs();
  while (cpuUs() - warmUpUs < 50_000) act();
  const startUs = cpuUs();
  let runs = 0;
  for (; cpuUs() - startUs < 200_000; runs++) act();
  return ((cpuUs() - startUs) * 1000) / runs;
}

function cpuUs(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

function encodingRows(metrics: readonly MeboInput[]): string[][] {
  const points = metrics.reduce((sum, { values }) => sum + values.length, 0);
  return goFigures.map((figure) => {
    const options = optionsOf(figure);
    const blob = encodeMebo(metrics, options);
    const blobs = metrics.map((metric) => encodeMebo([metric], options));
    const millionsPerSecond = (act: () => unknown): string => ((points / cpuNs(act)) * 1000).toFixed(1);
    return [
      `${figure.timestamps} / ${figure.values} / ${figure.compression}`,
      bytesPerPoint([blob], points).toFixed(3),
      figure.oneBlob.toFixed(2),
      bytesPerPoint(blobs, points).toFixed(3),
      figure.manyBlobs.toFixed(2),
      millionsPerSecond(() => encodeMebo(metrics, options)),
      millionsPerSecond(() => decodeMebo(blob)),
    ];
  });
}

function sharedRows(metrics: readonly MeboInput[]): string[][] {
  const timesUs = metrics[0]?.timesUs ?? new BigInt64Array();
  const together = metrics.map((metric) => ({ ...metric, timesUs }));
  const points = metrics.reduce((sum, { values }) => sum + values.length, 0);
  return (['chimp', 'alp', 'gorilla'] as const).map((valueEncoding) => {
    const blob = encodeMebo(together, { valueEncoding, sharedTimestamps: true });
    return [
      `shared delta / ${valueEncoding} / none`,
      bytesPerPoint([blob], points).toFixed(3),
      goSharedFigures[valueEncoding].toFixed(2),
    ];
  });
}

/** Contexts of the reference workload's size (DESIGN, speed), of recorded wafers. */
function contexts(metrics: readonly MeboInput[]): Series[][] {
  const all: Series[][] = [];
  for (let w = 0; w + seriesOfContext <= metrics.length; w += seriesOfContext) {
    const timesUs = Float64Array.from(
      { length: pointsOfContext },
      (_none, i) => startTimeUs + w * 1.2e9 + i * 1e7,
    );
    all.push(
      metrics
        .slice(w, w + seriesOfContext)
        .map(({ values }, s) => ({ svid: s + 1, timesUs, values: values.subarray(0, pointsOfContext) })),
    );
  }
  return all;
}

function tchartRows(metrics: readonly MeboInput[]): string[][] {
  const own = contexts(metrics);
  const points = own.reduce((sum, series) => sum + pointCount(series), 0);
  const codecs: readonly (readonly [string, ChartCodec])[] = [
    ['T-chart, our own', tchartCodec],
    ['T-chart, Mebo: ALP, zstd', meboTChartCodec],
    ['T-chart, Mebo: ALP, S2', variant('alp', 's2')],
    ['T-chart, Mebo: Chimp, S2', variant('chimp', 's2')],
    ['T-chart, Mebo: Chimp', variant('chimp', 'none')],
  ];
  return codecs.map(([name, codec]) => {
    const blobs = own.map((series) => codec.encode(series));
    const microseconds = (act: () => unknown): string => (cpuNs(act) / 1000 / own.length).toFixed(0);
    return [
      name,
      bytesPerPoint(blobs, points).toFixed(3),
      microseconds(() => own.map((series) => codec.encode(series))),
      microseconds(() => blobs.map((blob) => codec.decode(blob))),
    ];
  });
}

function variant(valueEncoding: ValueEncoding, compression: Compression): ChartCodec {
  return meboCodec({
    valueEncoding,
    timestampCompression: compression,
    valueCompression: compression,
    sharedTimestamps: true,
  });
}

/** Rows of a label and its columns, headings among them. Sizes are exact; speeds are of this machine, per
 * second of CPU. */
export function benchCharts(): readonly (readonly [string, ...string[]])[] {
  const metrics = waferMetrics();
  const rows = [
    ['600 wafers; bytes a point', 'one blob', 'in Go', 'a blob each', 'in Go', 'encode M/s', 'decode M/s'],
    ...encodingRows(metrics),
    ...sharedRows(metrics),
    ['contexts of 10 × 120 points', 'bytes a point', 'encode µs', 'decode µs'],
    ...tchartRows(metrics),
  ];
  return rows.map(([label, ...columns]) => [label ?? '', ...columns]);
}

if (import.meta.main) {
  for (const [label, ...columns] of benchCharts()) {
    console.log(`${label.padEnd(32)}${columns.map((column) => column.padStart(14)).join('')}`);
  }
}
