import type { SystemEvent } from '../../system/ports/system-event.ts';
import type { Counter, Gauge, Histogram, Labels, Telemetry } from '../../system/ports/telemetry.ts';

/** One time series that a process exposes. */
export interface ExposedSeries {
  readonly name: string;
  readonly labels: Labels;
  /** Upper bound, where the series is a bucket of a histogram. */
  readonly upperBound: number | undefined;
}

/** Where the buckets of a histogram lie; they are counted one by one and added up when scraped. */
interface BucketRange {
  readonly first: number;
  /** The bucket of +Inf. */
  readonly last: number;
}

type Kind = 'counter' | 'gauge' | 'histogram';

interface Registered {
  readonly kind: Kind;
  readonly instrument: Counter | Gauge | Histogram;
}

/**
 * The `Telemetry` port of one process. All series lie in one flat array, which a scrape copies; events go on to the
 * history at once. Using a name with other kinds of instruments is a `RangeError`.
 */
export class PodTelemetry implements Telemetry {
  readonly series: ExposedSeries[] = [];
  readonly #source: string;
  readonly #record: (source: string, event: SystemEvent) => void;
  readonly #registered = new Map<string, Registered>();
  readonly #bucketRanges: BucketRange[] = [];
  #values = new Float64Array(64);

  constructor(source: string, record: (source: string, event: SystemEvent) => void) {
    this.#source = source;
    this.#record = record;
  }

  counter(name: string, labels: Labels): Counter {
    return this.#register('counter', name, labels, () => new Cell(this, this.#add(name, labels)));
  }

  gauge(name: string, labels: Labels): Gauge {
    return this.#register('gauge', name, labels, () => new Cell(this, this.#add(name, labels)));
  }

  histogram(name: string, labels: Labels, bucketBounds: readonly number[]): Histogram {
    return this.#register('histogram', name, labels, () => {
      const finite = bucketBounds.filter((bound) => bound !== Infinity);
      const first = this.series.length;
      for (const bound of finite) this.#add(`${name}_bucket`, { ...labels, le: String(bound) }, bound);
      const last = this.#add(`${name}_bucket`, { ...labels, le: '+Inf' }, Infinity);
      this.#bucketRanges.push({ first, last });
      const sum = this.#add(`${name}_sum`, labels);
      const count = this.#add(`${name}_count`, labels);
      return new Buckets(this, Float64Array.from(finite), first, sum, count);
    });
  }

  event(event: SystemEvent): void {
    this.#record(this.#source, event);
  }

  /** Writes what a scrape would read now, one value a series, from `offset` on. */
  exposeInto(target: Float64Array, offset: number): void {
    target.set(this.#values.subarray(0, this.series.length), offset);
    for (const { first, last } of this.#bucketRanges) {
      for (let index = offset + first + 1; index <= offset + last; index++) {
        target[index] = (target[index] as number) + (target[index - 1] as number);
      }
    }
  }

  /** Only for the instruments. */
  increase(index: number, amount: number): void {
    this.#values[index] = (this.#values[index] as number) + amount;
  }

  /** Only for the instruments. */
  set(index: number, value: number): void {
    this.#values[index] = value;
  }

  #add(name: string, labels: Labels, upperBound?: number): number {
    const index = this.series.length;
    if (index === this.#values.length) {
      const values = new Float64Array(index * 2);
      values.set(this.#values);
      this.#values = values;
    }
    this.series.push({ name, labels: { ...labels }, upperBound });
    return index;
  }

  #register<T extends Counter | Gauge | Histogram>(
    kind: Kind,
    name: string,
    labels: Labels,
    make: () => T,
  ): T {
    const key = seriesKey(name, labels);
    const known = this.#registered.get(key);
    if (known !== undefined) {
      if (known.kind !== kind) throw new RangeError(`${name} is a ${known.kind} and no ${kind}`);
      return known.instrument as T;
    }
    const instrument = make();
    this.#registered.set(key, { kind, instrument });
    return instrument;
  }
}

/** Name and labels as one text; the order in which labels were written does not matter. */
export function seriesKey(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return JSON.stringify([name, pairs]);
}

class Cell implements Counter, Gauge {
  readonly #telemetry: PodTelemetry;
  readonly #index: number;

  constructor(telemetry: PodTelemetry, index: number) {
    this.#telemetry = telemetry;
    this.#index = index;
  }

  add(amount: number): void {
    this.#telemetry.increase(this.#index, amount);
  }

  set(value: number): void {
    this.#telemetry.set(this.#index, value);
  }
}

class Buckets implements Histogram {
  readonly #telemetry: PodTelemetry;
  readonly #bounds: Float64Array;
  readonly #first: number;
  readonly #sum: number;
  readonly #count: number;

  constructor(telemetry: PodTelemetry, bounds: Float64Array, first: number, sum: number, count: number) {
    this.#telemetry = telemetry;
    this.#bounds = bounds;
    this.#first = first;
    this.#sum = sum;
    this.#count = count;
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let bucket = 0;
    while (bucket < bounds.length && (bounds[bucket] as number) < value) bucket++;
    this.#telemetry.increase(this.#first + bucket, 1);
    this.#telemetry.increase(this.#sum, value);
    this.#telemetry.increase(this.#count, 1);
  }
}
