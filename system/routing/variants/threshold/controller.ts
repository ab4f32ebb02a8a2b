import type { Clock } from '../../../ports/clock.ts';
import { PortError } from '../../../ports/errors.ts';
import type { Http } from '../../../ports/http.ts';
import type { MetricsQueries } from '../../../ports/metrics-query.ts';
import type { Store } from '../../../ports/store.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import { parseJson } from '../../json.ts';
import { canaryConfigSchema, canaryPaths, type CanaryConfig } from '../percentage/config.ts';
import { readMetrics, type Reading } from './reading.ts';
import type { ThresholdSettings, ThresholdStage, Trigger } from './settings.ts';
import { thresholdStateSchema, type ThresholdState } from './state.ts';

export interface ThresholdPorts {
  readonly clock: Clock;
  readonly http: Http;
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly metricsQueries: MetricsQueries;
  /** Ends the canary's processes; asked again it does nothing. */
  readonly terminateCanary: () => void;
}

const storeKey = 'threshold-state';
const requestTimeoutMs = 2000;

/**
 * Leads a canary up by thresholds and takes it back, at once or by and by (delivery R271–R292). A limit that cannot be
 * read is not kept: it never lets a stage pass, never ends a trigger that runs, and never begins one. A stage that does
 * not pass is held for a bounded time, then taken back. What was decided is durable before it is done, so that a
 * controller that dies goes on with it.
 *
 * Not modelled: CPU, memory and business figures (R278, R283, R284), CI and audit trail (R293).
 */
export async function startThresholdController(
  ports: ThresholdPorts,
  settings: ThresholdSettings,
): Promise<void> {
  const text = await ports.store.load(storeKey);
  const stored = text === undefined ? undefined : parseJson(thresholdStateSchema, text);
  const first = { mode: 'advancing', stage: 0, sinceMs: ports.clock.wallMs(), brokenSinceMs: {} } as const;
  const controller = new ThresholdController(ports, settings, stored ?? first);
  void controller.run();
}

class ThresholdController {
  readonly #ports: ThresholdPorts;
  readonly #settings: ThresholdSettings;
  #state: ThresholdState;

  constructor(ports: ThresholdPorts, settings: ThresholdSettings, state: ThresholdState) {
    this.#ports = ports;
    this.#settings = settings;
    this.#state = state;
  }

  async run(): Promise<void> {
    for (;;) {
      try {
        await this.#tick();
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
      }
      if (this.#state.mode === 'ended' || this.#state.mode === 'promoted') return;
      await this.#ports.clock.sleep(this.#settings.tickMs);
    }
  }

  async #tick(): Promise<void> {
    const { mode } = this.#state;
    switch (mode) {
      case 'advancing':
      case 'reducing': {
        const { windowMs, policies } = this.#settings;
        const reading = policies.interpret(await readMetrics(this.#ports.metricsQueries, windowMs));
        await this.#watch(reading);
        if (this.#state.mode === 'advancing') await this.#advance(reading);
        else if (this.#state.mode === 'reducing') await this.#reduce(reading);
        return;
      }
      case 'withdrawing':
        return await this.#withdraw();
      case 'draining':
        return await this.#drain();
      case 'ended':
      case 'promoted':
        return;
    }
  }

  /** Triggers first: what fails is not advanced in the same breath (delivery F35). */
  async #watch(reading: Reading): Promise<void> {
    const { triggers, policies } = this.#settings;
    const nowMs = this.#ports.clock.wallMs();
    const brokenSinceMs = { ...this.#state.brokenSinceMs };
    for (const trigger of triggers) {
      const broken = isBroken(trigger, reading, this.#settings.fewestRequests);
      if (broken === true) brokenSinceMs[trigger.name] ??= nowMs;
      else if (broken === false) delete brokenSinceMs[trigger.name];
    }
    this.#alert(reading);
    const fired = triggers.filter(({ name, forMs }) => {
      const sinceMs = brokenSinceMs[name];
      return sinceMs !== undefined && nowMs - sinceMs >= forMs * policies.patience;
    });
    const worst = fired.find(({ action }) => action === 'immediate') ?? fired[0];
    const changed = { ...this.#state, brokenSinceMs };
    if (worst?.action === 'immediate') await this.#become({ ...changed, mode: 'withdrawing' }, worst.name);
    else if (worst !== undefined && changed.mode === 'advancing') {
      await this.#become({ ...changed, mode: 'reducing', sinceMs: 0 }, worst.name);
    } else await this.#save(changed);
    if (this.#state.mode === 'withdrawing') await this.#withdraw();
  }

  async #advance(reading: Reading): Promise<void> {
    const { stages, mostHolds, release } = this.#settings;
    const { stage: number, sinceMs, brokenSinceMs } = this.#state;
    const stage = stages[number];
    if (stage === undefined)
      return await this.#become({ ...this.#state, mode: 'promoted' }, 'all stages passed');
    const config = await this.#config();
    // Not begun yet: the first stage has not either.
    if (config.release !== release) return await this.#save({ ...this.#state, sinceMs: this.#nowMs });
    if (!config.enabled) {
      return await this.#become(
        { ...this.#state, mode: 'draining', sinceMs: this.#nowMs },
        'withdrawn by others',
      );
    }
    if (config.weightPercent < stage.weightPercent) {
      await this.#post(canaryPaths.weight, {
        release,
        weightPercent: stage.weightPercent,
        ifRevision: config.revision,
      });
      // The stage begins when it is in force.
      return await this.#save({ ...this.#state, sinceMs: this.#nowMs });
    }
    const elapsedMs = this.#nowMs - sinceMs;
    if (elapsedMs < stage.durationMs) return;
    const passes = Object.keys(brokenSinceMs).length === 0 && this.#holds(stage, reading);
    if (passes) {
      await this.#become({ ...this.#state, stage: number + 1, sinceMs: this.#nowMs }, 'stage passed');
    } else if (elapsedMs >= stage.durationMs * mostHolds) {
      await this.#become({ ...this.#state, mode: 'reducing', sinceMs: 0 }, 'stage did not pass');
    }
  }

  /** What is missing does not hold, but at weight 0 nothing can be measured yet. */
  #holds(stage: ThresholdStage, { canary }: Reading): boolean {
    if (stage.weightPercent === 0) return true;
    const { requests, errorRate, p95Ms } = canary;
    if (requests === undefined || errorRate === undefined || p95Ms === undefined) return false;
    const isEvidence = requests >= this.#settings.fewestRequests;
    return isEvidence && errorRate <= stage.mostErrorRate && p95Ms <= stage.mostP95Ms;
  }

  async #reduce(reading: Reading): Promise<void> {
    const { release, reducePercent, reduceEveryMs, policies, stages } = this.#settings;
    if (this.#nowMs - this.#state.sinceMs < reduceEveryMs) return;
    const last = stages[this.#state.stage];
    if (!policies.finishesRollback && last !== undefined && this.#isGoodAgain(last, reading)) {
      return await this.#become({ ...this.#state, mode: 'advancing', sinceMs: this.#nowMs }, 'good again');
    }
    const { revision, weightPercent, enabled } = await this.#config();
    if (!enabled || weightPercent === 0) {
      await this.#become({ ...this.#state, mode: 'withdrawing' }, 'reduced to nothing');
      return await this.#withdraw();
    }
    const reduced = Math.max(0, weightPercent - reducePercent);
    await this.#post(canaryPaths.reduce, { release, weightPercent: reduced, ifRevision: revision });
    await this.#save({ ...this.#state, sinceMs: this.#nowMs });
  }

  #isGoodAgain(stage: ThresholdStage, reading: Reading): boolean {
    return Object.keys(this.#state.brokenSinceMs).length === 0 && this.#holds(stage, reading);
  }

  async #withdraw(): Promise<void> {
    const { release, policies } = this.#settings;
    if (!policies.drainsFirst) this.#terminate();
    const answer = await this.#post(canaryPaths.rollback, { release });
    if (answer?.enabled !== false) return;
    await this.#become({ ...this.#state, mode: 'draining', sinceMs: this.#nowMs }, 'withdrawn');
  }

  /** Gateways hear of it within seconds; a request that is under way is let end (delivery R289, F44). */
  async #drain(): Promise<void> {
    if (this.#nowMs - this.#state.sinceMs < this.#settings.drainMs) return;
    const config = await this.#config();
    if (config.enabled) return;
    this.#terminate();
    await this.#become({ ...this.#state, mode: 'ended' }, 'terminated');
  }

  #terminate(): void {
    this.#ports.terminateCanary();
    this.#ports.telemetry.event({ kind: 'threshold.terminated', release: this.#settings.release });
  }

  #alert({ canary, stable }: Reading): void {
    const { alertErrorRate, alertLatencyRatio } = this.#settings;
    const counter = (what: string): void => {
      this.#ports.telemetry.counter('threshold_alerts_total', { what }).add(1);
    };
    if (canary.errorRate !== undefined && stable.errorRate !== undefined) {
      if (canary.errorRate > stable.errorRate + alertErrorRate) counter('error-rate');
    }
    if (canary.p95Ms !== undefined && stable.p95Ms !== undefined) {
      if (canary.p95Ms > stable.p95Ms * alertLatencyRatio) counter('latency');
    }
  }

  get #nowMs(): number {
    return this.#ports.clock.wallMs();
  }

  async #become(state: ThresholdState, reason: string): Promise<void> {
    await this.#save(state);
    const { mode, stage } = state;
    this.#ports.telemetry.event({ kind: 'threshold.decided', mode, stage, reason });
  }

  async #save(state: ThresholdState): Promise<void> {
    await this.#ports.store.save(storeKey, JSON.stringify(state));
    this.#state = state;
  }

  async #config(): Promise<CanaryConfig> {
    const request = { method: 'GET', path: canaryPaths.status, headers: {}, body: '' } as const;
    const { body } = await this.#ports.http.request(
      this.#settings.controlAuthority,
      request,
      requestTimeoutMs,
    );
    const config = parseJson(canaryConfigSchema, body);
    if (config === undefined) throw new PortError('the control answered nonsense', 'invalid');
    return config;
  }

  async #post(path: string, value: unknown): Promise<CanaryConfig | undefined> {
    const request = { method: 'POST', path, headers: {}, body: JSON.stringify(value) } as const;
    const { body } = await this.#ports.http.request(
      this.#settings.controlAuthority,
      request,
      requestTimeoutMs,
    );
    return parseJson(canaryConfigSchema, body);
  }
}

/** Whether a trigger's limit is broken now; undefined: nobody knows. */
function isBroken({ name, limit }: Trigger, reading: Reading, fewestRequests: number): boolean | undefined {
  const { canary, taskSuccess, agentHealth } = reading;
  const isEvidence = (canary.requests ?? 0) >= fewestRequests;
  switch (name) {
    case 'error-rate':
      return isEvidence && canary.errorRate !== undefined ? canary.errorRate > limit : undefined;
    case 'latency':
      return isEvidence && canary.p95Ms !== undefined ? canary.p95Ms > limit : undefined;
    case 'task-success':
      return taskSuccess === undefined ? undefined : taskSuccess < limit;
    case 'agent-health':
      return agentHealth === undefined ? undefined : agentHealth < limit;
  }
}
