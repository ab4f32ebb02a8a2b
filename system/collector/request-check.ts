import type { CompleteRequest, MetricPoints, SendRequest } from '../ports/ingest.ts';
import type { RpcMetadata } from '../ports/rpc.ts';
import type { CollectorSettings } from './settings.ts';

/**
 * Why a call can never succeed as it is (INVALID_ARGUMENT).
 *
 * - `malformed`: not a message of `ingest.proto`, or a number in it that is no integer in its range.
 * - `bad-tool`: a tool id that cannot be a token of a subject.
 * - `tool-mismatch`: the header `tool-id` is missing or names another tool than the message (delivery R16).
 * - `no-metrics`: none at all, or none without a fault.
 * - `too-many-metrics`, `too-many-points`, `too-many-requests`: beyond the limits of the settings.
 * - `bad-range`: the context ends before it starts.
 */
export type RequestFault =
  | 'malformed'
  | 'bad-tool'
  | 'tool-mismatch'
  | 'no-metrics'
  | 'too-many-metrics'
  | 'too-many-points'
  | 'too-many-requests'
  | 'bad-range';

/** Why one metric was left out; the others of its request are stored all the same. */
export type MetricFault = 'empty' | 'unequal-lengths' | 'bad-svid' | 'bad-time';

const subjectToken = /^[\w-]{1,128}$/;
const maxRecipeLength = 256;
const maxSvid = 0xffff_ffff;

export function isSendRequest(value: unknown): value is SendRequest {
  return (
    hasContext(value) &&
    'requestSequence' in value &&
    isCount(value.requestSequence) &&
    'contextStartUs' in value &&
    isTime(value.contextStartUs) &&
    'metrics' in value &&
    Array.isArray(value.metrics) &&
    value.metrics.every(isMetricPoints)
  );
}

export function isCompleteRequest(value: unknown): value is CompleteRequest {
  return (
    hasContext(value) &&
    'previousSequence' in value &&
    isInteger(value.previousSequence) &&
    value.previousSequence >= 0 &&
    'startUs' in value &&
    isTime(value.startUs) &&
    'endUs' in value &&
    isTime(value.endUs) &&
    'requestCount' in value &&
    isCount(value.requestCount) &&
    (!('maintainedUs' in value) || value.maintainedUs === undefined || isTime(value.maintainedUs))
  );
}

export function sendFault(
  request: SendRequest,
  metadata: RpcMetadata,
  settings: CollectorSettings,
): RequestFault | undefined {
  const fault = headerFault(request.tool, metadata);
  if (fault !== undefined) return fault;
  if (request.metrics.length === 0) return 'no-metrics';
  if (request.metrics.length > settings.maxMetrics) return 'too-many-metrics';
  if (request.requestSequence > settings.maxRequestCount) return 'too-many-requests';
  let points = 0;
  for (const metric of request.metrics) points += metric.timesUs.length + metric.values.length;
  return points > 2 * settings.maxPoints ? 'too-many-points' : undefined;
}

export function completeFault(
  request: CompleteRequest,
  metadata: RpcMetadata,
  settings: CollectorSettings,
): RequestFault | undefined {
  const fault = headerFault(request.tool, metadata);
  if (fault !== undefined) return fault;
  if (request.requestCount > settings.maxRequestCount) return 'too-many-requests';
  return request.endUs < request.startUs ? 'bad-range' : undefined;
}

/**
 * By how much the tool's clock goes before, in whole milliseconds; 0 within the tolerance. Late is what is sent again after an
 * outage, so a clock that is behind cannot be told. It changes nothing but a flag: times are the tool's own, from the first
 * point to the order of its history.
 */
export function clockAheadMs(timeUs: number, wallMs: number, settings: CollectorSettings): number {
  const aheadMs = timeUs / 1000 - wallMs;
  return aheadMs > settings.clockToleranceMs ? Math.floor(aheadMs) : 0;
}

/**
 * Values may be anything a double can hold, NaN and infinities included: they are stored bit for bit and the U-chart
 * flags them. Times need no order: the T-chart brings them into one.
 */
export function metricFault(metric: MetricPoints): MetricFault | undefined {
  const { svid, timesUs, values } = metric;
  if (timesUs.length !== values.length) return 'unequal-lengths';
  if (timesUs.length === 0) return 'empty';
  if (!(Number.isInteger(svid) && svid >= 0 && svid <= maxSvid)) return 'bad-svid';
  for (let index = 0; index < timesUs.length; index++) {
    if (!Number.isSafeInteger(timesUs[index])) return 'bad-time';
  }
  return undefined;
}

function headerFault(tool: string, metadata: RpcMetadata): RequestFault | undefined {
  if (metadata['tool-id'] !== tool) return 'tool-mismatch';
  return subjectToken.test(tool) ? undefined : 'bad-tool';
}

interface ContextFields {
  readonly tool: string;
  readonly chamber: number;
  readonly recipe: string;
  readonly contextSequence: number;
}

function hasContext(value: unknown): value is ContextFields {
  return (
    typeof value === 'object' &&
    value !== null &&
    'tool' in value &&
    typeof value.tool === 'string' &&
    'chamber' in value &&
    isInteger(value.chamber) &&
    value.chamber >= 0 &&
    'recipe' in value &&
    typeof value.recipe === 'string' &&
    value.recipe.length <= maxRecipeLength &&
    'contextSequence' in value &&
    isCount(value.contextSequence)
  );
}

function isMetricPoints(value: unknown): value is MetricPoints {
  return (
    typeof value === 'object' &&
    value !== null &&
    'svid' in value &&
    typeof value.svid === 'number' &&
    'timesUs' in value &&
    value.timesUs instanceof Float64Array &&
    'values' in value &&
    value.values instanceof Float64Array
  );
}

function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}

/** Microseconds since the epoch; nothing of a fab lies before it. */
function isTime(value: unknown): value is number {
  return isInteger(value) && value >= 0;
}

function isCount(value: unknown): value is number {
  return isInteger(value) && value >= 1;
}
