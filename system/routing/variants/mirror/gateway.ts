import type { Clock } from '../../../ports/clock.ts';
import type { Http } from '../../../ports/http.ts';
import { ingestMethods } from '../../../ports/ingest.ts';
import type { Random } from '../../../ports/random.ts';
import type { Rpc, RpcCall, RpcMetadata, RpcOutcome } from '../../../ports/rpc.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import { jsonResponse } from '../../json.ts';
import { LeakyBucket, type RateLimit, type RateLimitSettings } from '../rate-limit.ts';
import { ShadowComparison, type ComparisonSettings, type SideResult } from './comparison.ts';
import { copyMetadata, originalMetadata, requestIdHeader } from './headers.ts';

export interface MirrorPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly rpc: Rpc;
  readonly http: Http;
  readonly telemetry: Telemetry;
}

export interface MirrorPolicies {
  limiter(settings: RateLimitSettings): RateLimit;
  copyMetadata(original: RpcMetadata, method: string, requestId: string): RpcMetadata;
  /** Whether a caller is answered as soon as live has answered; otherwise the copy is waited for. */
  readonly answersAtOnce: boolean;
  /** The comparison's own account of what one side answered. */
  resultOf(outcome: RpcOutcome, durationMs: number): SideResult;
}

export interface MirrorSettings {
  readonly name: string;
  readonly port: number;
  readonly statusPort: number;
  readonly liveTarget: string;
  readonly shadowTarget: string;
  /** Share of requests that are copied; 1 is all of them (delivery R134, F26). */
  readonly sampleRatio: number;
  /** Of this gateway: the shadow's limit shared out among all gateways (delivery R137). */
  readonly limit: RateLimitSettings;
  /** Copies under way at most: a slow shadow costs memory, never time (delivery F26). */
  readonly maxInFlight: number;
  /** How long a copy may take. */
  readonly copyDeadlineMs: number;
  readonly comparison: ComparisonSettings;
  readonly policies: MirrorPolicies;
}

export const shadowMetricsPath = '/shadow-metrics';

/** Delivery R137, for all gateways together. */
const shadowLimit: RateLimitSettings = { perSecond: 100, burst: 200 };

export const correctMirrorPolicies: MirrorPolicies = {
  limiter: (settings) => new LeakyBucket(settings),
  copyMetadata,
  answersAtOnce: true,
  resultOf(outcome, durationMs) {
    const answer = outcome.status === 'OK' ? answerOf(outcome.response) : undefined;
    return { digest: answer?.digest, alarm: answer?.alarm ?? false, durationMs };
  },
};

/** What is right for production with so many gateways. */
export function defaultMirrorSettings(
  name: string,
  gateways: number,
  comparison: ComparisonSettings,
): MirrorSettings {
  return {
    name,
    port: 9000,
    statusPort: 8080,
    liveTarget: 'mirror-live:9000',
    shadowTarget: 'mirror-shadow:9000',
    sampleRatio: 1,
    limit: { perSecond: shadowLimit.perSecond / gateways, burst: shadowLimit.burst / gateways },
    maxInFlight: 256,
    copyDeadlineMs: 2000,
    comparison,
    policies: correctMirrorPolicies,
  };
}

/**
 * Sends every request to live, and a marked copy of it to the shadow, which nobody waits for (delivery R134–R140). What is
 * over the limit is not copied. `GET /shadow-metrics` has both sides by tool (R132, R141).
 */
export function startMirrorGateway(ports: MirrorPorts, settings: MirrorSettings): void {
  const { clock, random, rpc, http, telemetry } = ports;
  const { name, policies, liveTarget, shadowTarget, sampleRatio, maxInFlight, copyDeadlineMs } = settings;
  const limit = policies.limiter(settings.limit);
  const comparison = new ShadowComparison(settings.comparison);
  const copied = telemetry.counter('shadow_copies_total', { gateway: name });
  const dropped = telemetry.counter('shadow_copies_dropped_total', { gateway: name });
  let inFlight = 0;
  let requests = 0;

  function admitsCopy(nowMs: number): boolean {
    if (sampleRatio < 1 && random.float() >= sampleRatio) return false;
    const admitted = inFlight < maxInFlight && limit.take(nowMs);
    (admitted ? copied : dropped).add(1);
    return admitted;
  }

  function forward(call: RpcCall, reply: (outcome: RpcOutcome) => void): void {
    const startMs = clock.monotonicMs();
    const requestId = call.metadata[requestIdHeader] ?? `${name}-${startMs}-${requests++}`;
    const tool = call.metadata['tool-id'] ?? '';
    const isCopied = admitsCopy(startMs);
    let live: SideResult | undefined;
    let shadow: SideResult | undefined;
    let answer: RpcOutcome | undefined;

    const settle = (): void => {
      if (answer !== undefined && (policies.answersAtOnce || !isCopied || shadow !== undefined)) {
        reply(answer);
        answer = undefined;
      }
      if (live !== undefined && shadow !== undefined) {
        comparison.add(tool, live, shadow, clock.monotonicMs());
      }
    };

    const metadata = originalMetadata(call.metadata, shadowTarget, requestId);
    const { deadlineMs } = call;
    rpc.call(liveTarget, call.method, call.request, { metadata, deadlineMs }, (outcome) => {
      live = policies.resultOf(outcome, clock.monotonicMs() - startMs);
      answer = outcome;
      settle();
    });
    if (!isCopied) return;
    inFlight++;
    const copy = policies.copyMetadata(call.metadata, call.method, requestId);
    rpc.call(
      shadowTarget,
      call.method,
      call.request,
      { metadata: copy, deadlineMs: copyDeadlineMs },
      (outcome) => {
        inFlight--;
        shadow = policies.resultOf(outcome, clock.monotonicMs() - startMs);
        settle();
      },
    );
  }

  rpc.serve(settings.port, { [ingestMethods.send]: forward, [ingestMethods.complete]: forward });
  http.serve(settings.statusPort, (request) =>
    Promise.resolve(
      request.method === 'GET' && request.path === shadowMetricsPath
        ? jsonResponse(200, { tools: comparison.view(clock.monotonicMs()) })
        : jsonResponse(404, { error: 'not-found' }),
    ),
  );
}

/** What of an answer is compared: its digest, and whether it raises an alarm. */
function answerOf(response: unknown): { readonly digest: number; readonly alarm: boolean } | undefined {
  if (typeof response !== 'object' || response === null) return undefined;
  const digest = 'digest' in response ? response.digest : undefined;
  const alarm = 'alarm' in response ? response.alarm : undefined;
  return typeof digest === 'number' ? { digest, alarm: alarm === true } : undefined;
}
