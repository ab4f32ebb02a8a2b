import type { RandomStream } from '../sim/kernel/index.ts';
import { colours, type Colour } from '../system/ports/colour.ts';
import type { FaultKind } from './fault.ts';
import { textOf, type ChoiceParameter, type ParameterValues } from './parameter.ts';
import type { FaultWorld, TargetPod } from './world-access.ts';

export type Component =
  'gateway' | 'management' | 'rollout' | 'collector' | 'defender' | 'leader-defender' | 'election-agent';

/** Those that every world has. */
const everywhere: readonly Component[] = [
  'gateway',
  'management',
  'rollout',
  'collector',
  'defender',
  'leader-defender',
];

export const components: readonly Component[] = [...everywhere, 'election-agent'];

/** Deployments of the world, as the operator names them. */
export const deployments: readonly string[] = [
  'gateway',
  'management',
  'rollout',
  'collector-blue',
  'collector-green',
  'defender-blue',
  'defender-green',
];

export const componentParameter: ChoiceParameter = {
  name: 'component',
  type: 'choice',
  choices: components,
  drawn: everywhere,
  default: 'defender',
  doc: 'whose pods; leader-defender is the Defender that leads when the fault begins',
};

export const anyColourParameter: ChoiceParameter = {
  name: 'colour',
  type: 'choice',
  choices: [...colours, 'any'],
  default: 'any',
  doc: 'of collectors and Defenders; the other components have none',
};

export const colourParameter: ChoiceParameter = {
  name: 'colour',
  type: 'choice',
  choices: colours,
  default: 'blue',
  doc: 'which of the two clusters',
};

/** `blue`, `green`, or both for `any`. */
export function coloursOf(choice: string): readonly Colour[] {
  return colours.filter((colour) => choice === 'any' || choice === colour);
}

/** The one colour that `colourParameter` holds. */
export function colourOf(choice: string): Colour {
  return choice === 'green' ? 'green' : 'blue';
}

export function componentOf(choice: string): Component {
  const component = components.find((known) => known === choice);
  if (component === undefined) throw new TypeError(`no component ${choice}`);
  return component;
}

function deploymentsOf(component: Component, colour: string): readonly string[] {
  switch (component) {
    case 'gateway':
    case 'management':
    case 'rollout':
      return [component];
    case 'collector':
      return coloursOf(colour).map((one) => `collector-${one}`);
    case 'election-agent':
      return coloursOf(colour).map((one) => `election-agent-${one}`);
    case 'defender':
    case 'leader-defender':
      return coloursOf(colour).map((one) => `defender-${one}`);
  }
}

/** Pods of a component that have a running process, in the order of the orchestrator. */
export function podsOf(world: FaultWorld, component: Component, colour: string): readonly TargetPod[] {
  const running = deploymentsOf(component, colour).flatMap((deployment) =>
    world.kubernetes.pods({ deployment }).filter((pod) => pod.process.alive),
  );
  if (component !== 'leader-defender') return running;
  const leaders = coloursOf(colour).map((one) => world.leaderPod(one));
  return running.filter((pod) => leaders.includes(pod.name));
}

/**
 * The pods that a fault may hit: those of its `component` and `colour`, or the one pod that a moment of the protocol
 * pointed at. Kinds with a `component` choose their pods here.
 */
export function targetPods(world: FaultWorld, values: ParameterValues): readonly TargetPod[] {
  const aimed = values['pod'];
  if (aimed !== undefined) {
    return world.kubernetes.pods().filter((pod) => pod.name === aimed && pod.process.alive);
  }
  return podsOf(world, componentOf(textOf(values, 'component')), textOf(values, 'colour'));
}

/** Whether a fault of this kind can be pointed at one pod. */
export function isAimable(kind: FaultKind): boolean {
  return kind.parameters.some((parameter) => parameter.name === 'component');
}

/** Parameters that choose pods, which a moment that points at one replaces. */
export const choosingParameters: readonly string[] = ['component', 'colour', 'count', 'share'];

/** The values of a fault that was pointed at one pod of this colour: targets and report show it. */
export function aimedAt(values: ParameterValues, pod: string, colour: Colour): ParameterValues {
  const aimed: Record<string, number | string> = { ...values, component: 'defender', colour, pod };
  if ('count' in values) aimed['count'] = 1;
  return aimed;
}

/** Up to `count` of them, drawn without replacement. */
export function draw<T>(random: RandomStream, items: readonly T[], count: number): readonly T[] {
  return random.shuffle(Array.from(items)).slice(0, count);
}

/** `share` of them, at least one where there is any. */
export function drawShare<T>(random: RandomStream, items: readonly T[], share: number): readonly T[] {
  return draw(random, items, Math.max(1, Math.round(items.length * share)));
}

/** The dependency that a fault of a component's pods takes away, for the generator's budget. */
export function dependencyOf(component: string, colour: string): string {
  switch (componentOf(component)) {
    case 'gateway':
    case 'management':
    case 'rollout':
      return component;
    case 'collector':
    case 'election-agent':
    case 'defender':
      return `${component}-${colour}`;
    case 'leader-defender':
      return `defender-${colour}`;
  }
}
