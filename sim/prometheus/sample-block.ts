import type { PodTelemetry } from './pod-telemetry.ts';
import type { SampleRun } from './extrapolation.ts';
import type { PromPoint } from './promql/series.ts';

/**
 * What was scraped from one process: a ring of rows, one a scrape, with one column a series. A row may be a staleness
 * marker for all series (delivery 89); series that appeared later are absent from earlier rows.
 */
export class SampleBlock {
  readonly #slots: number;
  readonly #timesMs: Float64Array;
  readonly #stale: Uint8Array;
  /** Series in each row. */
  readonly #widths: Uint32Array;
  #columns: number;
  #values: Float64Array;
  #next = 0;
  #rows = 0;

  constructor(slots: number, columns: number) {
    this.#slots = slots;
    this.#columns = Math.max(1, columns);
    this.#timesMs = new Float64Array(slots);
    this.#stale = new Uint8Array(slots);
    this.#widths = new Uint32Array(slots);
    this.#values = new Float64Array(slots * this.#columns);
  }

  get empty(): boolean {
    return this.#rows === 0;
  }

  /** The last row is a staleness marker. */
  get endsStale(): boolean {
    return this.#rows > 0 && this.#stale[this.#slot(this.#rows - 1)] === 1;
  }

  /** When it was scraped last, stale or not; -Infinity: never. */
  get lastMs(): number {
    return this.#rows === 0 ? -Infinity : (this.#timesMs[this.#slot(this.#rows - 1)] as number);
  }

  /** Series that were ever scraped. */
  get width(): number {
    return this.#rows === 0 ? 0 : (this.#widths[this.#slot(this.#rows - 1)] as number);
  }

  append(timeMs: number, telemetry: PodTelemetry): void {
    const width = telemetry.series.length;
    if (width > this.#columns) this.#widen(width);
    const slot = this.#claim(timeMs, width, 0);
    telemetry.exposeInto(this.#values, slot * this.#columns);
  }

  appendStale(timeMs: number): void {
    this.#claim(timeMs, this.width, 1);
  }

  /** Appends the samples of one series in (startMs, endMs] to `run`; staleness markers are no samples. */
  collect(column: number, startMs: number, endMs: number, run: SampleRun): void {
    for (let row = this.#firstRowAfter(startMs); row < this.#rows; row++) {
      const slot = this.#slot(row);
      const timeMs = this.#timesMs[slot] as number;
      if (timeMs > endMs) return;
      if (this.#stale[slot] === 1 || column >= (this.#widths[slot] as number)) continue;
      run.timesMs[run.count] = timeMs;
      run.values[run.count] = this.#values[slot * this.#columns + column] as number;
      run.count++;
    }
  }

  /** The last sample of one series in (startMs, endMs], unless a staleness marker is newer. */
  latest(column: number, startMs: number, endMs: number): number | undefined {
    const after = this.lastMs <= endMs ? this.#rows : this.#firstRowAfter(endMs);
    if (after === 0) return undefined;
    const slot = this.#slot(after - 1);
    if (this.#stale[slot] === 1 || (this.#timesMs[slot] as number) <= startMs) return undefined;
    if (column >= (this.#widths[slot] as number)) return undefined;
    return this.#values[slot * this.#columns + column] as number;
  }

  /** Appends all of one series, staleness markers too. */
  pointsInto(column: number, points: PromPoint[]): void {
    for (let row = 0; row < this.#rows; row++) {
      const slot = this.#slot(row);
      if (column >= (this.#widths[slot] as number)) continue;
      const value = this.#stale[slot] === 1 ? undefined : this.#values[slot * this.#columns + column];
      points.push({ timeMs: this.#timesMs[slot] as number, value });
    }
  }

  /** Slot of a row, counted from the oldest one kept. */
  #slot(row: number): number {
    return (this.#next - this.#rows + row + this.#slots) % this.#slots;
  }

  #claim(timeMs: number, width: number, stale: number): number {
    const slot = this.#next;
    this.#next = (slot + 1) % this.#slots;
    if (this.#rows < this.#slots) this.#rows++;
    this.#timesMs[slot] = timeMs;
    this.#widths[slot] = width;
    this.#stale[slot] = stale;
    return slot;
  }

  #firstRowAfter(timeMs: number): number {
    let low = 0;
    let high = this.#rows;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#timesMs[this.#slot(middle)] as number) > timeMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  #widen(width: number): void {
    const columns = Math.max(width, this.#columns * 2);
    const values = new Float64Array(this.#slots * columns);
    for (let slot = 0; slot < this.#slots; slot++) {
      const start = slot * this.#columns;
      values.set(this.#values.subarray(start, start + this.#columns), slot * columns);
    }
    this.#values = values;
    this.#columns = columns;
  }
}
