import { colours, otherColour, type Colour } from '../../ports/colour.ts';
import type { Orchestrator } from '../../ports/orchestrator.ts';
import type { ComponentSettings } from './settings.ts';

/** The Deployments of both colours; collectors and Defenders always move together (delivery F56). */
export class Cluster {
  readonly #orchestrator: Orchestrator;
  readonly #components: readonly ComponentSettings[];
  /** Throws where the decision behind a call has been overtaken. */
  readonly #check: () => void;

  constructor(orchestrator: Orchestrator, components: readonly ComponentSettings[], check: () => void) {
    this.#orchestrator = orchestrator;
    this.#components = components;
    this.#check = check;
  }

  /**
   * Asks for the image at full strength, or where it grows with the stages at what this share of all tools needs;
   * undefined when all of it is ready, else what is missing.
   */
  async deploy(colour: Colour, image: string, share: number): Promise<string | undefined> {
    let missing: string | undefined;
    for (const component of this.#components) {
      const name = component.deployments[colour];
      const replicas = component.growsWithStages === true ? demandOf(component, share) : component.replicas;
      const status = await this.#orchestrator.status(name);
      this.#check();
      if (status.image !== image) await this.#orchestrator.setImage(name, image);
      this.#check();
      if (status.desired !== replicas) await this.#orchestrator.scale(name, replicas);
      this.#check();
      const asked = status.image === image && status.desired === replicas;
      if (!asked || status.updated !== replicas || status.ready !== replicas) {
        missing ??= `${name}: ${status.ready} of ${replicas} ready`;
      }
    }
    return missing;
  }

  /** What a colour's collectors run. */
  async imageOf(colour: Colour): Promise<string> {
    const name = this.#components[0]?.deployments[colour] ?? '';
    const { image } = await this.#orchestrator.status(name);
    return image;
  }

  /** Asks for a number of replicas; undefined when no more than these are left, else what is still there. */
  async shrink(colour: Colour, replicas: number): Promise<string | undefined> {
    let left: string | undefined;
    for (const { deployments } of this.#components) {
      const name = deployments[colour];
      const status = await this.#orchestrator.status(name);
      this.#check();
      if (status.desired > replicas) await this.#orchestrator.scale(name, replicas);
      this.#check();
      if (status.desired > replicas || status.ready > replicas) left ??= `${name}: ${status.ready} ready`;
    }
    return left;
  }

  /** Asks for what this share of all tools needs, where that grows with the stages; nothing is ever taken away. */
  async grow(colour: Colour, share: number): Promise<void> {
    for (const component of this.#components) {
      if (component.growsWithStages !== true) continue;
      const status = await this.#orchestrator.status(component.deployments[colour]);
      this.#check();
      const demand = demandOf(component, share);
      if (status.desired < demand) await this.#orchestrator.scale(status.name, demand);
      this.#check();
    }
  }

  /** Whether the colour can carry this share of all tools (delivery C43); undefined, or what is missing. */
  async lacksCapacity(colour: Colour, share: number): Promise<string | undefined> {
    for (const component of this.#components) {
      const status = await this.#orchestrator.status(component.deployments[colour]);
      const demand = demandOf(component, share);
      if (status.ready < demand) return `${status.name}: ${status.ready} of ${demand} ready`;
    }
    return undefined;
  }

  /** Role labels of the Deployments (delivery R63, R83); nothing restarts. */
  async labelRoles(stable: Colour): Promise<void> {
    for (const { deployments } of this.#components) {
      await this.#orchestrator.label(deployments[stable], { role: 'stable' });
      this.#check();
      await this.#orchestrator.label(deployments[otherColour(stable)], { role: 'canary' });
      this.#check();
    }
  }

  /** Nobody scales either colour but this controller (delivery C46, F51). */
  async holdReplicas(): Promise<void> {
    for (const { deployments } of this.#components) {
      for (const colour of colours) {
        await this.#orchestrator.label(deployments[colour], autoscaledLabel(false));
        this.#check();
      }
    }
  }

  /** The stable colour is scaled by its autoscaler, the idle one by nobody (delivery F52). */
  async letStableScale(stable: Colour): Promise<void> {
    for (const { deployments } of this.#components) {
      for (const colour of colours) {
        await this.#orchestrator.label(deployments[colour], autoscaledLabel(colour === stable));
        this.#check();
      }
    }
  }
}

function demandOf({ replicas }: ComponentSettings, share: number): number {
  return Math.ceil(replicas * share);
}

/** What the autoscaler of a Deployment goes by. */
function autoscaledLabel(isOn: boolean): Readonly<Record<string, string>> {
  return { autoscaling: isOn ? 'on' : 'off' };
}
