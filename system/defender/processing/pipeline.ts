import { unitOf } from '../../ports/completion.ts';
import { isLearnt, judgeAll, learnAll } from '../../charts/strategies/defence.ts';
import type { DefenceJudgement } from '../../charts/strategies/defence.ts';
import { requalified } from '../../charts/strategies/maintenance.ts';
import type { Limits } from '../../charts/strategies/strategy.ts';
import { pointCount } from '../../charts/series.ts';
import { computeUChart, decodeUChart, encodeUChart, uchartDigest } from '../../charts/uchart.ts';
import type { UChart } from '../../charts/uchart.ts';
import type { CqlSession } from '../../ports/cql.ts';
import type { Process } from '../../ports/process.ts';
import { contextIdOf } from '../../ports/ingest.ts';
import type { ProcessingStage } from '../../ports/system-event.ts';
import type { HistoryCache } from '../cache/history-cache.ts';
import type { Delivery } from '../consumption/delivery.ts';
import type { DefenderMetrics } from '../metrics.ts';
import type { DefenderSettings } from '../settings.ts';
import { takeAlarm } from './alarm.ts';
import { reportFailure, withDependency } from './dependency.ts';
import type { DependencyPorts } from './dependency.ts';
import { ProcessingFailure, ProcessingReleased } from './failure.ts';
import { fetchSeries } from './fetch.ts';
import { isComplete, recentCharts, withEntry } from './history.ts';
import type { History, HistoryEntry, HistoryPlace } from './history.ts';
import type { StoredJudgement } from './judgement.ts';
import { UChartStore } from './uchart-store.ts';

export interface PipelinePorts extends DependencyPorts {
  readonly process: Process;
}

/** A history together with what is known of its gaps. */
interface LoadedHistory {
  readonly history: History;
  readonly isComplete: boolean;
}

interface LearntLimits {
  readonly maintainedUs: number | undefined;
  readonly limits: readonly Limits[];
}

interface Unsettled {
  readonly delivery: Delivery;
  readonly limits: readonly Limits[];
  readonly sinceMs: number;
}

/**
 * From a completion to its stored, judged result: fetch → history → calculate → evaluate → store → cache (delivery
 * R168–R176). What it writes is a function of the context and its history alone, so that doing it twice changes nothing.
 */
export class Pipeline {
  readonly #ports: PipelinePorts;
  readonly #settings: DefenderSettings;
  readonly #session: CqlSession;
  readonly #store: UChartStore;
  readonly #cache: HistoryCache;
  readonly #metrics: DefenderMetrics;
  /** By recipe, and by recipe and unit where a unit had maintenance. */
  readonly #limitsByRecipe = new Map<string, LearntLimits>();
  /** Newest context of each unit and recipe that still is, or has, a provisional one near it. */
  readonly #unsettled = new Map<string, Unsettled>();
  #isRechecking = false;
  #alarmsTried = 0;

  constructor(
    ports: PipelinePorts,
    settings: DefenderSettings,
    session: CqlSession,
    cache: HistoryCache,
    metrics: DefenderMetrics,
  ) {
    this.#ports = ports;
    this.#settings = settings;
    this.#session = session;
    this.#store = new UChartStore(session, settings);
    this.#cache = cache;
    this.#metrics = metrics;
  }

  /** Resolves when result and alarm are durable. Rejects with `ProcessingFailure` or `ProcessingReleased` only. */
  async process(delivery: Delivery): Promise<void> {
    const { completion, contextId, unit } = delivery;
    const { recipe } = completion;
    const { stageCosts } = this.#settings;
    const series = await this.#stage(delivery, 'fetch', () =>
      this.#needs(delivery, 'fetch', () =>
        fetchSeries(this.#session, this.#settings, completion, (failure) =>
          this.#reportUnreadable(delivery, failure),
        ),
      ),
    );
    const limits = await this.#limits(delivery, completion.maintainedUs);
    const loaded = await this.#stage(delivery, 'history', () => this.#loadHistory(delivery));
    const chart = await this.#stage(delivery, 'calculate', async () => {
      await this.#ports.process.work('calculate', stageCosts.calculateMs);
      const { contextSequence, startUs, endUs, maintainedUs } = completion;
      const { stepSvid } = this.#settings;
      const identity = { contextId, unit, recipe, contextSequence, startUs, endUs, maintainedUs };
      return computeUChart({ ...identity, series, stepSvid });
    });
    const judgement = await this.#stage(delivery, 'evaluate', async () => {
      await this.#ports.process.work('evaluate', stageCosts.evaluateMs);
      return this.#judge(limits, loaded.history, completion, chart);
    });
    const provisional = !loaded.isComplete;
    const result = encodeUChart(chart);
    await this.#stage(delivery, 'store', () =>
      this.#storeResult(delivery, result, judgement, provisional, loaded.history),
    );
    this.#reportResult(delivery, chart, pointCount(series), judgement, provisional);
    if (judgement.alarm) await this.#raise(delivery, completion.contextSequence, judgement.score);
    await this.#stage(delivery, 'cache', async () => {
      await this.#ports.process.work('cache', stageCosts.cacheUpdateMs);
      this.#remember(delivery, loaded.history, {
        contextSequence: completion.contextSequence,
        previousSequence: completion.previousSequence,
        endUs: completion.endUs,
        chart,
        bytes: result.length,
        provisional,
      });
    });
    if (provisional || this.#isLate(delivery)) await this.#judgeAgain(delivery, limits);
  }

  /**
   * Looks again at contexts that were judged with a gap, in case the missing one has come by way of the other colour, which
   * cannot know of it when clocks are wrong. Gives up on units that have another owner, and after `recheckForMs`.
   */
  async recheck(): Promise<void> {
    if (this.#isRechecking) return;
    this.#isRechecking = true;
    const untilMs = this.#ports.clock.monotonicMs() - this.#settings.recheckForMs;
    for (const [key, { delivery, limits, sinceMs }] of this.#unsettled) {
      if (delivery.owner.isReleased || delivery.isAborted || sinceMs < untilMs) this.#unsettled.delete(key);
      else await this.#judgeAgain(delivery, limits).catch(passRelease);
    }
    this.#isRechecking = false;
  }

  async #stage<T>(delivery: Delivery, stage: ProcessingStage, work: () => Promise<T>): Promise<T> {
    if (delivery.isAborted) throw new ProcessingReleased(delivery.contextId);
    const { clock, telemetry } = this.#ports;
    const startedMs = clock.monotonicMs();
    const outcome = await work();
    telemetry.event({
      kind: 'processing.stage',
      colour: this.#settings.colour,
      contextId: delivery.contextId,
      stage,
      durationMs: clock.monotonicMs() - startedMs,
    });
    return outcome;
  }

  #needs<T>(delivery: Delivery, stage: ProcessingStage, step: () => Promise<T>): Promise<T> {
    return withDependency(this.#ports, this.#settings, this.#ports.process.name, delivery, stage, step);
  }

  /** Learnt once a recipe, and anew for a unit after its maintenance; asked for again while too few contexts are qualified. */
  async #limits(delivery: Delivery, maintainedUs: number | undefined): Promise<readonly Limits[]> {
    const { recipe } = delivery.completion;
    const key = maintainedUs === undefined ? recipe : `${recipe}\n${delivery.unit}`;
    const known = this.#limitsByRecipe.get(key);
    if (known !== undefined && known.maintainedUs === maintainedUs) return known.limits;
    const { strategies, learnLimits } = this.#settings;
    const qualified = await this.#needs(delivery, 'history', () => this.#store.readQualified(recipe));
    const limits =
      maintainedUs === undefined
        ? learnLimits(recipe, strategies, qualified)
        : learnAll(strategies, requalified(qualified.map(decodeUChart), delivery.unit, maintainedUs));
    if (isLearnt(limits)) this.#limitsByRecipe.set(key, { maintainedUs, limits });
    return limits;
  }

  /**
   * From the cache where that has no gap, else from the store: the other colour may have processed contexts in between. A
   * unit's first context of a recipe has no history to look up.
   */
  async #loadHistory(delivery: Delivery): Promise<LoadedHistory> {
    const { completion, unit } = delivery;
    const { historyLength, policies, stageCosts } = this.#settings;
    const cached = this.#cache.get(policies.cacheKey(unit, completion.recipe));
    if (cached === undefined && completion.previousSequence === 0) return { history: [], isComplete: true };
    const isHit = cached !== undefined && policies.isCacheUsable(cached, completion, historyLength);
    (isHit ? this.#metrics.cacheHits : this.#metrics.cacheMisses).add(1);
    const { process, telemetry } = this.#ports;
    telemetry.event({
      kind: 'cache.lookup',
      colour: this.#settings.colour,
      pod: process.name,
      hit: isHit,
    });
    if (isHit) {
      await process.work('history', stageCosts.cacheHitMs);
      return { history: cached, isComplete: true };
    }
    const history = await this.#needs(delivery, 'history', () =>
      this.#store.readHistory(unit, completion.recipe, completion, false),
    );
    return { history, isComplete: isComplete(history, completion, historyLength) };
  }

  #judge(limits: readonly Limits[], history: History, place: HistoryPlace, chart: UChart): DefenceJudgement {
    const recent = recentCharts(history, place, this.#settings.historyLength);
    return judgeAll(this.#settings.strategies, limits, recent, chart);
  }

  async #storeResult(
    delivery: Delivery,
    result: Uint8Array,
    judgement: DefenceJudgement,
    provisional: boolean,
    history: History,
  ): Promise<void> {
    const { completion, unit } = delivery;
    const known = recentCharts(history, completion, this.#settings.historyLength).length;
    await this.#needs(delivery, 'store', () =>
      this.#store.writeResult(
        unit,
        completion.recipe,
        completion,
        result,
        toStored(judgement, provisional, completion.previousSequence),
        known,
        this.#ports.clock.wallUs(),
      ),
    );
  }

  /** The chunks are there, so no attempt is lost. */
  #reportUnreadable(delivery: Delivery, failure: ProcessingFailure): void {
    const { name } = this.#ports.process;
    reportFailure(this.#ports, this.#settings, name, delivery, 'fetch', failure.message, 0);
  }

  #reportResult(
    delivery: Delivery,
    chart: UChart,
    points: number,
    judgement: DefenceJudgement,
    provisional: boolean,
  ): void {
    const { process, telemetry } = this.#ports;
    telemetry.event({
      kind: 'uchart.stored',
      colour: this.#settings.colour,
      pod: process.name,
      tool: delivery.completion.tool,
      unit: unitOf(this.#settings.unitKind, delivery.completion.tool, delivery.completion.chamber),
      contextId: delivery.contextId,
      digest: uchartDigest(chart),
      points,
    });
    this.#reportJudgement(delivery, delivery.contextId, judgement, provisional, false);
  }

  #reportJudgement(
    delivery: Delivery,
    contextId: string,
    judgement: DefenceJudgement,
    provisional: boolean,
    rejudged: boolean,
  ): void {
    this.#ports.telemetry.event({
      kind: 'alarm.judged',
      colour: this.#settings.colour,
      tool: delivery.completion.tool,
      contextId,
      alarm: judgement.alarm,
      score: judgement.score,
      startup: judgement.startup,
      provisional,
      rejudged,
      strategies: judgement.alarm ? [judgement.strategy] : [],
    });
  }

  async #raise(delivery: Delivery, contextSequence: number, score: number): Promise<void> {
    const { clock, process, telemetry } = this.#ports;
    const { tool } = delivery.completion;
    const ownerToken = `${process.uid}:${this.#alarmsTried++}`;
    const effective = await this.#needs(delivery, 'store', () =>
      takeAlarm(this.#session, this.#settings, tool, contextSequence, ownerToken, clock.wallMs(), score),
    );
    telemetry.event({
      kind: 'alarm.raised',
      colour: this.#settings.colour,
      tool,
      contextId: contextIdOf(tool, contextSequence),
      effective,
    });
  }

  /** A unit that has another owner by now must not come back into the cache. */
  #remember(delivery: Delivery, history: History, entry: HistoryEntry): void {
    if (delivery.owner.isReleased || delivery.isAborted) return;
    const { historyLength, policies } = this.#settings;
    const key = policies.cacheKey(delivery.unit, delivery.completion.recipe);
    this.#cache.put(key, delivery.unit, withEntry(history, entry, historyLength));
  }

  /** Later contexts may have been judged without this one, here or by the other colour (PRODUCT, history). */
  #isLate(delivery: Delivery): boolean {
    const ageMs = this.#ports.clock.wallMs() - delivery.completion.endUs / 1000;
    return ageMs > this.#settings.lateAfterMs || delivery.message.deliveryCount > 1;
  }

  /**
   * Judges provisional contexts again whose history is complete now. It reads after the own result was stored, so of two
   * contexts that are processed at the same time at least one sees the other.
   */
  async #judgeAgain(delivery: Delivery, limits: readonly Limits[]): Promise<void> {
    const { completion, unit } = delivery;
    const { recipe } = completion;
    const { historyLength, policies } = this.#settings;
    const history = await this.#needs(delivery, 'history', () =>
      this.#store.readHistory(unit, recipe, completion, true),
    );
    const settled: HistoryEntry[] = [];
    for (const entry of history) {
      if (!entry.provisional || !isComplete(history, entry, historyLength)) {
        settled.push(entry);
        continue;
      }
      const { maintainedUs } = entry.chart;
      const isSameMachine = maintainedUs === completion.maintainedUs;
      const own = isSameMachine ? limits : await this.#limits(delivery, maintainedUs);
      const judgement = this.#judge(own, history, entry, entry.chart);
      const stored = toStored(judgement, false, entry.previousSequence);
      await this.#needs(delivery, 'store', () =>
        this.#store.writeJudgement(unit, recipe, entry, stored, this.#ports.clock.wallUs()),
      );
      this.#reportJudgement(delivery, entry.chart.contextId, judgement, false, true);
      if (judgement.alarm) await this.#raise(delivery, entry.contextSequence, judgement.score);
      settled.push({ ...entry, provisional: false });
    }
    if (delivery.owner.isReleased || delivery.isAborted) return;
    const key = policies.cacheKey(unit, recipe);
    this.#cache.put(key, unit, settled.slice(-historyLength));
    if (settled.every(({ provisional }) => !provisional)) this.#unsettled.delete(key);
    else if (this.#unsettled.get(key)?.delivery !== delivery) {
      this.#unsettled.set(key, { delivery, limits, sinceMs: this.#ports.clock.monotonicMs() });
    }
  }
}

/** Work that was let go of, or failed on data that will be looked at again. */
function passRelease(error: unknown): void {
  if (!(error instanceof ProcessingReleased || error instanceof ProcessingFailure)) throw error;
}

function toStored(
  judgement: DefenceJudgement,
  provisional: boolean,
  previousSequence: number,
): StoredJudgement {
  const { alarm, startup, score, limit, strategy } = judgement;
  return { alarm, startup, score, limit, strategy, provisional, previousSequence };
}
