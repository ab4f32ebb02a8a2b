import type { Colour } from '../../ports/colour.ts';
import type { RpcStatus } from '../../ports/rpc.ts';
import type { Counter, Histogram, Telemetry } from '../../ports/telemetry.ts';
import type { RoutingSnapshot } from '../snapshot.ts';

export const requestsMetric = 'tfdc_gateway_requests_total';
export const requestSecondsMetric = 'tfdc_gateway_request_seconds';
export const canaryCompletionsMetric = 'tfdc_canary_tool_completions_total';

/** The gates' limits are bounds, and there are finite bounds above 1 s: "> 1,000 ms" stays reachable (delivery F34). */
export const requestSecondsBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 2, 5, 10] as const;

/** Why the gateway itself refused a request. */
export type Rejection = 'no-list' | 'tool-id' | 'deadline' | 'limit';

type Role = 'stable' | 'canary';
type ByStatus = Readonly<Record<RpcStatus, Counter>>;

/**
 * The gateway's metrics. Each series of requests exists from the start, with 0: the first errors of a colour are seen
 * by `increase` only if there was a sample before them (delivery 87, F32).
 */
export class GatewayMeters {
  readonly #telemetry: Telemetry;
  readonly #requests: Readonly<Record<Colour, Readonly<Record<Role, ByStatus>>>>;
  readonly #seconds: Readonly<Record<Colour, Histogram>>;
  readonly #rejected: Readonly<Record<Rejection, Counter>>;
  readonly #retries: Counter;
  readonly #drained: Counter;
  #completions: ReadonlyMap<string, Counter> = new Map();

  constructor(telemetry: Telemetry) {
    this.#telemetry = telemetry;
    this.#requests = {
      blue: { stable: byStatus(telemetry, 'blue', 'stable'), canary: byStatus(telemetry, 'blue', 'canary') },
      green: {
        stable: byStatus(telemetry, 'green', 'stable'),
        canary: byStatus(telemetry, 'green', 'canary'),
      },
    };
    this.#seconds = {
      blue: telemetry.histogram(requestSecondsMetric, { colour: 'blue' }, requestSecondsBounds),
      green: telemetry.histogram(requestSecondsMetric, { colour: 'green' }, requestSecondsBounds),
    };
    const rejected = (reason: Rejection): Counter =>
      telemetry.counter('tfdc_gateway_rejected_total', { reason });
    this.#rejected = {
      'no-list': rejected('no-list'),
      'tool-id': rejected('tool-id'),
      deadline: rejected('deadline'),
      limit: rejected('limit'),
    };
    this.#retries = telemetry.counter('tfdc_gateway_retries_total', {});
    this.#drained = telemetry.counter('tfdc_gateway_drained_total', {});
  }

  /** Counts completions by tool while few tools are in the canary: one context a tool is the first stage's evidence. */
  watch(snapshot: RoutingSnapshot, countedCanaryTools: number): void {
    const few = snapshot.canaryTools.length <= countedCanaryTools ? snapshot.canaryTools : [];
    this.#completions = new Map(
      few.map((tool) => {
        const counter = this.#telemetry.counter(canaryCompletionsMetric, { tool });
        counter.add(0);
        return [tool, counter];
      }),
    );
  }

  request(colour: Colour, role: Role, status: RpcStatus, durationMs: number): void {
    this.#requests[colour][role][status].add(1);
    this.#seconds[colour].observe(durationMs / 1000);
  }

  completed(tool: string): void {
    this.#completions.get(tool)?.add(1);
  }

  /** Refused by the gateway itself, so no colour's fault. */
  rejected(reason: Rejection): void {
    this.#rejected[reason].add(1);
  }

  retried(): void {
    this.#retries.add(1);
  }

  /** Cut because its tool had changed colour. */
  drained(): void {
    this.#drained.add(1);
  }
}

function byStatus(telemetry: Telemetry, colour: Colour, role: Role): ByStatus {
  const counter = (code: RpcStatus): Counter => {
    const created = telemetry.counter(requestsMetric, { colour, role, code });
    created.add(0);
    return created;
  };
  return {
    OK: counter('OK'),
    CANCELLED: counter('CANCELLED'),
    INVALID_ARGUMENT: counter('INVALID_ARGUMENT'),
    DEADLINE_EXCEEDED: counter('DEADLINE_EXCEEDED'),
    NOT_FOUND: counter('NOT_FOUND'),
    RESOURCE_EXHAUSTED: counter('RESOURCE_EXHAUSTED'),
    FAILED_PRECONDITION: counter('FAILED_PRECONDITION'),
    ABORTED: counter('ABORTED'),
    UNIMPLEMENTED: counter('UNIMPLEMENTED'),
    INTERNAL: counter('INTERNAL'),
    UNAVAILABLE: counter('UNAVAILABLE'),
  };
}
