import type { CanaryBackend } from '../../../system/ports/variant-event.ts';
import { defaultCanaryControlSettings } from '../../../system/routing/variants/percentage/control.ts';
import { correctCanaryGatewayPolicies } from '../../../system/routing/variants/percentage/gateway.ts';
import { startThresholdController } from '../../../system/routing/variants/threshold/controller.ts';
import { agentHealthMetric, taskSuccessMetric } from '../../../system/routing/variants/threshold/reading.ts';
import {
  correctThresholdPolicies,
  defaultThresholdSettings,
  type ThresholdPolicies,
} from '../../../system/routing/variants/threshold/settings.ts';
import { defaultPrometheusSettings, Prometheus } from '../../../sim/prometheus/index.ts';
import { goal } from '../../catalog/scenario.ts';
import { CanaryFleet, type Behaviour } from '../percentage/fleet.ts';
import type { Component, Stage } from '../stage.ts';
import type { Variant } from '../variant.ts';
import { thresholdBugs } from './bugs.ts';
import { timeScale } from './scale.ts';

const minutes = 16;
const release = 'v2';
const truths = ['healthy', 'errors', 'slow', 'tasks', 'agents'] as const;
type Truth = (typeof truths)[number] | 'recovered';

class ThresholdStageWorld {
  readonly #stage: Stage;
  readonly #prometheus: Prometheus;
  readonly #fleet: CanaryFleet;
  readonly #controller: Component;
  #truth: Truth = 'healthy';

  constructor(stage: Stage, policies: ThresholdPolicies) {
    this.#stage = stage;
    this.#prometheus = new Prometheus(stage.kernel, stage.network, {
      ...defaultPrometheusSettings,
      scrapeIntervalMs: 3000,
    });
    this.#fleet = new CanaryFleet(stage, {
      gateways: 2,
      clients: 40,
      periodMs: 1000,
      forcedShare: 0,
      control: {
        ...defaultCanaryControlSettings,
        ladder: [5, 20, 40, 60, 80, 100],
      },
      // The limit of a percentage canary has no place where the canary gets everything.
      policies: { ...correctCanaryGatewayPolicies, limiter: () => ({ take: () => true }) },
      behaviour: (backend) => this.#behaviour(backend),
      started: (component) => this.#scrape(component),
    });
    this.#controller = stage.add({
      name: 'threshold-controller',
      start: async (ports, component) => {
        await startThresholdController(
          {
            ...ports,
            metricsQueries: this.#prometheus.queriesFor(component.process, component.host),
            terminateCanary: () => this.#fleet.backends.canary.remove(),
          },
          { ...defaultThresholdSettings(release, timeScale), policies },
        );
      },
    });
  }

  async play(): Promise<void> {
    const stage = this.#stage;
    const { random } = stage.director;
    const outage = {
      kind: 'prometheus-outage',
      begin: () => {
        this.#prometheus.setOutage(true);
        return () => this.#prometheus.setOutage(false);
      },
    };
    // Every other run is calm, and there the bounds are what they are in calm.
    if (random.chance(0.5)) {
      stage.disturb({
        fromMs: 20_000,
        untilMs: (minutes - 3) * 60_000,
        everyMs: 60_000,
        killed: [this.#controller, this.#fleet.control, ...this.#fleet.gateways],
        cut: [this.#controller, this.#fleet.control],
        storeOutages: true,
        acts: [outage],
      });
    }
    await this.#fleet.release(release);
    const truth = random.pick(truths);
    // Some time after the first requests, before the last share is reached.
    await stage.wait(random.integer(120_000, 480_000));
    if (random.chance(0.4)) {
      this.#become(truth);
      return;
    }
    // What makes a release fail may take the metrics with it.
    stage.director.after(3000, () => this.#become(truth));
    await stage.fault(outage.kind, outage.kind, random.integer(80_000, 130_000), outage.begin);
  }

  /** A canary that is being taken back may look well again: less is asked of it. */
  recover(): void {
    const isMild = this.#truth === 'tasks' || this.#truth === 'agents';
    if (isMild && this.#stage.director.random.chance(0.8)) this.#become('recovered');
  }

  #become(truth: Truth): void {
    this.#truth = truth;
    this.#stage.history.record('threshold-truth', { kind: 'threshold.truth', truth });
  }

  #behaviour(backend: CanaryBackend): Behaviour {
    const good = { delayMs: 30, errorShare: 0 };
    if (backend === 'stable') return good;
    switch (this.#truth) {
      case 'healthy':
      case 'recovered':
      case 'tasks':
      case 'agents':
        return good;
      case 'errors':
        return { ...good, errorShare: 0.08 };
      case 'slow':
        return { ...good, delayMs: 900 };
    }
  }

  #scrape(component: Component): void {
    const { telemetry, process, host, name } = component;
    this.#prometheus.addTarget({ instance: name, labels: {}, telemetry, process, host });
    if (name !== 'canary-backend-canary') return;
    const tasks = telemetry.gauge(taskSuccessMetric, {});
    const agents = telemetry.gauge(agentHealthMetric, {});
    const tell = (): void => {
      tasks.set(this.#truth === 'tasks' ? 0.93 : 0.998);
      agents.set(this.#truth === 'agents' ? 0.8 : 0.97);
    };
    tell();
    process.every(1000, tell);
  }
}

export const thresholdVariant: Variant = {
  name: 'threshold',
  summary: 'a canary is led up by thresholds, and taken back at once or by and by',
  minutes,
  goals: [goal('the canary got requests', 'canary.routed', ({ backend }) => backend === 'canary')],
  begin(stage, bug) {
    const policies = bug === undefined ? undefined : thresholdBugs[bug];
    const world = new ThresholdStageWorld(stage, policies ?? correctThresholdPolicies);
    stage.play(() => world.play());
    stage.history.on('threshold.decided', ({ mode }) => {
      if (mode === 'reducing') stage.director.after(5000, () => world.recover());
    });
  },
};
