import type { SystemCustomisation } from '../sim/system-customisation.ts';

/** Both customisations, the second one on top of the first: what a scenario runs, with a bug planted in it. */
export function customisedBoth(first: SystemCustomisation, second: SystemCustomisation): SystemCustomisation {
  const both =
    <Settings>(
      one: ((settings: Settings) => Settings) | undefined,
      two: ((settings: Settings) => Settings) | undefined,
    ) =>
    (settings: Settings): Settings => {
      const changed = one === undefined ? settings : one(settings);
      return two === undefined ? changed : two(changed);
    };
  return {
    collector: both(first.collector, second.collector),
    defender: both(first.defender, second.defender),
    v1Defender: both(first.v1Defender, second.v1Defender),
    electionAgent: both(first.electionAgent, second.electionAgent),
    gateway: both(first.gateway, second.gateway),
    management: both(first.management, second.management),
    rollout: both(first.rollout, second.rollout),
    experiment: both(first.experiment, second.experiment),
    ports: (component, ports, colour) => {
      const changed = first.ports?.(component, ports, colour) ?? ports;
      return second.ports?.(component, changed, colour) ?? changed;
    },
  };
}
