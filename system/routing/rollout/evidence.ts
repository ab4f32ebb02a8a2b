import type { Colour } from '../../ports/colour.ts';
import type { LabelMatchers, MetricsQueries } from '../../ports/metrics-query.ts';
import { PortError } from '../../ports/errors.ts';
import { canaryCompletionsMetric, requestSecondsMetric, requestsMetric } from '../gateway/meters.ts';
import type { Approval, GateEvidence } from './gates.ts';

/** Names that other components give their metrics. */
const contextsProcessedMetric = 'tfdc_contexts_processed_total';
const leaderMetric = 'tfdc_defender_leader';
const coverageMetric = 'tfdc_assignment_coverage';

/** `increase` never shows less than what was counted; this allows for its rounding only. */
const oneContext = 0.999;

/** What the metrics store knows of a colour, in the words of a gate. */
export class EvidenceReader {
  readonly #queries: MetricsQueries;
  readonly #extrapolationMs: number;

  constructor(queries: MetricsQueries, extrapolationMs: number) {
    this.#queries = queries;
    this.#extrapolationMs = extrapolationMs;
  }

  /**
   * Of the window that ends now. Requests that are the client's own fault or wish (INVALID_ARGUMENT, CANCELLED) count
   * neither as requests nor as errors; everything else but OK is an error, as the tool saw it (delivery F21).
   * `countedTools`: those of which each must have completed a context. Requests and contexts are counted without what
   * `increase` may have added by extrapolation (delivery 87): never more than there were.
   */
  async read(
    colour: Colour,
    windowMs: number,
    countedTools: readonly string[],
    approval: Approval,
  ): Promise<GateEvidence> {
    const requests = { colour, role: 'canary' };
    const all = await this.#increase(requestsMetric, requests, windowMs);
    const succeeded = await this.#increase(requestsMetric, { ...requests, code: 'OK' }, windowMs);
    const invalid = await this.#increase(requestsMetric, { ...requests, code: 'INVALID_ARGUMENT' }, windowMs);
    const cancelled = await this.#increase(requestsMetric, { ...requests, code: 'CANCELLED' }, windowMs);
    const counted = all === undefined ? undefined : all - (invalid ?? 0) - (cancelled ?? 0);
    const errorRate =
      counted === undefined || succeeded === undefined || counted <= 0
        ? undefined
        : Math.max(0, (counted - succeeded) / counted);
    const p95Seconds = await this.#ask({
      kind: 'quantile',
      quantile: 0.95,
      name: requestSecondsMetric,
      labels: { colour },
      windowMs,
    });
    const toolsWithoutContext: string[] = [];
    for (const tool of countedTools) {
      const contexts = await this.#increase(canaryCompletionsMetric, { tool }, windowMs);
      if (contexts === undefined || contexts < oneContext) toolsWithoutContext.push(tool);
    }
    return {
      requests: this.#atLeast(counted, windowMs),
      errorRate,
      p95Ms: p95Seconds === undefined ? undefined : p95Seconds * 1000,
      contexts: this.#atLeast(await this.#increase(contextsProcessedMetric, { colour }, windowMs), windowMs),
      toolsWithoutContext,
      approval,
    };
  }

  /** Undefined when the colour has a leader and it has assigned enough, else what is missing (delivery F55). */
  async lacksAssignment(colour: Colour, minCoverage: number): Promise<string | undefined> {
    const leaders = await this.#ask({ kind: 'gauge', name: leaderMetric, labels: { colour } });
    if (leaders === undefined || leaders < 1) return `no leader among the Defenders of ${colour}`;
    // A leader that has just lost its place may still be shown; each then counts with its own coverage.
    const coverage = await this.#ask({ kind: 'gauge', name: coverageMetric, labels: { colour } });
    return coverage === undefined || coverage < minCoverage * leaders
      ? `assignment coverage of ${colour} is ${coverage === undefined ? 'unknown' : coverage.toFixed(3)}`
      : undefined;
  }

  /** True when no request was routed to the colour in the window, in whatever role; no word of the store is no proof. */
  async isQuiet(colour: Colour, windowMs: number): Promise<boolean> {
    const requests = await this.#increase(requestsMetric, { colour }, windowMs);
    return requests !== undefined && requests === 0;
  }

  #atLeast(increase: number | undefined, windowMs: number): number | undefined {
    const sampledShare = Math.max(0, 1 - this.#extrapolationMs / windowMs);
    return increase === undefined ? undefined : Math.round(increase * sampledShare);
  }

  async #increase(name: string, labels: LabelMatchers, windowMs: number): Promise<number | undefined> {
    return await this.#ask({ kind: 'increase', name, labels, windowMs });
  }

  async #ask(query: Parameters<MetricsQueries['evaluate']>[0]): Promise<number | undefined> {
    try {
      const value = await this.#queries.evaluate(query);
      return value !== undefined && Number.isFinite(value) ? value : undefined;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return undefined;
    }
  }
}
