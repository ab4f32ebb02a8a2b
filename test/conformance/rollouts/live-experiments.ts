import type { RolloutsCluster } from './live-cluster.ts';
import type { LiveAnalysisRun, LiveExperiment, LiveReplicaSet } from './live-objects.ts';
import { versionOfImage } from './manifests.ts';
import { describeExperiment } from './plan.ts';

const experimentAnnotation = 'experiment.argoproj.io/name';

/** The Experiments of one rollout with what belongs to them. */
export class LiveExperiments {
  readonly #cluster: RolloutsCluster;
  readonly #rollout: string;

  constructor(cluster: RolloutsCluster, rollout: string) {
    this.#cluster = cluster;
    this.#rollout = rollout;
  }

  objects(): readonly LiveExperiment[] {
    return [...this.#cluster.experiments.objects.values()].filter((each) => this.owns(each));
  }

  owns({ metadata }: LiveExperiment): boolean {
    return (metadata.ownerReferences ?? []).some(({ name }) => name === this.#rollout);
  }

  replicaSets(): readonly LiveReplicaSet[] {
    const names = new Set(this.objects().map(({ metadata }) => metadata.name));
    return [...this.#cluster.replicaSets.objects.values()].filter(({ metadata }) =>
      names.has(metadata.annotations?.[experimentAnnotation] ?? ''),
    );
  }

  analysisRuns(): readonly LiveAnalysisRun[] {
    const names = new Set(this.objects().map(({ metadata }) => metadata.name));
    return [...this.#cluster.analysisRuns.objects.values()].filter(({ metadata }) =>
      (metadata.ownerReferences ?? []).some(({ kind, name }) => kind === 'Experiment' && names.has(name)),
    );
  }

  /** Something in them will change by itself: a duration that runs, a deadline, an end that is not seen yet. */
  isBusy(shortDeadline: boolean): boolean {
    return this.objects().some(({ spec, status }) => {
      const phase = status?.phase ?? '';
      if (phase === '') return true;
      if (phase !== 'Running' && phase !== 'Pending') return false;
      const templates = status?.templateStatuses ?? [];
      const over = templates.length > 0 && templates.every((each) => each.status === 'Successful');
      if (over) return false;
      if (spec.terminate === true || (phase === 'Pending' && shortDeadline)) return true;
      return phase === 'Running' && spec.duration !== undefined;
    });
  }

  observe(): readonly string[] {
    const sets = new Map(this.replicaSets().map((set) => [set.metadata.name, set]));
    const runs = new Map(this.analysisRuns().map((run) => [run.metadata.name, run]));
    return this.objects()
      .map((experiment) => shown(experiment, sets, runs))
      .toSorted((left, right) => left.localeCompare(right, 'en'));
  }
}

function shown(
  { metadata, spec, status }: LiveExperiment,
  sets: ReadonlyMap<string, LiveReplicaSet>,
  runs: ReadonlyMap<string, LiveAnalysisRun>,
): string {
  const hash = metadata.labels?.['rollouts-pod-template-hash'] ?? '';
  // The name is rollout-hash-revision-step, with one number more for a second experiment of the same step.
  const [, , stepIndex = ''] = metadata.name.slice(metadata.name.indexOf(hash)).split('-');
  return describeExperiment({
    stepIndex: Number(stepIndex),
    phase: status?.phase ?? '',
    message: status?.message ?? '',
    templates: spec.templates.map(({ name, template }) => {
      const set = sets.get(`${metadata.name}-${name}`);
      return {
        name,
        version: versionOfImage(template.spec.containers[0]?.image ?? ''),
        phase: status?.templateStatuses?.find((each) => each.name === name)?.status ?? '',
        available: set?.status.availableReplicas ?? 0,
        desired: set?.spec.replicas ?? 0,
      };
    }),
    analyses: (spec.analyses ?? []).map(({ name }) => {
      const analysis = status?.analysisRuns?.find((each) => each.name === name);
      const run = runs.get(analysis?.analysisRun ?? '');
      return { name, phase: analysis?.phase ?? '', run: run?.status?.phase ?? '' };
    }),
  });
}
