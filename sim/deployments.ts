import { colours, type Colour } from '../system/ports/colour.ts';
import type { ExperimentSide } from '../system/ports/experiment-side.ts';
import {
  experimentComponents,
  experimentDeployment,
  experimentSides,
  type ExperimentComponent,
} from '../system/routing/experiment/sides.ts';
import { initialStableColour } from './component-settings.ts';
import type { Components } from './components.ts';
import type { Kernel } from './kernel/index.ts';
import {
  defaultProbe,
  type AutoscalerSpec,
  type DeploymentSpec,
  type Kubernetes,
} from './kubernetes/index.ts';
import type { ComponentName } from './system-customisation.ts';
import type { WorldOptions } from './world-options.ts';

/** What the fab has run for weeks: every node has it. */
export const firstImage = 'v1.0';

const collectorCpuMilli = 2000;
const defenderCpuMilli = 4000;

/** The Deployments of a fab, as an operator would have made them before the day began. */
export class Deployments {
  readonly #options: WorldOptions;
  readonly #kernel: Kernel;
  readonly #kubernetes: Kubernetes;
  readonly #components: Components;

  constructor(options: WorldOptions, kernel: Kernel, kubernetes: Kubernetes, components: Components) {
    this.#options = options;
    this.#kernel = kernel;
    this.#kubernetes = kubernetes;
    this.#components = components;
  }

  create(): void {
    const { gateways } = this.#options;
    this.#deploy('management', undefined, { name: 'management', replicas: 1, stableNames: true });
    this.#deploy('rollout', undefined, { name: 'rollout', replicas: 1, stableNames: true });
    this.#deploy('gateway', undefined, { name: 'gateway', replicas: gateways, stableNames: true });
    if (this.#options.experiment !== undefined) {
      for (const side of experimentSides) {
        for (const component of experimentComponents) this.#deployExperiment(component, side);
      }
    }
    for (const colour of colours) this.#deployColour(colour);
  }

  #deployColour(colour: Colour): void {
    const { bothColours, collectors, defenders, leadership } = this.#options;
    const up = bothColours || colour === initialStableColour;
    this.#deploy('collector', colour, {
      name: `collector-${colour}`,
      replicas: up ? collectors : 0,
      cpuMilli: collectorCpuMilli,
      ...this.#autoscaled(colour),
    });
    this.#deploy('defender', colour, {
      name: `defender-${colour}`,
      replicas: up ? defenders : 0,
      cpuMilli: defenderCpuMilli,
      // Successors must stand by before anyone leaves, or an id has nobody to be handed to (defender §6).
      maxUnavailable: 0,
    });
    if (leadership === 'agent') {
      this.#deploy('election-agent', colour, {
        name: `election-agent-${colour}`,
        replicas: 1,
        stableNames: true,
      });
    }
  }

  #autoscaled(colour: Colour): Partial<DeploymentSpec> {
    const { autoscaling, collectors } = this.#options;
    if (autoscaling === undefined) return {};
    const { mostReplicas, targetCpuPercent, cpuPercent } = autoscaling;
    const autoscaler: AutoscalerSpec = {
      minReplicas: collectors,
      maxReplicas: mostReplicas,
      targetCpuPercent,
      cpuUsageMilli: ({ deployment }) =>
        this.#kubernetes.status(deployment).labels['autoscaling'] === 'on'
          ? (cpuPercent(this.#kernel.nowUs) / 100) * collectorCpuMilli
          : undefined,
    };
    return { autoscaler, labels: { colour, autoscaling: colour === initialStableColour ? 'on' : 'off' } };
  }

  #deploy(
    component: ComponentName,
    colour: Colour | undefined,
    spec: Pick<DeploymentSpec, 'name' | 'replicas'> & Partial<DeploymentSpec>,
  ): void {
    const disruptionBudget = this.#options.disruptionBudgets?.[component];
    this.#kubernetes.deploy({
      image: firstImage,
      labels: colour === undefined ? {} : { colour },
      readiness: { ...defaultProbe, periodMs: 2000 },
      ...(disruptionBudget === undefined ? {} : { disruptionBudget }),
      ...spec,
      start: (pod) => this.#components.start(component, colour, pod),
    });
  }

  #deployExperiment(component: ExperimentComponent, side: ExperimentSide): void {
    this.#kubernetes.deploy({
      name: experimentDeployment(component, side),
      image: firstImage,
      replicas: 0,
      cpuMilli: collectorCpuMilli,
      labels: {},
      readiness: { ...defaultProbe, periodMs: 2000 },
      start: (pod) => this.#components.startExperiment(component, side, pod),
    });
  }
}
