import { chunkCodec } from '../charts/chunk-codec.ts';
import { pointCount } from '../charts/series.ts';
import type { Clock } from '../ports/clock.ts';
import type { CqlRow, CqlSession } from '../ports/cql.ts';
import { contextIdOf } from '../ports/ingest.ts';
import type { MetricPoints, SendRequest } from '../ports/ingest.ts';
import type { Random } from '../ports/random.ts';
import { ingestTrailers } from '../ports/ingest-trailers.ts';
import type { RpcCall, RpcMetadata, RpcOutcome } from '../ports/rpc.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Admission } from './admission.ts';
import { chunkRow, writeChunk } from './chunk-store.ts';
import type { CollectorMeters } from './meters.ts';
import type { Outcomes } from './outcomes.ts';
import { clockAheadMs, isSendRequest, metricFault, sendFault } from './request-check.ts';
import { backOffMs, isWorthRetrying } from './retry.ts';
import type { CollectorSettings } from './settings.ts';

export interface SendPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
}

/** One Send between its arrival and its answer. */
interface PendingSend {
  readonly request: SendRequest;
  readonly row: CqlRow;
  readonly points: number;
  readonly bytes: number;
  /** By the monotonic clock. */
  readonly startMs: number;
  readonly deadlineMs: number;
  readonly success: RpcOutcome;
  readonly reply: (outcome: RpcOutcome) => void;
  attempt: number;
  answered: boolean;
}

/**
 * Send: check, encode, store at quorum, answer (delivery R3, R4; PRODUCT, storing). The hottest path of the system: one
 * promise chain a request. A write that failed or stayed without an answer is repeated within the caller's deadline; it
 * is the same upsert each time. Nothing is kept after the answer.
 */
export class SendHandler {
  readonly #ports: SendPorts;
  readonly #session: CqlSession;
  readonly #settings: CollectorSettings;
  readonly #admission: Admission;
  readonly #outcomes: Outcomes;
  readonly #meters: CollectorMeters;

  constructor(
    ports: SendPorts,
    session: CqlSession,
    settings: CollectorSettings,
    admission: Admission,
    outcomes: Outcomes,
    meters: CollectorMeters,
  ) {
    this.#ports = ports;
    this.#session = session;
    this.#settings = settings;
    this.#admission = admission;
    this.#outcomes = outcomes;
    this.#meters = meters;
  }

  handle(call: RpcCall, reply: (outcome: RpcOutcome) => void): void {
    const startMs = this.#ports.clock.monotonicMs();
    const refusal = this.#admit(call, startMs, reply);
    if (refusal === undefined) return;
    this.#meters.answered(refusal.status, this.#ports.clock.monotonicMs() - startMs);
    reply(refusal);
  }

  /** Starts the work, or says why not. */
  #admit(call: RpcCall, startMs: number, reply: (outcome: RpcOutcome) => void): RpcOutcome | undefined {
    const request = call.request;
    if (!isSendRequest(request)) return this.#outcomes.invalid('malformed');
    const fault = sendFault(request, call.metadata, this.#settings);
    if (fault !== undefined) return this.#outcomes.invalid(fault);

    let metrics: readonly MetricPoints[] = request.metrics;
    let flags: RpcMetadata | undefined;
    if (metrics.some(isFaulty)) {
      flags = { [ingestTrailers.rejectedMetrics]: describeFaults(metrics) };
      metrics = metrics.filter((metric) => !isFaulty(metric));
      this.#meters.rejectedMetrics(request.metrics.length - metrics.length);
      if (metrics.length === 0) return this.#outcomes.invalid('no-metrics');
    }

    const aheadMs = clockAheadMs(request.contextStartUs, this.#ports.clock.wallMs(), this.#settings);
    if (aheadMs > 0) {
      flags = { ...flags, [ingestTrailers.clockAheadMs]: String(aheadMs) };
      this.#meters.clockAhead();
    }

    const points = pointCount(metrics);
    const bytes = 16 * points + 64 * metrics.length;
    if (!this.#admission.enter(bytes)) return this.#outcomes.overloaded();
    const response = { points };
    const pending: PendingSend = {
      request,
      row: chunkRow(request, chunkCodec.encode(metrics)),
      points,
      bytes,
      startMs,
      deadlineMs: startMs + call.deadlineMs - this.#settings.deadlineMarginMs,
      success: flags === undefined ? this.#outcomes.ok(response) : this.#outcomes.okFlagged(response, flags),
      reply,
      attempt: 0,
      answered: false,
    };
    switch (this.#settings.policies.answerSend) {
      case 'after-store':
        break;
      case 'before-store':
        this.#answer(pending, pending.success);
        break;
    }
    this.#store(pending);
    return undefined;
  }

  #store(pending: PendingSend): void {
    const leftMs = pending.deadlineMs - this.#ports.clock.monotonicMs();
    const timeoutMs = Math.max(1, Math.min(this.#settings.writeTimeoutMs, leftMs));
    pending.attempt++;
    writeChunk(this.#session, pending.row, pending.request.contextStartUs, timeoutMs).then(
      () => this.#stored(pending),
      (error: unknown) => this.#failed(pending, error),
    );
  }

  #stored(pending: PendingSend): void {
    const { request, points } = pending;
    this.#ports.telemetry.event({
      kind: 'request.stored',
      colour: this.#settings.colour,
      tool: request.tool,
      contextId: contextIdOf(request.tool, request.contextSequence),
      requestSequence: request.requestSequence,
      points,
    });
    this.#admission.leave(pending.bytes);
    this.#answer(pending, pending.success);
  }

  #failed(pending: PendingSend, error: unknown): void {
    const { clock, random } = this.#ports;
    const pauseMs = backOffMs(random, this.#settings, pending.attempt);
    if (isWorthRetrying(error) && clock.monotonicMs() + pauseMs < pending.deadlineMs) {
      clock.after(pauseMs, () => this.#store(pending));
      return;
    }
    this.#admission.leave(pending.bytes);
    this.#answer(pending, this.#outcomes.failed(error));
  }

  #answer(pending: PendingSend, outcome: RpcOutcome): void {
    if (pending.answered) return;
    pending.answered = true;
    this.#meters.answered(outcome.status, this.#ports.clock.monotonicMs() - pending.startMs);
    pending.reply(outcome);
  }
}

function isFaulty(metric: MetricPoints): boolean {
  return metricFault(metric) !== undefined;
}

/** At most the first 64, since trailers are small. */
function describeFaults(metrics: readonly MetricPoints[]): string {
  const faults: string[] = [];
  for (const metric of metrics) {
    const fault = metricFault(metric);
    if (fault !== undefined && faults.length < 64) faults.push(`${metric.svid}=${fault}`);
  }
  return faults.join(',');
}
