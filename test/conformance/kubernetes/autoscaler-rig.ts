import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScalingBehaviour, ScalingRules } from '../../../sim/kubernetes/index.ts';
import { requestMilli, type AutoscalerPlan, type Load } from './autoscaler-plan.ts';
import type { AutoscalerRecord, AutoscalerRound, RecordedPod } from './autoscaler-record.ts';
import { ControlPlane } from './live/control-plane.ts';
import { FakeKubelet } from './live/fake-kubelet.ts';
import { Informer } from './live/informer.ts';
import { MetricsProxy, type PodUsage } from './live/metrics-proxy.ts';
import { conditionOf, podReady, type KubePod } from './live/objects.ts';
import { comparisonTimes } from './times.ts';

interface Target {
  readonly rounds: AutoscalerRound[];
  load: Load;
  current: number;
  /** What the last round that has no end yet found. */
  open: Omit<AutoscalerRound, 'desired'> | undefined;
  /** The round asked for measurements: it decides even if it writes nothing. */
  measured: boolean;
  /** The next read of the scale belongs to the same round. */
  writesAgain: boolean;
  startMs: number | undefined;
}

/** Real autoscalers with measurements that the plan gives. */
export class AutoscalerRig {
  readonly #plane: ControlPlane;
  readonly #pods: Informer<KubePod>;
  readonly #kubelet: FakeKubelet;
  readonly #targets = new Map<string, Target>();
  readonly #proxy: MetricsProxy;

  private constructor(plane: ControlPlane) {
    this.#plane = plane;
    this.#pods = new Informer(plane.api, '/api/v1/pods');
    this.#kubelet = new FakeKubelet(plane.api, this.#pods, {
      readyAfterMs: (pod) => this.#targets.get(appOf(pod))?.load.readyAfterMs,
      holdsTerminating: () => false,
    });
    this.#proxy = new MetricsProxy(plane.api.port, plane.api.token, readFileSync(plane.certificatePath), {
      measure: (app) => this.#measure(app),
      scaleRead: (app, replicas) => this.#scaleRead(app, replicas),
      scaleRefused: (app) => this.#scaleRefused(app),
      scaleWritten: (app, replicas) => this.#endRound(app, replicas),
    });
  }

  /** Errors: `LiveProblem` where the servers are missing or do not start. */
  static async start(): Promise<AutoscalerRig> {
    const rig = new AutoscalerRig(await ControlPlane.start(comparisonTimes));
    await rig.#pods.start();
    rig.#kubelet.start();
    await rig.#kubelet.addNode({ name: 'large', cpuMilli: 10_000_000, podSlots: 5_000 });
    rig.#plane.startAutoscalers(await rig.#proxy.listen());
    return rig;
  }

  /** Runs one plan to its end. */
  async run(id: string, app: string, plan: AutoscalerPlan): Promise<AutoscalerRecord> {
    const { loads, ...settings } = plan;
    const first = loads[0];
    if (first === undefined) throw new RangeError('a plan needs a load');
    const target: Target = {
      rounds: [],
      load: { ...first, readyAfterMs: 0 },
      current: plan.replicas,
      open: undefined,
      measured: false,
      writesAgain: false,
      startMs: undefined,
    };
    this.#targets.set(app, target);
    const { api } = this.#plane;
    await api.create('/apis/apps/v1/namespaces/default/deployments', deployment(app, plan.replicas));
    await api.create('/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers', {
      metadata: { name: app },
      spec: autoscalerSpec(app, plan),
    });
    for (const load of loads) {
      target.load = load;
      await this.#makeUnready(app, load.unreadyEvery);
      await sleep(load.seconds * 1000);
    }
    this.#targets.delete(app);
    await api.delete(`/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/${app}`);
    await api.delete(`/apis/apps/v1/namespaces/default/deployments/${app}`, {
      propagationPolicy: 'Background',
    });
    return { id, plan: settings, rounds: target.rounds };
  }

  async stop(): Promise<void> {
    this.#kubelet.stop();
    await this.#pods.stop();
    this.#proxy.close();
    await this.#plane.stop();
  }

  /** A round begins: whatever the one before wanted to write is written. */
  #scaleRead(app: string, replicas: number): void {
    const target = this.#targets.get(app);
    if (target === undefined) return;
    if (target.writesAgain) {
      target.writesAgain = false;
      return;
    }
    if (target.measured) this.#endRound(app, target.current);
    target.current = replicas;
    target.startMs ??= Date.now();
    target.open = {
      timeMs: Date.now() - target.startMs,
      current: replicas,
      pods: this.#recorded(app, target.startMs, new Map()),
    };
  }

  #measure(app: string): readonly PodUsage[] {
    const target = this.#targets.get(app);
    if (target === undefined) return [];
    target.measured = true;
    const usages = this.#usages(app, target.load);
    target.startMs ??= Date.now();
    const byName = new Map(usages.map(({ pod, cpuMilli }) => [pod, cpuMilli]));
    target.open = {
      timeMs: Date.now() - target.startMs,
      current: target.current,
      pods: this.#recorded(app, target.startMs, byName),
    };
    return usages;
  }

  #endRound(app: string, desired: number): void {
    const target = this.#targets.get(app);
    if (target?.open === undefined) return;
    target.rounds.push({ ...target.open, desired });
    target.open = undefined;
    target.measured = false;
  }

  #scaleRefused(app: string): void {
    const target = this.#targets.get(app);
    if (target !== undefined) target.writesAgain = true;
  }

  #usages(app: string, { usageMilli, missingEvery }: Load): readonly PodUsage[] {
    return this.#mine(app).flatMap((pod, index): readonly PodUsage[] => {
      if (pod.status.phase === 'Pending') return [];
      if (missingEvery > 0 && index % missingEvery === missingEvery - 1) return [];
      return [{ pod: pod.metadata.name, cpuMilli: usageMilli[index % usageMilli.length] ?? 0 }];
    });
  }

  #recorded(app: string, startMs: number, usages: ReadonlyMap<string, number>): readonly RecordedPod[] {
    const since = (time: string | undefined): number => (time === undefined ? 0 : Date.parse(time) - startMs);
    const kinds = new Map<string, RecordedPod>();
    for (const pod of this.#mine(app)) {
      const usageMilli = usages.get(pod.metadata.name);
      const kind = {
        ...(usageMilli === undefined ? {} : { usageMilli }),
        running: pod.status.phase === 'Running',
        ready: podReady(pod),
        readyChangedMs: since(conditionOf(pod, 'Ready')?.lastTransitionTime),
        startedMs: since(pod.status.startTime),
      };
      const key = JSON.stringify(kind);
      kinds.set(key, { count: (kinds.get(key)?.count ?? 0) + 1, ...kind });
    }
    return [...kinds.values()];
  }

  async #makeUnready(app: string, every: number): Promise<void> {
    if (every === 0) return;
    for (const [index, pod] of this.#mine(app).filter(podReady).entries()) {
      if (index % every === every - 1) await this.#kubelet.setReady(pod, false);
    }
  }

  /** Active pods, the oldest first. */
  #mine(app: string): readonly KubePod[] {
    return [...this.#pods.objects.values()]
      .filter((pod) => appOf(pod) === app && pod.metadata.deletionTimestamp === undefined)
      .toSorted((left, right) => {
        const { creationTimestamp: first, name } = left.metadata;
        const { creationTimestamp: second, name: otherName } = right.metadata;
        return first < second ? -1 : first > second ? 1 : name < otherName ? -1 : 1;
      });
  }
}

function appOf(pod: KubePod): string {
  return pod.metadata.labels?.['app'] ?? '';
}

function deployment(app: string, replicas: number): unknown {
  const labels = { app };
  return {
    metadata: { name: app, labels },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          containers: [{ name: 'app', image: 'app:a', resources: { requests: { cpu: `${requestMilli}m` } } }],
        },
      },
    },
  };
}

function autoscalerSpec(app: string, plan: AutoscalerPlan): unknown {
  return {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: app },
    minReplicas: plan.minReplicas,
    maxReplicas: plan.maxReplicas,
    metrics: [
      {
        type: 'Resource',
        resource: {
          name: 'cpu',
          target: { type: 'Utilization', averageUtilization: plan.targetCpuPercent },
        },
      },
    ],
    ...(plan.behaviour === undefined ? {} : { behavior: behaviour(plan.behaviour) }),
  };
}

function behaviour({ up, down }: ScalingBehaviour): unknown {
  return { scaleUp: scalingRules(up), scaleDown: scalingRules(down) };
}

function scalingRules({ stabilizationMs, select, policies }: ScalingRules): unknown {
  const names = { max: 'Max', min: 'Min', disabled: 'Disabled' } as const;
  return {
    stabilizationWindowSeconds: stabilizationMs / 1000,
    selectPolicy: names[select],
    policies: policies.map(({ kind, value, periodMs }) => ({
      type: kind === 'pods' ? 'Pods' : 'Percent',
      value,
      periodSeconds: periodMs / 1000,
    })),
  };
}
