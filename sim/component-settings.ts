import { defaultCollectorSettings, type CollectorSettings } from '../system/collector/settings.ts';
import type { V1CollectorSettings } from '../system/collector/v1/start.ts';
import { learnLimits } from '../system/defender/processing/limits.ts';
import {
  agentLeadership,
  defaultDefenderSettings,
  type DefenderSettings,
  type Leadership,
} from '../system/defender/settings.ts';
import { defaultV1DefenderSettings, type V1DefenderSettings } from '../system/defender/v1/settings.ts';
import {
  defaultElectionAgentSettings,
  type ElectionAgentSettings,
} from '../system/election-agent/settings.ts';
import type { Colour } from '../system/ports/colour.ts';
import type { KafkaAddress } from '../system/ports/kafka.ts';
import { defaultExperimentSettings } from '../system/routing/experiment/defaults.ts';
import type { ExperimentSettings } from '../system/routing/experiment/settings.ts';
import { defaultExperimentCopies } from '../system/routing/gateway/experiment-copies.ts';
import { defaultGatewaySettings, type GatewaySettings } from '../system/routing/gateway/settings.ts';
import { defaultManagementSettings, type ManagementSettings } from '../system/routing/management/settings.ts';
import { defaultRolloutSettings, type RolloutSettings } from '../system/routing/rollout/settings.ts';
import type { Equipment } from './equipment/index.ts';
import type { Preparation } from './preparation.ts';
import type { SystemCustomisation } from './system-customisation.ts';
import type { V1Options, WorldOptions } from './world-options.ts';

export const initialStableColour: Colour = 'blue';

const natsUrl = (colour: Colour): string => `nats://nats-${colour}:4222`;

function unchanged<Settings>(settings: Settings): Settings {
  return settings;
}

/**
 * What the components of one fab are started with: what is right for production, with what the fab's options say of it,
 * changed by its customisation.
 */
export class ComponentSettings {
  readonly #options: WorldOptions;
  readonly #customisation: SystemCustomisation;
  readonly #equipment: Equipment;
  readonly #preparation: Preparation;

  constructor(options: WorldOptions, equipment: Equipment, preparation: Preparation) {
    this.#options = options;
    this.#customisation = options.customisation;
    this.#equipment = equipment;
    this.#preparation = preparation;
  }

  collector(colour: Colour): CollectorSettings {
    return (this.#customisation.collector ?? unchanged)({
      ...defaultCollectorSettings(colour, natsUrl(colour)),
      unitKind: this.#options.unitKind ?? 'tool',
      expectedClusterName: `nats-${colour}`,
    });
  }

  defender(colour: Colour): DefenderSettings {
    return (this.#customisation.defender ?? unchanged)({
      ...defaultDefenderSettings(colour, natsUrl(colour), this.#equipment.inventory),
      expectedClusterName: `nats-${colour}`,
      learnLimits: this.#rememberedLimits,
      leadership: this.#leadershipOf(colour),
      consumerModel: this.#options.consumerModel ?? 'durable-per-unit',
      unitKind: this.#options.unitKind ?? 'tool',
    });
  }

  electionAgent(): ElectionAgentSettings {
    return (this.#customisation.electionAgent ?? unchanged)(defaultElectionAgentSettings);
  }

  gateway(): GatewaySettings {
    return (this.#customisation.gateway ?? unchanged)(this.#gatewayWithCopies());
  }

  management(): ManagementSettings {
    return (this.#customisation.management ?? unchanged)({
      ...defaultManagementSettings,
      inventory: this.#equipment.inventory,
      initialStableColour,
    });
  }

  rollout(v1: RolloutSettings['v1']): RolloutSettings {
    const { collectors, defenders } = this.#options;
    return (this.#customisation.rollout ?? unchanged)({
      ...defaultRolloutSettings,
      v1,
      experiment: this.#experiment(),
      collector: { ...defaultRolloutSettings.collector, replicas: collectors },
      defender: { ...defaultRolloutSettings.defender, replicas: defenders },
    });
  }

  v1Collector(v1: V1Options, bootstrap: readonly KafkaAddress[]): V1CollectorSettings {
    const { completionTopic, consumer: kafka } = this.#v1(v1, bootstrap);
    const collector = (this.#customisation.collector ?? unchanged)(defaultCollectorSettings(v1.colour, ''));
    return { ...collector, kafka, completionTopic };
  }

  v1Defender(v1: V1Options, bootstrap: readonly KafkaAddress[]): V1DefenderSettings {
    const remembering = { ...this.#v1(v1, bootstrap), learnLimits: this.#rememberedLimits };
    return (this.#customisation.v1Defender ?? unchanged)(remembering);
  }

  #v1({ colour, partitions }: V1Options, bootstrap: readonly KafkaAddress[]): V1DefenderSettings {
    return defaultV1DefenderSettings(colour, bootstrap, this.#equipment.inventory, partitions);
  }

  #gatewayWithCopies(): GatewaySettings {
    const { experiment } = this.#options;
    if (experiment === undefined) return defaultGatewaySettings;
    const { toolPercent } = experiment;
    return { ...defaultGatewaySettings, experimentCopies: { ...defaultExperimentCopies, toolPercent } };
  }

  #experiment(): ExperimentSettings | undefined {
    const { experiment } = this.#options;
    return experiment && { ...defaultExperimentSettings, ...experiment.settings };
  }

  #leadershipOf(colour: Colour): Leadership {
    switch (this.#options.leadership ?? 'key-value') {
      case 'key-value':
        return { kind: 'key-value' };
      case 'agent':
        return agentLeadership(`election-agent-${colour}:${defaultElectionAgentSettings.port}`);
    }
  }

  /** Learning is a pure function of the stored charts, so that 90 Defenders need not do it 90 times. */
  readonly #rememberedLimits: typeof learnLimits = (recipe, strategies, qualified) => {
    const key = `${recipe}\u0000${qualified.length}`;
    const known = this.#preparation.limits;
    let limits = known.get(key);
    if (limits === undefined) {
      limits = learnLimits(recipe, strategies, qualified);
      known.set(key, limits);
    }
    return limits;
  };
}
