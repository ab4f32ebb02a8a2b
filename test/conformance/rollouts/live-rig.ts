import { setTimeout as sleep } from 'node:timers/promises';
import { KubeApiError } from '../kubernetes/live/kube-api.ts';
import type { RolloutsCluster } from './live-cluster.ts';
import { LiveExperiments } from './live-experiments.ts';
import type { LiveAnalysisRun, LiveReplicaSet, LiveRollout } from './live-objects.ts';
import { experimentsPath, manifestsOf, podTemplate, rolloutsPath, versionOfImage } from './manifests.ts';
import { versionName } from './model-rig.ts';
import {
  firstVersion,
  hasExperiments,
  plainMessage,
  shortDeadlineSeconds,
  type Observation,
  type PlannedAct,
  type RolloutPlan,
} from './plan.ts';

const pollMs = 100;
/** Without any change for this long, and this long after an act, a rollout that shows what is expected is at rest. */
const quietMs = 1_500;
const afterActMs = 2_500;
/** One that shows something else gets more time: on a busy machine the controller may be slow. */
const surelyQuietMs = 20_000;
/** A metric with an interval of 1 s has been measured often enough by then. */
const afterAnswerMs = 5_000;
const giveUpMs = 180_000;
const deadlineKey = 'scale-down-deadline';

/**
 * What the real controller shows after each act; undefined where it never came to rest. What is expected decides only
 * how long one waits: the next act comes early where it is seen, and late where it is not.
 */
export async function runLive(
  cluster: RolloutsCluster,
  name: string,
  plan: RolloutPlan,
  expected: readonly Observation[],
): Promise<readonly Observation[] | undefined> {
  const live = new LivePlan(cluster, name, plan, expected);
  try {
    return await live.run();
  } finally {
    await live.remove();
  }
}

class LivePlan {
  readonly #cluster: RolloutsCluster;
  readonly #name: string;
  readonly #plan: RolloutPlan;
  readonly #expected: readonly Observation[];
  readonly #experiments: LiveExperiments;
  #path: number[] = [];
  #changedAtMs = 0;

  constructor(cluster: RolloutsCluster, name: string, plan: RolloutPlan, expected: readonly Observation[]) {
    this.#cluster = cluster;
    this.#name = name;
    this.#plan = plan;
    this.#expected = expected;
    this.#experiments = new LiveExperiments(cluster, name);
    cluster.rollouts.onChange((_, rollout) => {
      if (rollout.metadata.name !== name) return;
      this.#changedAtMs = Date.now();
      const index = rollout.status?.currentStepIndex;
      if (index !== undefined && index !== this.#path.at(-1)) this.#path.push(index);
    });
    cluster.replicaSets.onChange((_, { metadata }) => {
      if (metadata.labels?.['app'] === name) this.#changedAtMs = Date.now();
    });
    cluster.experiments.onChange((_, experiment) => {
      if (this.#experiments.owns(experiment)) this.#changedAtMs = Date.now();
    });
  }

  async run(): Promise<readonly Observation[] | undefined> {
    const { rollout, acts } = this.#plan;
    const version = versionName(firstVersion);
    for (const { path, body } of manifestsOf(this.#name, rollout, version, this.#cluster.metrics.port)) {
      await this.#cluster.plane.api.create(path, body);
    }
    if (!(await this.#rest(afterActMs, this.#expected[0]))) return undefined;
    const observations = [this.#observe()];
    for (const act of acts) {
      this.#path = this.#path.slice(-1);
      await this.#apply(act);
      const leastMs = act.kind === 'answer' || act.kind === 'answer-once' ? afterAnswerMs : afterActMs;
      if (!(await this.#rest(leastMs, this.#expected[observations.length]))) return undefined;
      observations.push(this.#observe());
    }
    return observations;
  }

  async remove(): Promise<void> {
    const { rollout } = this.#plan;
    const version = versionName(firstVersion);
    for (const { path, body } of manifestsOf(this.#name, rollout, version, 0).toReversed()) {
      try {
        await this.#cluster.plane.api.delete(`${path}/${body.metadata.name}`, {
          propagationPolicy: 'Background',
        });
      } catch (error) {
        if (!(error instanceof KubeApiError)) throw error;
      }
    }
  }

  async #apply(act: PlannedAct): Promise<void> {
    switch (act.kind) {
      case 'version': {
        const version = versionName(act.version);
        if (act.held) this.#cluster.hold(this.#name, version);
        return this.#patch({ spec: { template: podTemplate(this.#name, version) } });
      }
      case 'release':
        return this.#cluster.release(this.#name, versionName(act.version));
      case 'scale':
        return this.#patch({ spec: { replicas: act.replicas } });
      case 'answer':
        this.#cluster.metrics.answer(`${this.#name}/${act.metric}`, act.answer);
        return;
      case 'answer-once':
        this.#cluster.metrics.answerOnce(`${this.#name}/${act.metric}`, act.answer, act.afterwards);
        return;
      case 'terminate-experiments':
        return this.#terminateExperiments();
      case 'restart-controller':
        return this.#cluster.restartController();
      case 'abort':
        return this.#patchStatus({ abort: true });
      case 'retry':
        return this.#patchStatus({ abort: false });
      case 'promote':
        return this.#promote();
      case 'promote-full': {
        const { currentPodHash, stableRS } = this.#rollout().status ?? {};
        if (currentPodHash !== stableRS) await this.#patchStatus({ promoteFull: true });
      }
    }
  }

  /** As the command `promote` does it. */
  #promote(): Promise<void> {
    const { pauseConditions = [], currentStepIndex, controllerPause, canary } = this.#rollout().status ?? {};
    const steps = this.#plan.rollout.steps.length;
    const next = steps === 0 ? undefined : Math.min((currentStepIndex ?? 0) + 1, steps);
    const step = next === undefined ? {} : { currentStepIndex: next };
    const inconclusive = canary?.currentStepAnalysisRunStatus?.status === 'Inconclusive';
    if (inconclusive && pauseConditions.length > 0 && controllerPause === true) {
      return this.#patchStatus({ pauseConditions: null, controllerPause: false, ...step });
    }
    if (pauseConditions.length > 0) return this.#patchStatus({ pauseConditions: null });
    return this.#patchStatus({ pauseConditions: null, ...step });
  }

  async #terminateExperiments(): Promise<void> {
    for (const { metadata, status } of this.#experiments.objects()) {
      const phase = status?.phase ?? '';
      if (phase !== '' && phase !== 'Pending' && phase !== 'Running') continue;
      const path = `${experimentsPath}/${metadata.name}`;
      await this.#cluster.plane.api.patch(path, 'merge', { spec: { terminate: true } });
    }
  }

  async #patch(body: unknown): Promise<void> {
    await this.#cluster.plane.api.patch(`${rolloutsPath}/${this.#name}`, 'merge', body);
  }

  async #patchStatus(status: unknown): Promise<void> {
    await this.#cluster.plane.api.patch(`${rolloutsPath}/${this.#name}/status`, 'merge', { status });
  }

  #rollout(): LiveRollout {
    const rollout = this.#cluster.rollouts.objects.get(`default/${this.#name}`);
    if (rollout === undefined) throw new Error(`the rollout ${this.#name} is gone`);
    return rollout;
  }

  #replicaSets(): readonly LiveReplicaSet[] {
    return [...this.#cluster.replicaSets.objects.values()].filter(
      ({ metadata }) => metadata.labels?.['app'] === this.#name,
    );
  }

  #analysisRuns(): readonly LiveAnalysisRun[] {
    return [...this.#cluster.analysisRuns.objects.values()].filter(
      ({ metadata }) => metadata.labels?.['app'] === this.#name,
    );
  }

  /** Waits until nothing changes any more; false where that never comes. */
  async #rest(leastMs: number, expected: Observation | undefined): Promise<boolean> {
    const startMs = Date.now();
    this.#changedAtMs = startMs;
    for (;;) {
      await sleep(pollMs);
      const nowMs = Date.now();
      if (this.#cluster.controllerEnded) throw new Error('the rollouts controller ended by itself');
      if (nowMs - startMs > giveUpMs) return false;
      if (nowMs - startMs < leastMs || nowMs - this.#changedAtMs < quietMs) continue;
      if (this.#isBusy(nowMs - startMs)) continue;
      if (nowMs - this.#changedAtMs >= surelyQuietMs) return true;
      if (JSON.stringify(this.#observe()) === JSON.stringify(expected)) return true;
    }
  }

  #isBusy(sinceActMs: number): boolean {
    const { metadata, status } = this.#rollout();
    if (status?.observedGeneration !== String(metadata.generation)) return true;
    const { progressDeadlineSeconds, steps } = this.#plan.rollout;
    const deadlineRuns = status.phase === 'Progressing' && progressDeadlineSeconds === shortDeadlineSeconds;
    // The controller looks up to a second after the deadline.
    if (deadlineRuns && sinceActMs < (shortDeadlineSeconds + 4) * 1000) return true;
    const step = steps[status.currentStepIndex ?? 0];
    const pausedForTime = step?.kind === 'pause' && step.seconds !== undefined && status.phase === 'Paused';
    const shortlyDeadline =
      progressDeadlineSeconds === shortDeadlineSeconds && sinceActMs < (shortDeadlineSeconds + 4) * 1000;
    return (
      pausedForTime ||
      this.#experiments.isBusy(shortlyDeadline) ||
      [...this.#replicaSets(), ...this.#experiments.replicaSets()].some((set) => this.#isMoving(set)) ||
      [...this.#analysisRuns(), ...this.#experiments.analysisRuns()].some(isMeasuring)
    );
  }

  #isMoving({ metadata, spec, status }: LiveReplicaSet): boolean {
    const goes = Object.keys(metadata.annotations ?? {}).some((key) => key.endsWith(deadlineKey));
    if (goes && spec.replicas > 0) return true;
    if (status.observedGeneration !== metadata.generation || status.replicas !== spec.replicas) return true;
    const held = this.#cluster.isHeld(this.#name, imageVersion(spec.template));
    return !held && (status.availableReplicas ?? 0) < spec.replicas;
  }

  #observe(): Observation {
    const { status = {} } = this.#rollout();
    const sets = this.#replicaSets();
    const versionOfHash = new Map(
      sets.map(({ metadata, spec }) => [
        metadata.labels?.['rollouts-pod-template-hash'] ?? '',
        imageVersion(spec.template),
      ]),
    );
    let message = plainMessage(status.message ?? '');
    for (const [hash, version] of versionOfHash) message = message.replace(`${this.#name}-${hash}`, version);
    return {
      stepIndex: status.currentStepIndex ?? null,
      path: this.#plan.rollout.background === undefined ? [...this.#path] : [],
      phase: status.phase ?? '',
      message,
      abort: status.abort ?? false,
      stable: versionOfHash.get(status.stableRS ?? '') ?? '',
      pauses: (status.pauseConditions ?? []).map(({ reason }) => reason),
      weight: status.canary?.weights?.canary.weight ?? null,
      replicaSets: sets
        .filter(({ spec }) => spec.replicas > 0)
        .map(
          ({ spec, status: { availableReplicas = 0 } }) =>
            `${imageVersion(spec.template)} ${availableReplicas}/${spec.replicas}`,
        )
        .toSorted((left, right) => left.localeCompare(right, 'en')),
      analyses: this.#analysisRuns()
        .map(describeRun)
        .toSorted((left, right) => left.localeCompare(right, 'en')),
      ...(hasExperiments(this.#plan.rollout)
        ? {
            experiments: this.#experiments.observe(),
            experimentWeights: (status.canary?.weights?.additional ?? []).map(({ weight }) => weight),
          }
        : {}),
    };
  }
}

function imageVersion({ spec }: LiveReplicaSet['spec']['template']): string {
  return versionOfImage(spec.containers[0]?.image ?? '');
}

/** Runs that will end by themselves, and errors that will be tried again. */
function isMeasuring({ spec, status }: LiveAnalysisRun): boolean {
  const phase = status?.phase ?? '';
  if (phase !== '' && phase !== 'Running' && phase !== 'Pending') return false;
  if (phase === '' || spec.terminate === true || spec.metrics.every(({ count }) => count !== undefined))
    return true;
  return (status?.metricResults ?? []).some(
    ({ measurements = [] }) => measurements.at(-1)?.phase === 'Error',
  );
}

function describeRun({ metadata, status }: LiveAnalysisRun): string {
  const { labels = {} } = metadata;
  const place = labels['rollout-type'] === 'Step' ? `step ${labels['step-index'] ?? ''}` : 'background';
  const message = plainMessage(status?.message ?? '');
  return `${place} ${status?.phase ?? ''}${message === '' ? '' : `: ${message}`}`;
}
