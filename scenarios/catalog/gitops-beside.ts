import { colours } from '../../system/ports/colour.ts';
import type { World } from '../../sim/world.ts';
import { fixed, goal, minuteMs, parametersOf, type Scenario } from './scenario.ts';

/** How often a GitOps controller looks whether the cluster is as the manifests say. */
const syncMs = 180_000;

interface Manifest {
  readonly deployment: string;
  readonly replicas: number;
}

/** What lies in git: everything as it was before the release. */
function manifestsOf(
  { options: { gateways, collectors, defenders } }: World,
  owns: Owned,
): readonly Manifest[] {
  const routing = [
    { deployment: 'gateway', replicas: gateways },
    { deployment: 'management', replicas: 1 },
    { deployment: 'rollout', replicas: 1 },
  ];
  switch (owns) {
    case 'routing':
      return routing;
    case 'everything':
      return [
        ...routing,
        ...colours.flatMap((colour) => [
          { deployment: `collector-${colour}`, replicas: colour === 'blue' ? collectors : 0 },
          { deployment: `defender-${colour}`, replicas: colour === 'blue' ? defenders : 0 },
        ]),
      ];
  }
}

/** `everything`: also what the rollout controller changes. */
type Owned = 'routing' | 'everything';

/** Sets the cluster back to its manifests, again and again (delivery F57). */
function beginGitOps(world: World, owns: Owned): void {
  const { kernel, kubernetes } = world;
  const manifests = manifestsOf(world, owns);
  const sync = (): void => {
    for (const { deployment, replicas } of manifests) {
      if (kubernetes.status(deployment).desired !== replicas)
        kubernetes.scale(deployment, replicas, 'gitops');
    }
    kernel.after(syncMs * 1000, sync, undefined, undefined);
  };
  kernel.after(syncMs * 1000, sync, undefined, undefined);
}

/**
 * A GitOps controller keeps the cluster as git has it, beside a release that changes it: what the rollout writes is left
 * to the rollout, and what people change by hand elsewhere is taken back (delivery F57).
 */
export const gitOpsBeside: Scenario = {
  name: 'gitops-beside',
  summary:
    'a GitOps controller reverts what people change by hand, and leaves to the rollout what is its own',
  tags: ['rollout', 'rollback', 'delivery', 'one-writer'],
  parameters: parametersOf(40).map((parameter) =>
    parameter.name === 'tools' ? { ...parameter, default: 60 } : parameter,
  ),
  setUp({ minutes, gateways }) {
    const at = (minute: number): number => Math.round((minute / 40) * minutes * minuteMs);
    return {
      durationMs: minutes * minuteMs,
      bothColours: false,
      fixedFaults: fixed([
        { kind: 'operator.start-rollout', parameters: { image: 'v1.1' }, startMs: at(4) },
        {
          kind: 'operator.scale',
          parameters: { deployment: 'gateway', replicas: gateways + 1 },
          startMs: at(12),
        },
        { kind: 'operator.rollback', parameters: { level: 'L1' }, startMs: at(32) },
      ]),
      goals: [
        goal('a change by hand was reverted', 'deployment.changed', ({ by }) => by === 'gitops'),
        goal('a stage was entered', 'rollout.stage', ({ state }) => state === 'entered'),
      ],
      begin: (world, pattern) => beginGitOps(world, pattern === 'everything' ? 'everything' : 'routing'),
    };
  },
};
