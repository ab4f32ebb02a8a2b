import {
  contextIdOf,
  type CompleteRequest,
  type MetricPoints,
  type SendRequest,
} from '../../system/ports/ingest.ts';
import type { UnitKind } from '../../system/ports/completion.ts';
import { unitOf } from '../../system/ports/completion.ts';
import type { UChart } from '../../system/charts/uchart.ts';
import { chartOf } from './context-chart.ts';
import { durationUsOf, requestCountOf, samplesPerRequest, type ContextPlan } from './workload.ts';

/** A context that a tool keeps, with all its readings, until its completion is acknowledged. */
export class OpenContext {
  readonly contextId: string;
  readonly plan: ContextPlan;
  readonly contextSequence: number;
  readonly previousSequence: number;
  /** By the tool's own clock. */
  readonly startUs: number;
  /** By true time. */
  readonly startedAtUs: number;
  readonly requestCount: number;
  /** Requests whose readings are there. */
  collected = 0;
  /** Requests 1…`acknowledged` were acknowledged. */
  acknowledged = 0;
  /** Requests that the collector asked for again. */
  missing: number[] = [];
  completeAttempts = 0;
  /** Given up: what is still on its way for it is of no use. */
  dropped = false;
  readonly #tool: string;
  readonly #values: Float64Array;

  constructor(
    tool: string,
    plan: ContextPlan,
    contextSequence: number,
    previousSequence: number,
    startUs: number,
    startedAtUs: number,
  ) {
    this.#tool = tool;
    this.contextId = contextIdOf(tool, contextSequence);
    this.plan = plan;
    this.contextSequence = contextSequence;
    this.previousSequence = previousSequence;
    this.startUs = startUs;
    this.startedAtUs = startedAtUs;
    this.requestCount = requestCountOf(plan);
    this.#values = new Float64Array(plan.svids.length * plan.sampleCount);
  }

  get ended(): boolean {
    return this.collected === this.requestCount;
  }

  /** Points of the requests that are collected. */
  get points(): number {
    return this.plan.svids.length * Math.min(this.plan.sampleCount, this.collected * samplesPerRequest);
  }

  /** True time at which the next request is full, or the context over. */
  get nextDueUs(): number {
    const samples = Math.min(this.plan.sampleCount, (this.collected + 1) * samplesPerRequest);
    return this.startedAtUs + samples * this.plan.samplePeriodUs;
  }

  get endUs(): number {
    return this.startUs + durationUsOf(this.plan);
  }

  collect(): void {
    const from = this.collected * samplesPerRequest;
    this.plan.fill(this.#values, from, Math.min(this.plan.sampleCount, from + samplesPerRequest));
    this.collected++;
  }

  pointsOf(requestSequence: number): number {
    const from = (requestSequence - 1) * samplesPerRequest;
    return this.plan.svids.length * Math.min(samplesPerRequest, this.plan.sampleCount - from);
  }

  /** The same request for the same sequence, however often. Its values are a view: readings once taken never change. */
  sendRequest(requestSequence: number): SendRequest {
    const { plan, startUs } = this;
    const from = (requestSequence - 1) * samplesPerRequest;
    const count = Math.min(samplesPerRequest, plan.sampleCount - from);
    const timesUs = new Float64Array(count);
    for (let index = 0; index < count; index++)
      timesUs[index] = startUs + (from + index) * plan.samplePeriodUs;
    const metrics: MetricPoints[] = [];
    for (let column = 0; column < plan.svids.length; column++) {
      const first = column * plan.sampleCount + from;
      const values = this.#values.subarray(first, first + count);
      metrics.push({ svid: plan.svids[column] ?? 0, timesUs, values });
    }
    return {
      tool: this.#tool,
      chamber: plan.chamber,
      recipe: plan.recipe,
      contextSequence: this.contextSequence,
      requestSequence,
      contextStartUs: startUs,
      metrics,
    };
  }

  completeRequest(): CompleteRequest {
    return {
      tool: this.#tool,
      chamber: this.plan.chamber,
      recipe: this.plan.recipe,
      contextSequence: this.contextSequence,
      previousSequence: this.previousSequence,
      startUs: this.startUs,
      endUs: this.endUs,
      requestCount: this.requestCount,
    };
  }

  chart(unitKind: UnitKind): UChart {
    const { contextId, contextSequence, startUs, plan } = this;
    const unit = unitOf(unitKind, this.#tool, plan.chamber);
    return chartOf({ contextId, unit, contextSequence, startUs }, plan, this.#values);
  }
}
