import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { freePorts, LiveProblem } from '../../../chaos/live/nats/index.ts';
import { ControlPlane } from '../kubernetes/live/control-plane.ts';
import { FakeKubelet } from '../kubernetes/live/fake-kubelet.ts';
import { Informer } from '../kubernetes/live/informer.ts';
import type { KubePod } from '../kubernetes/live/objects.ts';
import {
  controllerPath,
  controllerVersion,
  hasController,
  installCommand,
  resourceDefinitions,
} from './controller-binary.ts';
import {
  analysisRunsPath,
  experimentsPath,
  replicaSetsPath,
  rolloutsPath,
  trafficSplitDefinition,
  versionOfImage,
} from './manifests.ts';
import { MetricServer } from './metric-server.ts';
import type { LiveAnalysisRun, LiveExperiment, LiveReplicaSet, LiveRollout } from './live-objects.ts';

const nodeCount = 4;
const readyAfterMs = 100;

/** A control plane with fake nodes, the real rollouts controller, and a server that answers its metrics. */
export class RolloutsCluster {
  readonly plane: ControlPlane;
  readonly metrics: MetricServer;
  readonly rollouts: Informer<LiveRollout>;
  readonly replicaSets: Informer<LiveReplicaSet>;
  readonly analysisRuns: Informer<LiveAnalysisRun>;
  readonly experiments: Informer<LiveExperiment>;
  readonly #pods: Informer<KubePod>;
  readonly #kubelet: FakeKubelet;
  readonly #held = new Set<string>();
  #controller: ChildProcess | undefined;
  #restarting = false;

  private constructor(plane: ControlPlane, metrics: MetricServer) {
    this.plane = plane;
    this.metrics = metrics;
    this.rollouts = new Informer(plane.api, rolloutsPath);
    this.replicaSets = new Informer(plane.api, replicaSetsPath);
    this.analysisRuns = new Informer(plane.api, analysisRunsPath);
    this.experiments = new Informer(plane.api, experimentsPath);
    this.#pods = new Informer(plane.api, '/api/v1/pods');
    this.#kubelet = new FakeKubelet(plane.api, this.#pods, {
      readyAfterMs: (pod) => (this.#held.has(podKey(pod)) ? undefined : readyAfterMs),
      holdsTerminating: () => false,
    });
  }

  /** Errors: `LiveProblem` where a server or the controller is missing or does not start. */
  static async start(): Promise<RolloutsCluster> {
    if (!hasController()) {
      throw new LiveProblem(`Argo Rollouts ${controllerVersion} is not installed`, installCommand);
    }
    const plane = await ControlPlane.start();
    const cluster = new RolloutsCluster(plane, await MetricServer.start());
    try {
      await cluster.#begin();
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  async #begin(): Promise<void> {
    const { api } = this.plane;
    for (const definition of [
      ...resourceDefinitions().map((text): unknown => parse(text)),
      trafficSplitDefinition,
    ]) {
      await api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition);
    }
    await this.#pods.start();
    this.#kubelet.start();
    for (let index = 1; index <= nodeCount; index++) {
      await this.#kubelet.addNode({ name: `fake-${index}`, cpuMilli: 64_000, podSlots: 250 });
    }
    for (let tries = 0; ; tries++) {
      try {
        await api.get(rolloutsPath);
        await api.get(analysisRunsPath);
        await api.get(experimentsPath);
        break;
      } catch (error) {
        if (tries > 100) throw error;
        await sleep(100);
      }
    }
    for (const informer of this.#informers()) await informer.start();
    await this.#startController();
  }

  #informers(): readonly { start(): Promise<void>; stop(): Promise<void> }[] {
    return [this.rollouts, this.replicaSets, this.analysisRuns, this.experiments];
  }

  async #startController(): Promise<void> {
    const [metricsPort = 0, healthPort = 0] = await freePorts(2);
    const flags = [
      '--kubeconfig',
      this.plane.kubeconfigPath,
      '--namespace',
      'default',
      '--leader-elect=false',
    ];
    const ports = ['--metricsport', String(metricsPort), '--healthzPort', String(healthPort)];
    const limits = ['--qps', '300', '--burst', '600', '--loglevel', 'warn'];
    this.#controller = spawn(controllerPath(), [...flags, ...ports, ...limits], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const log = createWriteStream(join(this.plane.folder, 'rollouts-controller.log'), { flags: 'a' });
    this.#controller.stdout?.pipe(log, { end: false });
    this.#controller.stderr?.pipe(log, { end: false });
  }

  /** The controller has ended by itself: nothing it shows means anything any more. */
  get controllerEnded(): boolean {
    return !this.#restarting && this.#controller?.exitCode !== null;
  }

  /** Pods of a version wait until they are released. */
  hold(rollout: string, version: string): void {
    this.#held.add(`${rollout}/${version}`);
  }

  isHeld(rollout: string, version: string): boolean {
    return this.#held.has(`${rollout}/${version}`);
  }

  async release(rollout: string, version: string): Promise<void> {
    const key = `${rollout}/${version}`;
    if (!this.#held.delete(key)) return;
    for (const pod of this.#pods.objects.values()) {
      if (podKey(pod) === key && pod.metadata.deletionTimestamp === undefined) {
        await this.#kubelet.setReady(pod, true);
      }
    }
  }

  /** Kills the controller and starts it anew; what it does not read from the objects it has forgotten. */
  async restartController(): Promise<void> {
    const former = this.#controller;
    this.#restarting = true;
    try {
      await ended(former, 'SIGKILL');
      await this.#startController();
    } finally {
      this.#restarting = false;
    }
  }

  async stop(): Promise<void> {
    await ended(this.#controller, 'SIGTERM');
    for (const informer of this.#informers()) await informer.stop();
    this.#kubelet.stop();
    await this.#pods.stop();
    await this.metrics.stop();
    await this.plane.stop();
  }
}

async function ended(controller: ChildProcess | undefined, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  if (controller?.exitCode !== null) return;
  const exited = new Promise<void>((resolve) => controller.once('exit', () => resolve()));
  controller.kill(signal);
  await exited;
}

function podKey({ metadata, spec }: KubePod): string {
  return `${metadata.labels?.['app'] ?? ''}/${versionOfImage(spec.containers[0]?.image ?? '')}`;
}
