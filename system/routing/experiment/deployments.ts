import type { ExperimentSide } from '../../ports/experiment-side.ts';
import type { Colour } from '../../ports/colour.ts';
import type { Orchestrator } from '../../ports/orchestrator.ts';
import type { ExperimentSettings } from './settings.ts';
import { experimentComponents, experimentDeployment, experimentLabels, experimentSides } from './sides.ts';

/** What an experiment runs. */
export interface ExperimentOrder {
  /** Id of the release: pods of another one are not taken for its own. */
  readonly run: string;
  readonly images: Readonly<Record<ExperimentSide, string>>;
  /** Whose NATS they use: that of the canary, which no tool's data are on. */
  readonly colour: Colour;
}

/** The Deployments of an experiment; found again by their labels after a restart of the controller. */
export class ExperimentDeployments {
  readonly #orchestrator: Orchestrator;
  readonly #settings: ExperimentSettings;
  /** Throws where the decision behind a call has been overtaken. */
  readonly #check: () => void;

  constructor(orchestrator: Orchestrator, settings: ExperimentSettings, check: () => void) {
    this.#orchestrator = orchestrator;
    this.#settings = settings;
    this.#check = check;
  }

  /** Asks for all pods of both sides; undefined when all are ready, else what is missing. */
  async bringUp(order: ExperimentOrder): Promise<string | undefined> {
    let missing: string | undefined;
    for (const side of experimentSides) {
      for (const component of experimentComponents) {
        const name = experimentDeployment(component, side);
        const replicas = component === 'collector' ? this.#settings.collectors : this.#settings.defenders;
        const lack = await this.#bringUpOne(name, replicas, order, order.images[side]);
        missing ??= lack;
      }
    }
    return missing;
  }

  async #bringUpOne(
    name: string,
    replicas: number,
    { run, colour }: ExperimentOrder,
    image: string,
  ): Promise<string | undefined> {
    const status = await this.#orchestrator.status(name);
    this.#check();
    const found = { run: status.labels[experimentLabels.run], image: status.image };
    if (!this.#settings.policies.isOwn(found, { run, image })) {
      if (status.desired > 0) await this.#orchestrator.scale(name, 0);
      else if (status.ready === 0) {
        await this.#orchestrator.label(name, {
          [experimentLabels.run]: run,
          [experimentLabels.colour]: colour,
        });
        this.#check();
        await this.#orchestrator.setImage(name, image);
      }
      this.#check();
      return `${name}: what it had goes first`;
    }
    if (status.desired !== replicas) await this.#orchestrator.scale(name, replicas);
    this.#check();
    return status.desired === replicas && status.ready === replicas
      ? undefined
      : `${name}: ${status.ready} of ${replicas} ready`;
  }

  /** Takes all pods away; undefined when none are asked for any more, else what is left. */
  async takeDown(): Promise<string | undefined> {
    let left: string | undefined;
    for (const side of experimentSides) {
      for (const component of experimentComponents) {
        const name = experimentDeployment(component, side);
        const status = await this.#orchestrator.status(name);
        this.#check();
        if (status.desired === 0) continue;
        await this.#orchestrator.scale(name, 0);
        this.#check();
        left ??= `${name}: ${status.desired} wanted`;
      }
    }
    return left;
  }
}
