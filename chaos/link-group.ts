import type { RandomStream } from '../sim/kernel/index.ts';
import type { LinkCondition } from '../sim/network/index.ts';
import type { ActiveFault, Impact } from './fault.ts';
import { LinkBreak, type Direction } from './link-break.ts';
import {
  numberOf,
  textOf,
  type ChoiceParameter,
  type NumberParameter,
  type ParameterValues,
} from './parameter.ts';
import { coloursOf, drawShare, type Component } from './target-group.ts';
import type { FaultWorld } from './world-access.ts';

type MachineGroup = Exclude<Component, 'leader-defender'> | 'tools' | 'nats' | 'cassandra';

interface Path {
  readonly name: string;
  readonly from: MachineGroup;
  readonly to: MachineGroup;
}

/** Who talks to whom in every fab; who dials comes first. */
const everywhere: readonly Path[] = [
  { name: 'tools-gateway', from: 'tools', to: 'gateway' },
  { name: 'gateway-management', from: 'gateway', to: 'management' },
  { name: 'gateway-collector', from: 'gateway', to: 'collector' },
  { name: 'collector-cassandra', from: 'collector', to: 'cassandra' },
  { name: 'collector-nats', from: 'collector', to: 'nats' },
  { name: 'defender-cassandra', from: 'defender', to: 'cassandra' },
  { name: 'defender-nats', from: 'defender', to: 'nats' },
  { name: 'rollout-management', from: 'rollout', to: 'management' },
  { name: 'nats-nats', from: 'nats', to: 'nats' },
  { name: 'cassandra-cassandra', from: 'cassandra', to: 'cassandra' },
];

const paths: readonly Path[] = [
  ...everywhere,
  { name: 'defender-election-agent', from: 'defender', to: 'election-agent' },
];

export const pathParameter: ChoiceParameter = {
  name: 'path',
  type: 'choice',
  choices: paths.map((path) => path.name),
  drawn: everywhere.map((path) => path.name),
  default: 'defender-cassandra',
  doc: 'between whom; direction is seen from the first of the two',
};

export const shareParameter: NumberParameter = {
  name: 'share',
  type: 'number',
  unit: 'share of the machines',
  minimum: 0,
  maximum: 1,
  typical: [0.05, 1],
  default: 1,
  doc: 'how many machines of the first group are hit, at least one',
};

interface Machine {
  readonly name: string;
  readonly host: number;
}

function machinesOf(world: FaultWorld, group: MachineGroup, colour: string): readonly Machine[] {
  switch (group) {
    case 'tools':
      return world.tools;
    case 'cassandra':
      return world.cassandra.nodes;
    case 'nats':
      return coloursOf(colour).flatMap((one) => world.nats[one].nodes);
    case 'gateway':
    case 'management':
    case 'rollout':
      return world.kubernetes.pods({ deployment: group });
    case 'collector':
    case 'election-agent':
    case 'defender':
      return coloursOf(colour).flatMap((one) => world.kubernetes.pods({ deployment: `${group}-${one}` }));
  }
}

function pathOf(choice: string): Path {
  const path = paths.find((known) => known.name === choice);
  if (path === undefined) throw new TypeError(`no path ${choice}`);
  return path;
}

function hostsOf(machines: readonly Machine[]): readonly number[] {
  return machines.map((machine) => machine.host);
}

/** Disturbs the links of a path. A pod that starts at its second end meanwhile is included, one at its first end is not. */
export function beginOnLinks(
  world: FaultWorld,
  values: ParameterValues,
  random: RandomStream,
  condition: LinkCondition,
  direction: Direction,
): ActiveFault {
  const path = pathOf(textOf(values, 'path'));
  const colour = textOf(values, 'colour');
  const from = drawShare(random, machinesOf(world, path.from, colour), numberOf(values, 'share'));
  const links = new LinkBreak(world.network, condition, direction);
  links.between(hostsOf(from), hostsOf(machinesOf(world, path.to, colour)));
  return {
    targets: from.map((machine) => `${machine.name} - ${path.to}`),
    hits: () => links.hits(),
    end: () => links.lift(),
    podStarted: (name) => {
      const started = machinesOf(world, path.to, colour).filter((machine) => machine.name === name);
      links.between(hostsOf(from), hostsOf(started));
    },
  };
}

/** Links to a server group count against that group, the others against the network. */
export function linkImpact(values: ParameterValues): Impact {
  const { to } = pathOf(textOf(values, 'path'));
  const colour = textOf(values, 'colour');
  return {
    dependency: to === 'nats' ? `nats-${colour}` : to === 'cassandra' ? 'cassandra' : `path-to-${to}`,
    big: numberOf(values, 'share') > 0.5,
    storageLost: 0,
    groupSize: 3,
    settleMs: 60_000,
  };
}
