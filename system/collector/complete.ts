import { chunkCodec } from '../charts/chunk-codec.ts';
import { ChartCodecError } from '../charts/codec.ts';
import { mergeSeries, pointCount } from '../charts/series.ts';
import { encodeTChart } from '../charts/tchart.ts';
import type { Clock } from '../ports/clock.ts';
import { completionSubject } from '../ports/completion.ts';
import type { Completion } from '../ports/completion.ts';
import type { CqlSession } from '../ports/cql.ts';
import { PortError } from '../ports/errors.ts';
import { contextIdOf } from '../ports/ingest.ts';
import { ingestTrailers } from '../ports/ingest-trailers.ts';
import type { CompleteRequest, CompleteResponse } from '../ports/ingest.ts';
import type { JetStream, PublishAck } from '../ports/jetstream.ts';
import type { Process } from '../ports/process.ts';
import type { Random } from '../ports/random.ts';
import type { RpcCall, RpcOutcome } from '../ports/rpc.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { Admission } from './admission.ts';
import { readChunks, writeBlob } from './chunk-store.ts';
import type { RequestChunk } from './chunk-store.ts';
import type { CollectorMeters } from './meters.ts';
import type { Outcomes } from './outcomes.ts';
import { clockAheadMs, completeFault, isCompleteRequest } from './request-check.ts';
import { untilDeadline } from './retry.ts';
import type { CollectorSettings } from './settings.ts';

export interface CompletePorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly process: Process;
  readonly telemetry: Telemetry;
}

/** A context's T-chart, ready to be stored; no blobs where packing failed. */
interface PackedContext {
  readonly blobs: readonly Uint8Array[];
  readonly points: number;
}

const encoder = new TextEncoder();
/** What one chunk is taken to need in memory while its context is packed. */
const assumedChunkBytes = 4096;

/**
 * Complete: read the chunks back, check that all are there, pack them into T-chart blobs, store those, publish the
 * completion, answer (delivery R5, R6, R21–R24; PRODUCT, storing).
 *
 * Every step is an upsert or carries the message id, so a Complete may be repeated at any time, at the same time, at
 * another collector, or under another version. Where its answer was lost and the tool's route changed meanwhile, the
 * completion lies in both NATS clusters (delivery 64), and Defenders of both colours process it: both store the same
 * bytes under the same key and timestamp, and the alarm is one row by light-weight transaction, so the effect is one. The
 * same holds within one cluster when the duplicate window is over, or the first one is already acknowledged (jetstream 31).
 *
 * The chunks stay until their day is over: a Defender may need them, and so may a repeat.
 *
 * Not modelled: making the stream anew when it vanishes while the collector runs (it is ensured at every start).
 */
export class CompleteHandler {
  readonly #ports: CompletePorts;
  readonly #session: CqlSession;
  readonly #publisher: Pick<JetStream, 'publish'>;
  readonly #settings: CollectorSettings;
  readonly #admission: Admission;
  readonly #outcomes: Outcomes;
  readonly #meters: CollectorMeters;

  constructor(
    ports: CompletePorts,
    session: CqlSession,
    publisher: Pick<JetStream, 'publish'>,
    settings: CollectorSettings,
    admission: Admission,
    outcomes: Outcomes,
    meters: CollectorMeters,
  ) {
    this.#ports = ports;
    this.#session = session;
    this.#publisher = publisher;
    this.#settings = settings;
    this.#admission = admission;
    this.#outcomes = outcomes;
    this.#meters = meters;
  }

  handle(call: RpcCall, reply: (outcome: RpcOutcome) => void): void {
    const startMs = this.#ports.clock.monotonicMs();
    const answer = (outcome: RpcOutcome): void => {
      this.#meters.answered(outcome.status, this.#ports.clock.monotonicMs() - startMs);
      reply(outcome);
    };
    const request = call.request;
    if (!isCompleteRequest(request)) {
      answer(this.#outcomes.invalid('malformed'));
      return;
    }
    const fault = completeFault(request, call.metadata, this.#settings);
    if (fault !== undefined) {
      answer(this.#outcomes.invalid(fault));
      return;
    }
    const bytes = assumedChunkBytes * request.requestCount;
    if (!this.#admission.enter(bytes)) {
      answer(this.#outcomes.overloaded());
      return;
    }
    const deadlineMs = startMs + call.deadlineMs - this.#settings.deadlineMarginMs;
    this.#complete(request, deadlineMs).then(
      (outcome) => {
        this.#admission.leave(bytes);
        answer(outcome);
      },
      (error: unknown) => {
        this.#admission.leave(bytes);
        answer(this.#outcomes.failed(error));
      },
    );
  }

  async #complete(request: CompleteRequest, deadlineMs: number): Promise<RpcOutcome> {
    const { policies, readTimeoutMs } = this.#settings;
    const chunks = await untilDeadline(this.#ports, this.#settings, deadlineMs, readTimeoutMs, (timeoutMs) =>
      readChunks(this.#session, request, timeoutMs),
    );
    const missing = policies.missingRequests(request.requestCount, chunks);
    if (missing.length > 0) return this.#outcomes.missing(missing);

    await this.#ports.process.work('pack', this.#settings.packMs);
    const packed = this.#pack(request, chunks);
    let ack: PublishAck;
    switch (policies.publish) {
      case 'after-tchart':
        ack = await this.#publish(request, await this.#store(request, packed, deadlineMs), deadlineMs);
        break;
      case 'before-tchart':
        ack = await this.#publish(request, packed.blobs.length, deadlineMs);
        await this.#store(request, packed, deadlineMs);
        break;
    }
    const response: CompleteResponse = { streamSequence: ack.sequence };
    const aheadMs = clockAheadMs(request.endUs, this.#ports.clock.wallMs(), this.#settings);
    if (aheadMs === 0) return this.#outcomes.ok(response);
    this.#meters.clockAhead();
    return this.#outcomes.okFlagged(response, { [ingestTrailers.clockAheadMs]: String(aheadMs) });
  }

  #pack(request: CompleteRequest, chunks: readonly RequestChunk[]): PackedContext {
    const { policies } = this.#settings;
    const own = policies
      .chunksToPack(chunks)
      .filter((chunk) => chunk.requestSequence <= request.requestCount);
    try {
      const series = mergeSeries(own.flatMap((chunk) => chunkCodec.decode(chunk.payload)));
      return { blobs: encodeTChart(series), points: pointCount(series) };
    } catch (error) {
      if (!(error instanceof ChartCodecError)) throw error;
      return this.#packingFailed(request, error.message);
    }
  }

  /** Resolves to the number of blobs that can be read; 0 where the store refuses them for good. */
  async #store(request: CompleteRequest, packed: PackedContext, deadlineMs: number): Promise<number> {
    const { blobs, points } = packed;
    if (blobs.length === 0) return 0;
    try {
      await Promise.all(
        blobs.map((blob, index) =>
          untilDeadline(this.#ports, this.#settings, deadlineMs, this.#settings.writeTimeoutMs, (timeoutMs) =>
            writeBlob(this.#session, request, index, blob, timeoutMs),
          ),
        ),
      );
    } catch (error) {
      if (!(error instanceof PortError && error.code === 'invalid')) throw error;
      return this.#packingFailed(request, error.message).blobs.length;
    }
    this.#ports.telemetry.event({
      kind: 'tchart.stored',
      colour: this.#settings.colour,
      contextId: contextIdOf(request.tool, request.contextSequence),
      blobs: blobs.length,
      bytes: blobs.reduce((sum, blob) => sum + blob.length, 0),
      points,
    });
    return blobs.length;
  }

  async #publish(request: CompleteRequest, blobs: number, deadlineMs: number): Promise<PublishAck> {
    const { policies, unitKind, publishTimeoutMs, colour } = this.#settings;
    const subject = completionSubject(unitKind, request.tool, request.chamber);
    const payload = encoder.encode(JSON.stringify(completionOf(request, blobs)));
    const ack = await untilDeadline(
      this.#ports,
      this.#settings,
      deadlineMs,
      publishTimeoutMs,
      async (timeoutMs, attempt) => {
        const messageId = policies.messageId(request, attempt);
        const answer = await this.#publisher.publish(subject, payload, { messageId, timeoutMs });
        // Some servers call a message a duplicate of one that is only staged, and may never be stored (jetstream 32, R12).
        if (answer.duplicate && answer.sequence === 0) {
          throw new PortError('the stream knows the message id but not the message', 'timeout');
        }
        return answer;
      },
    );
    this.#meters.published();
    this.#ports.telemetry.event({
      kind: 'completion.published',
      colour,
      tool: request.tool,
      contextId: contextIdOf(request.tool, request.contextSequence),
      streamSequence: ack.sequence,
      duplicate: ack.duplicate,
    });
    return ack;
  }

  #packingFailed(request: CompleteRequest, reason: string): PackedContext {
    this.#ports.telemetry.event({
      kind: 'tchart.failed',
      colour: this.#settings.colour,
      contextId: contextIdOf(request.tool, request.contextSequence),
      reason,
    });
    return { blobs: [], points: 0 };
  }
}

function completionOf(request: CompleteRequest, blobs: number): Completion {
  const { maintainedUs } = request;
  return {
    ...(maintainedUs === undefined ? {} : { maintainedUs }),
    tool: request.tool,
    chamber: request.chamber,
    recipe: request.recipe,
    contextSequence: request.contextSequence,
    previousSequence: request.previousSequence,
    startUs: request.startUs,
    endUs: request.endUs,
    requestCount: request.requestCount,
    blobs,
  };
}
