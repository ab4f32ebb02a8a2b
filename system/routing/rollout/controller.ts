import { PortError } from '../../ports/errors.ts';
import type { Ports } from '../../ports/index.ts';
import { BacklogReader } from './backlog.ts';
import { Cluster } from './cluster.ts';
import { ExperimentDeployments } from '../experiment/deployments.ts';
import { PreemptedError, type StepContext, type StepResult } from './context.ts';
import { EvidenceReader } from './evidence.ts';
import { ManagementClient } from './management-client.ts';
import type { RolloutSettings } from './settings.ts';
import type { RolloutState } from './state.ts';
import type { StateWriter } from './state-writer.ts';
import { SteadyTime } from './steady-time.ts';
import { step } from './step.ts';
import type { Refused, Transition } from './transition.ts';

export type RolloutPorts = Pick<
  Ports,
  'clock' | 'random' | 'http' | 'orchestrator' | 'metricsQueries' | 'store' | 'process' | 'telemetry' | 'nats'
>;

/**
 * Takes one step after another. A transition is durable before it is told or followed by the next step; an order of an
 * operator (a rollback, a new release, a resumption) holds at once, whatever step is under way, and is written while
 * it is carried out: L1 waits for nothing (delivery 1O: rollback pre-empts).
 */
export class RolloutController {
  readonly #ports: RolloutPorts;
  readonly #settings: RolloutSettings;
  readonly #writer: StateWriter;
  readonly #time: SteadyTime;
  readonly #backlog: BacklogReader;
  readonly #evidence: EvidenceReader;
  readonly management: ManagementClient;
  #state: RolloutState;
  /** Counts orders; a step belongs to the order count at which it began. */
  #orders = 0;
  #wake: () => void = () => {};

  constructor(ports: RolloutPorts, settings: RolloutSettings, writer: StateWriter, state: RolloutState) {
    this.#ports = ports;
    this.#settings = settings;
    this.#writer = writer;
    this.#state = state;
    this.#time = new SteadyTime(ports.clock);
    this.#backlog = new BacklogReader(ports.nats, settings, ports.process.name);
    this.#evidence = new EvidenceReader(ports.metricsQueries, settings.gates.extrapolationMs);
    this.management = new ManagementClient(
      ports.http,
      settings.managementAuthority,
      settings.managementTimeoutMs,
      settings.managementToken,
    );
  }

  get state(): RolloutState {
    return this.#state;
  }

  /** Applies an operator's order. Resolves when it is durable, or to why it is refused. */
  async order(
    decide: (state: RolloutState, nowMs: number) => Transition | Refused,
  ): Promise<Refused | undefined> {
    const transition = decide(this.#state, this.#time.nowMs());
    if ('refused' in transition) return transition;
    if (transition.state === this.#state) return undefined;
    this.#orders += 1;
    this.#state = transition.state;
    this.#tell(transition);
    this.#wake();
    await this.#writer.write(transition.state);
    return undefined;
  }

  /** Runs for the life of the process. */
  async run(): Promise<void> {
    for (;;) {
      const order = this.#orders;
      const result = await this.#unlessOrdered(this.#step(order));
      if (result === undefined || order !== this.#orders) continue;
      switch (result.kind) {
        case 'go':
          await this.#unlessOrdered(this.#writer.write(result.transition.state));
          if (order !== this.#orders) continue;
          this.#state = result.transition.state;
          this.#tell(result.transition);
          break;
        case 'wait':
          await this.#pause(result.forMs);
          break;
      }
    }
  }

  async #step(order: number): Promise<StepResult> {
    const check = (): void => {
      if (order !== this.#orders) throw new PreemptedError();
    };
    const { collector, defender, experiment, pollMs, rollbackPollMs } = this.#settings;
    const { orchestrator, metricsQueries: queries } = this.#ports;
    const context: StepContext = {
      settings: this.#settings,
      management: this.management,
      cluster: new Cluster(orchestrator, [collector, defender], check),
      evidence: this.#evidence,
      backlog: this.#backlog,
      queries,
      experiment: experiment && {
        settings: experiment,
        deployments: new ExperimentDeployments(orchestrator, experiment, check),
      },
      nowMs: this.#time.nowMs(),
      check,
    };
    try {
      return await step(context, this.#state);
    } catch (error) {
      if (error instanceof PortError) {
        const urgent = this.#state.phase.kind === 'rolling-back' || this.#state.withdrawal !== null;
        return { kind: 'wait', forMs: urgent ? rollbackPollMs : pollMs };
      }
      if (error instanceof PreemptedError) return { kind: 'wait', forMs: 0 };
      throw error;
    }
  }

  /** The result, or undefined as soon as an order overtakes it. */
  async #unlessOrdered<Value>(work: Promise<Value>): Promise<Value | undefined> {
    const { promise: ordered, resolve } = Promise.withResolvers<undefined>();
    this.#wake = () => resolve(undefined);
    return await Promise.race([work, ordered]);
  }

  /** Ends with the time, or with the next order. */
  async #pause(forMs: number | 'ever'): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    const timer = forMs === 'ever' ? undefined : this.#ports.clock.after(forMs, resolve);
    await promise;
    timer?.cancel();
  }

  #tell(transition: Transition): void {
    const { telemetry } = this.#ports;
    for (const event of transition.events) telemetry.event(event);
    const { phase } = transition.state;
    telemetry.gauge('tfdc_rollout_stage', {}).set('stage' in phase ? phase.stage + 1 : 0);
    telemetry.gauge('tfdc_rollout_paused', {}).set(phase.kind === 'paused' ? 1 : 0);
  }
}
