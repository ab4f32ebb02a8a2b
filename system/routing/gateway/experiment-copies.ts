import type { ExperimentSide } from '../../ports/experiment-side.ts';
import type { Clock } from '../../ports/clock.ts';
import { ingestMethods } from '../../ports/ingest.ts';
import type { Rpc, RpcCall, RpcOutcome, RpcStatus } from '../../ports/rpc.ts';
import type { Counter, Histogram, Telemetry } from '../../ports/telemetry.ts';
import { experimentDeployment, experimentSides } from '../experiment/sides.ts';
import { copyMetadata } from '../variants/mirror/headers.ts';
import { isWithin } from '../variants/percentage/split.ts';
import { requestSecondsBounds } from './meters.ts';

export const copiesMetric = 'tfdc_experiment_copies_total';
export const copySecondsMetric = 'tfdc_experiment_copy_seconds';

/** Copies of requests for the pods of an experiment, where there are any. */
export interface ExperimentCopySettings {
  /** Of tools, never of requests: both sides then see whole contexts. */
  readonly toolPercent: number;
  readonly targets: Readonly<Record<ExperimentSide, string>>;
  /** Copies under way at most: a slow experiment costs memory, never time. */
  readonly maxInFlight: number;
  readonly deadlineMs: number;
  /** After a side had no pod to take a copy, none is tried for this long. */
  readonly absentMs: number;
}

export const defaultExperimentCopies: ExperimentCopySettings = {
  toolPercent: 100,
  targets: {
    baseline: `${experimentDeployment('collector', 'baseline')}:9000`,
    candidate: `${experimentDeployment('collector', 'candidate')}:9000`,
  },
  maxInFlight: 256,
  deadlineMs: 5_000,
  absentMs: 2_000,
};

interface Side {
  readonly side: ExperimentSide;
  readonly target: string;
  readonly seconds: Histogram;
  readonly counters: Map<RpcStatus, Counter>;
  absentUntilMs: number;
}

/**
 * Sends a marked copy of a tool's requests to both sides of an experiment; nobody waits for it, and its answer goes
 * nowhere but into the metrics (delivery 40). Completions are copied and not counted: those of contexts that began
 * before the experiment lack their first requests there.
 */
export class ExperimentCopies {
  readonly #ports: { readonly clock: Clock; readonly rpc: Rpc; readonly telemetry: Telemetry };
  readonly #settings: ExperimentCopySettings;
  readonly #gateway: string;
  readonly #sides: readonly Side[];
  #inFlight = 0;
  #copies = 0;

  constructor(
    ports: { readonly clock: Clock; readonly rpc: Rpc; readonly telemetry: Telemetry },
    gateway: string,
    settings: ExperimentCopySettings,
  ) {
    this.#ports = ports;
    this.#gateway = gateway;
    this.#settings = settings;
    this.#sides = experimentSides.map((side) => {
      const { telemetry } = ports;
      const seconds = telemetry.histogram(copySecondsMetric, { experiment: side }, requestSecondsBounds);
      const created: Side = {
        side,
        target: settings.targets[side],
        seconds,
        counters: new Map(),
        absentUntilMs: 0,
      };
      // There from the start, with 0: what comes first is seen by `increase` only after a sample (delivery 87).
      for (const code of ['OK', 'UNAVAILABLE', 'DEADLINE_EXCEEDED', 'INTERNAL'] as const)
        this.#counter(created, code);
      return created;
    });
  }

  copy(call: RpcCall, tool: string): void {
    const { toolPercent, maxInFlight } = this.#settings;
    if (toolPercent < 100 && !isWithin(tool, toolPercent)) return;
    const nowMs = this.#ports.clock.monotonicMs();
    for (const side of this.#sides) {
      if (nowMs < side.absentUntilMs || this.#inFlight >= maxInFlight) continue;
      this.#send(side, call, nowMs);
    }
  }

  #send(side: Side, call: RpcCall, startMs: number): void {
    const { clock, rpc } = this.#ports;
    const { deadlineMs, absentMs } = this.#settings;
    const metadata = copyMetadata(call.metadata, call.method, `${this.#gateway}-copy-${this.#copies++}`);
    this.#inFlight++;
    const answered = (outcome: RpcOutcome): void => {
      this.#inFlight--;
      const nowMs = clock.monotonicMs();
      if (outcome.status === 'UNAVAILABLE' && outcome.metadata['sent'] === 'no') {
        side.absentUntilMs = nowMs + absentMs;
        return;
      }
      if (call.method !== ingestMethods.send) return;
      this.#counter(side, outcome.status).add(1);
      side.seconds.observe((nowMs - startMs) / 1000);
    };
    rpc.call(side.target, call.method, call.request, { metadata, deadlineMs }, answered);
  }

  #counter(side: Side, code: RpcStatus): Counter {
    const known = side.counters.get(code);
    if (known !== undefined) return known;
    const created = this.#ports.telemetry.counter(copiesMetric, { experiment: side.side, code });
    created.add(0);
    side.counters.set(code, created);
    return created;
  }
}
