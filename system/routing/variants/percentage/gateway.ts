import type { Clock } from '../../../ports/clock.ts';
import { PortError } from '../../../ports/errors.ts';
import type { Http } from '../../../ports/http.ts';
import { ingestMethods } from '../../../ports/ingest.ts';
import type { Rpc, RpcCall, RpcOutcome } from '../../../ports/rpc.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import type { CanaryBackend } from '../../../ports/variant-event.ts';
import { parseJson } from '../../json.ts';
import { LeakyBucket, type RateLimit, type RateLimitSettings } from '../rate-limit.ts';
import { canaryConfigSchema, canaryPaths, type CanaryConfig } from './config.ts';
import { CanaryMeters } from './meters.ts';
import { affinityCookie, canaryHeader, correctSplit, type SplitPolicies } from './split.ts';

export interface CanaryGatewayPorts {
  readonly clock: Clock;
  readonly rpc: Rpc;
  readonly http: Http;
  readonly telemetry: Telemetry;
}

export interface CanaryGatewaySettings {
  readonly name: string;
  readonly port: number;
  readonly controlAuthority: string;
  readonly targets: Readonly<Record<CanaryBackend, string>>;
  readonly refreshMs: number;
  readonly refreshTimeoutMs: number;
  /** Of this gateway: the canary's limit shared out among all gateways (delivery R147, F24). */
  readonly canaryLimit: RateLimitSettings;
  readonly policies: CanaryGatewayPolicies;
}

export interface CanaryGatewayPolicies extends SplitPolicies {
  limiter(settings: RateLimitSettings): RateLimit;
}

export const correctCanaryGatewayPolicies: CanaryGatewayPolicies = {
  ...correctSplit,
  limiter: (settings) => new LeakyBucket(settings),
};

/** Delivery R147, for all gateways together. */
const canaryLimit: RateLimitSettings = { perSecond: 50, burst: 100 };

/** What is right for production with so many gateways. */
export function defaultCanaryGatewaySettings(name: string, gateways: number): CanaryGatewaySettings {
  return {
    name,
    port: 9000,
    controlAuthority: 'canary-control:8090',
    targets: { stable: 'canary-backend-stable:9000', canary: 'canary-backend-canary:9000' },
    refreshMs: 1000,
    refreshTimeoutMs: 1000,
    canaryLimit: { perSecond: canaryLimit.perSecond / gateways, burst: canaryLimit.burst / gateways },
    policies: correctCanaryGatewayPolicies,
  };
}

/**
 * A gateway that splits by percentage with header, cookie and affinity (delivery R142–R149). It takes no request before
 * it knows the share, keeps the last one while the control is silent, and never goes back to an older revision. What is
 * over the canary's limit is refused, not sent to stable: a silent change of sides would hide it (F20).
 */
export function startCanaryGateway(ports: CanaryGatewayPorts, settings: CanaryGatewaySettings): void {
  const { clock, rpc, telemetry } = ports;
  const { name, policies, targets } = settings;
  const limit = policies.limiter(settings.canaryLimit);
  const meters = new CanaryMeters(telemetry);
  let config: CanaryConfig | undefined;

  async function refresh(): Promise<void> {
    try {
      const request = { method: 'GET', path: canaryPaths.status, headers: {}, body: '' } as const;
      const answer = await ports.http.request(settings.controlAuthority, request, settings.refreshTimeoutMs);
      const heard = answer.status === 200 ? parseJson(canaryConfigSchema, answer.body) : undefined;
      if (heard !== undefined && heard.revision >= (config?.revision ?? 0)) config = heard;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
    clock.after(settings.refreshMs, () => void refresh());
  }

  function forward(call: RpcCall, reply: (outcome: RpcOutcome) => void): void {
    const known = config;
    const client = call.metadata['tool-id'];
    if (known === undefined) {
      reply(refused('UNAVAILABLE', 'the gateway does not know the share yet'));
      return;
    }
    if (client === undefined || client === '') {
      reply(refused('INVALID_ARGUMENT', 'the header tool-id must be there'));
      return;
    }
    const { backend, reason } = policies.choose(known, {
      client,
      header: call.metadata[canaryHeader],
      cookies: call.metadata['cookie'],
    });
    if (backend === 'canary' && !limit.take(clock.monotonicMs())) {
      reply(refused('RESOURCE_EXHAUSTED', 'the limit of the canary is reached'));
      return;
    }
    const { release, revision, weightPercent } = known;
    telemetry.event({
      kind: 'canary.routed',
      gateway: name,
      client,
      backend,
      reason,
      release,
      revision,
      weightPercent,
    });
    const metadata = {
      ...call.metadata,
      'x-canary-backend': backend,
      'x-canary-weight': String(weightPercent),
      'x-request-id': call.metadata['x-request-id'] ?? `${name}-${clock.monotonicMs()}-${client}`,
    };
    const startMs = clock.monotonicMs();
    rpc.call(
      targets[backend],
      call.method,
      call.request,
      { metadata, deadlineMs: call.deadlineMs },
      (outcome) => {
        meters.request(backend, outcome.status === 'OK', clock.monotonicMs() - startMs);
        // Who asked for a side once is not kept there.
        const isKept = reason === 'weight' || reason === 'affinity';
        const affinity =
          backend === 'canary' && isKept && outcome.status === 'OK'
            ? { 'set-cookie': `${affinityCookie}=${release}` }
            : {};
        reply({
          ...outcome,
          metadata: {
            ...outcome.metadata,
            'x-canary-backend': backend,
            'x-canary-weight': String(weightPercent),
            'x-canary-release': release,
            ...affinity,
          },
        });
      },
    );
  }

  rpc.serve(settings.port, { [ingestMethods.send]: forward, [ingestMethods.complete]: forward });
  void refresh();
}

function refused(
  status: 'UNAVAILABLE' | 'INVALID_ARGUMENT' | 'RESOURCE_EXHAUSTED',
  message: string,
): RpcOutcome {
  return { status, message, metadata: { sent: 'no' } };
}
