import { PortError } from '../../system/ports/errors.ts';
import type { LabelMatchers, MetricsQueries, MetricsQuery } from '../../system/ports/metrics-query.ts';
import { hashText, type Kernel, type SimProcess } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import { bucketQuantile } from './bucket-quantile.ts';
import { emptyRun, extrapolatedIncrease, type SampleRun } from './extrapolation.ts';
import { MetricsClient } from './metrics-client.ts';
import { seriesKey } from './pod-telemetry.ts';
import { evaluatePromql } from './promql/evaluate.ts';
import { parsePromQuery } from './promql/parser.ts';
import { promLabels, type PromPoint, type PromSeries } from './promql/series.ts';
import type { PromValue } from './promql/value.ts';
import { SampleBlock } from './sample-block.ts';
import { labelsOf, type ScrapeTarget, type TargetSpec } from './scrape-target.ts';

export interface PrometheusSettings {
  readonly scrapeIntervalMs: number;
  /** The longest window that can be asked for. */
  readonly retentionMs: number;
  /** How old the last sample of a series may be for an instant query. */
  readonly lookbackMs: number;
  readonly queryLatencyMs: { readonly lowMs: number; readonly highMs: number };
  /** After which a caller gives up. */
  readonly queryTimeoutMs: number;
}

export const defaultPrometheusSettings: PrometheusSettings = {
  scrapeIntervalMs: 15_000,
  retentionMs: 45 * 60_000,
  lookbackMs: 5 * 60_000,
  queryLatencyMs: { lowMs: 5, highMs: 50 },
  queryTimeoutMs: 30_000,
};

/** One stored series: the same labels over one or more processes of an instance, oldest first. */
interface StoredSeries {
  readonly upperBound: number | undefined;
  readonly parts: { readonly target: ScrapeTarget; readonly column: number }[];
}

/** What somebody does to scrapes, not to queries. */
export interface ScrapeImpairment {
  /** Whose scrapes: machines of the network. */
  readonly hosts: ReadonlySet<number>;
  /** They get no answer. */
  readonly fail: boolean;
  /** They are made so much later than they are due. */
  readonly lateMs: number;
}

/** One in force. */
export interface ScrapeHindrance {
  /** Scrapes that were hit until now. */
  readonly hits: number;
  lift(): void;
}

interface Hindering extends ScrapeImpairment {
  hits: number;
}

interface Selection {
  readonly version: number;
  readonly series: readonly StoredSeries[];
}

/**
 * A metrics store that scrapes and answers as Prometheus 3 does (delivery 87–93; windows are open at their start).
 * A sample that is not newer than the last of its series is dropped, as where its clock was set back.
 *
 * Not modelled: the time a scrape takes (a target is read at one instant, or fails at once), recording rules, native histograms, a restart that loses the head.
 */
export class Prometheus {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly settings: PrometheusSettings;
  /** Its machine in the network: faults cut it off as any other. */
  readonly host: number;
  /** Scrapes that read a target, and those that failed. */
  scrapes = 0;
  failedScrapes = 0;
  readonly #slots: number;
  readonly #targets = new Set<ScrapeTarget>();
  readonly #current = new Map<string, ScrapeTarget>();
  readonly #selections = new Map<string, Selection>();
  readonly #run: SampleRun;
  /** Changes when a series appears or a target goes, which makes selections void. */
  #version = 0;
  #outage = false;
  #clockOffsetMs = 0;
  readonly #hindering = new Set<Hindering>();

  constructor(kernel: Kernel, network: Network, settings: PrometheusSettings = defaultPrometheusSettings) {
    this.kernel = kernel;
    this.network = network;
    this.settings = settings;
    this.host = network.addHost('prometheus');
    this.#slots = Math.ceil(settings.retentionMs / settings.scrapeIntervalMs) + 2;
    this.#run = emptyRun(this.#slots * 2);
  }

  /** Scrapes a process from the next time that is due for its instance until it dies. */
  addTarget(spec: TargetSpec): void {
    const predecessor = this.#current.get(spec.instance);
    if (predecessor !== undefined) predecessor.replaced = true;
    const target: ScrapeTarget = {
      spec,
      block: new SampleBlock(this.#slots, spec.telemetry.series.length),
      predecessor,
      replaced: false,
      storedLabels: [],
    };
    this.#targets.add(target);
    this.#current.set(spec.instance, target);
    const periodUs = this.settings.scrapeIntervalMs * 1000;
    const offsetUs = (hashText(spec.instance) % this.settings.scrapeIntervalMs) * 1000;
    const rounds = Math.floor((this.kernel.nowUs - offsetUs) / periodUs) + 1;
    this.kernel.at(offsetUs + Math.max(0, rounds) * periodUs, Prometheus.#scrape, this, target);
  }

  /** While it is out nothing is scraped and every query is refused. */
  setOutage(on: boolean): void {
    this.#outage = on;
  }

  /** Sets its clock, forward or back where negative: samples and windows follow it (delivery F39). */
  stepClock(stepMs: number): void {
    this.#clockOffsetMs += stepMs;
  }

  /** Hinders scrapes until it is lifted. */
  hinder(impairment: ScrapeImpairment): ScrapeHindrance {
    const hindering: Hindering = { ...impairment, hits: 0 };
    const all = this.#hindering;
    all.add(hindering);
    return {
      get hits() {
        return hindering.hits;
      },
      lift: () => void all.delete(hindering),
    };
  }

  get outage(): boolean {
    return this.#outage;
  }

  get targetCount(): number {
    return this.#current.size;
  }

  /** The `MetricsQueries` port of a process on a machine. */
  queriesFor(process: SimProcess, host: number): MetricsQueries {
    return new MetricsClient(this, process, host);
  }

  /** Answers at once, as of now. Throws a `PortError` `invalid` for a window that is longer than what is kept. */
  evaluate(query: MetricsQuery): number | undefined {
    switch (query.kind) {
      case 'increase':
        return this.#sumOfIncreases(query.name, query.labels, query.windowMs);
      case 'quantile':
        return this.#quantile(query.quantile, query.name, query.labels, query.windowMs);
      case 'gauge':
        return this.#sumOfLatest(query.name, query.labels);
    }
  }

  /**
   * The value of a query as a text, as of now; slower than `evaluate`, which knows three forms only.
   * Throws a `PromSyntaxError` or a `PromQueryError`.
   */
  query(text: string): PromValue {
    const { scrapeIntervalMs, lookbackMs } = this.settings;
    const nowMs = this.#nowMs();
    return evaluatePromql(parsePromQuery(text), nowMs, {
      series: this.storedSeries(),
      queryMs: nowMs,
      lookbackMs,
      evaluationIntervalMs: scrapeIntervalMs,
      deviations: new Set(),
    });
  }

  /** What is stored, one series for each set of labels. */
  storedSeries(): readonly PromSeries[] {
    const found = new Map<string, PromSeries & { readonly points: PromPoint[] }>();
    for (const target of this.#targets) {
      for (let column = 0; column < target.block.width; column++) {
        const name = target.spec.telemetry.series[column]?.name ?? '';
        const labels = labelsOf(target, column);
        const key = seriesKey(name, labels);
        const series = found.get(key) ?? {
          labels: promLabels(Object.entries({ ...labels, __name__: name })),
          points: [],
        };
        found.set(key, series);
        target.block.pointsInto(column, series.points);
      }
    }
    return [...found.values()];
  }

  static #scrape(prometheus: Prometheus, target: ScrapeTarget): void {
    if (target.replaced) {
      prometheus.#expire(target);
      return;
    }
    const { kernel, settings } = prometheus;
    const alive = target.spec.process.alive;
    if (!prometheus.#outage) prometheus.#readInTime(target);
    if (alive) {
      kernel.after(settings.scrapeIntervalMs * 1000, Prometheus.#scrape, prometheus, target);
    } else {
      prometheus.#current.delete(target.spec.instance);
      prometheus.#expire(target);
    }
  }

  /** By its own clock. */
  #nowMs(): number {
    return this.kernel.nowUs / 1000 + this.#clockOffsetMs;
  }

  #readInTime(target: ScrapeTarget): void {
    if (this.#hindering.size === 0) {
      this.#read(target, this.#nowMs(), true);
      return;
    }
    let lateMs = 0;
    let reached = true;
    for (const hindering of this.#hindering) {
      if (!hindering.hosts.has(target.spec.host)) continue;
      hindering.hits++;
      lateMs += hindering.lateMs;
      if (hindering.fail) reached = false;
    }
    if (lateMs === 0) this.#read(target, this.#nowMs(), reached);
    else this.kernel.after(lateMs * 1000, Prometheus.#readLate, this, target);
  }

  static #readLate(prometheus: Prometheus, target: ScrapeTarget): void {
    if (!target.replaced && !prometheus.#outage) prometheus.#read(target, prometheus.#nowMs(), true);
  }

  #read(target: ScrapeTarget, nowMs: number, reached: boolean): void {
    const { block, predecessor, spec } = target;
    if (nowMs <= Math.max(block.lastMs, predecessor?.block.lastMs ?? -Infinity)) return;
    if (predecessor !== undefined) {
      // Series that the new process does not have would stay fresh in the old block.
      if (!predecessor.block.empty && !predecessor.block.endsStale) predecessor.block.appendStale(nowMs);
      target.predecessor = undefined;
    }
    const { host, network } = this;
    const answers =
      reached &&
      spec.process.state === 'running' &&
      network.reachable(host, spec.host) &&
      network.reachable(spec.host, host);
    if (answers) {
      const width = block.width;
      block.append(nowMs, spec.telemetry);
      if (block.width !== width) this.#version++;
      this.scrapes++;
    } else {
      if (!block.empty && !block.endsStale) block.appendStale(nowMs);
      this.failedScrapes++;
    }
  }

  /** What a target left behind is forgotten when no window reaches it any more. */
  #expire(target: ScrapeTarget): void {
    this.kernel.after(this.settings.retentionMs * 1000, Prometheus.#forget, this, target);
  }

  static #forget(prometheus: Prometheus, target: ScrapeTarget): void {
    prometheus.#targets.delete(target);
    prometheus.#version++;
  }

  #sumOfIncreases(name: string, labels: LabelMatchers, windowMs: number): number | undefined {
    let sum: number | undefined;
    for (const series of this.#select(name, labels)) {
      const increase = this.#increase(series, windowMs);
      if (increase !== undefined) sum = (sum ?? 0) + increase;
    }
    return sum;
  }

  #quantile(quantile: number, name: string, labels: LabelMatchers, windowMs: number): number | undefined {
    const rates = new Map<number, number>();
    for (const series of this.#select(`${name}_bucket`, labels)) {
      const increase = this.#increase(series, windowMs);
      if (increase === undefined || series.upperBound === undefined) continue;
      const rate = increase / (windowMs / 1000);
      rates.set(series.upperBound, (rates.get(series.upperBound) ?? 0) + rate);
    }
    const result = bucketQuantile(quantile, rates);
    return Number.isNaN(result) ? undefined : result;
  }

  #sumOfLatest(name: string, labels: LabelMatchers): number | undefined {
    const endMs = this.#nowMs();
    const startMs = endMs - this.settings.lookbackMs;
    let sum: number | undefined;
    for (const { parts } of this.#select(name, labels)) {
      const newest = parts.findLast(({ target }) => !target.block.empty);
      const value = newest?.target.block.latest(newest.column, startMs, endMs);
      if (value !== undefined) sum = (sum ?? 0) + value;
    }
    return sum;
  }

  #increase(series: StoredSeries, windowMs: number): number | undefined {
    if (windowMs > this.settings.retentionMs) {
      throw new PortError(`a window of ${windowMs} ms is longer than what is kept`, 'invalid');
    }
    const endMs = this.#nowMs();
    const run = this.#run;
    run.count = 0;
    for (const { target, column } of series.parts) {
      target.block.collect(column, endMs - windowMs, endMs, run);
    }
    return extrapolatedIncrease(run, endMs - windowMs, endMs);
  }

  #select(name: string, matchers: LabelMatchers): readonly StoredSeries[] {
    const key = seriesKey(name, matchers);
    const known = this.#selections.get(key);
    if (known?.version === this.#version) return known.series;
    const found = new Map<string, StoredSeries>();
    for (const target of this.#targets) {
      const { series } = target.spec.telemetry;
      const width = target.block.width;
      for (let column = 0; column < width; column++) {
        const exposed = series[column];
        if (exposed?.name !== name) continue;
        const labels = labelsOf(target, column);
        if (!matches(labels, matchers)) continue;
        const identity = seriesKey(name, labels);
        const stored = found.get(identity);
        if (stored === undefined) {
          found.set(identity, { upperBound: exposed.upperBound, parts: [{ target, column }] });
        } else {
          stored.parts.push({ target, column });
        }
      }
    }
    const selection: Selection = { version: this.#version, series: [...found.values()] };
    this.#selections.set(key, selection);
    return selection.series;
  }
}

/** A label that is not there equals the empty text. */
function matches(labels: LabelMatchers, matchers: LabelMatchers): boolean {
  return Object.entries(matchers).every(([key, value]) => (labels[key] ?? '') === value);
}
