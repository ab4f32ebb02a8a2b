/**
 * Messages of `tfdc.v1.IngestService` (`system/collector/ingest.proto`, delivery R1–R8, R16). A tool sends them to the
 * gateway with the header `tool-id`; all are idempotent: the same request sent twice has the effect of one.
 */
export const ingestMethods = {
  send: '/tfdc.v1.IngestService/Send',
  complete: '/tfdc.v1.IngestService/Complete',
} as const;

/** A few points of one SVID; the same shape as a chart's series. Times are integer microseconds since the epoch by the tool's clock. */
export interface MetricPoints {
  readonly svid: number;
  readonly timesUs: Float64Array;
  readonly values: Float64Array;
}

/** N SVIDs × three points over a time range (delivery R4). */
export interface SendRequest {
  readonly tool: string;
  readonly chamber: number;
  readonly recipe: string;
  /** Counts the tool's contexts, from 1. With the tool it names the context for ever. */
  readonly contextSequence: number;
  /** Counts the requests of the context, from 1. */
  readonly requestSequence: number;
  readonly contextStartUs: number;
  readonly metrics: readonly MetricPoints[];
}

export interface SendResponse {
  readonly points: number;
}

/** The collection cycle is over; all its requests were acknowledged before. */
export interface CompleteRequest {
  readonly tool: string;
  readonly chamber: number;
  readonly recipe: string;
  readonly contextSequence: number;
  /** Sequence of the tool's last context of the same recipe, 0 if there was none: so that a gap in the history is seen. */
  readonly previousSequence: number;
  readonly startUs: number;
  readonly endUs: number;
  readonly requestCount: number;
  /** End of the unit's last maintenance; absent where none is known. */
  readonly maintainedUs?: number | undefined;
}

export interface CompleteResponse {
  readonly streamSequence: number;
}

/** The name of a context everywhere: events, reports, alarms. */
export function contextIdOf(tool: string, contextSequence: number): string {
  return `${tool}/${contextSequence}`;
}
