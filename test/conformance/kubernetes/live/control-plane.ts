import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from '../../../../chaos/live/nats/guard.ts';
import { freePorts, LiveProblem } from '../../../../chaos/live/nats/index.ts';
import { KubeApi } from './kube-api.ts';
import { findServers, installCommand, kubernetesVersion, type ServerBinaries } from './server-binaries.ts';
import { Server } from './server.ts';

/** Times that real clusters take minutes for, and that a comparison can not wait for. */
export interface ControlPlaneTimes {
  /** A node that is silent for this long is NotReady; 50 s in a real cluster (delivery 76). */
  readonly nodeGraceSeconds: number;
  /** How long pods tolerate it; 300 s in a real cluster. */
  readonly tolerationSeconds: number;
  /** Between two rounds of the autoscalers; 15 s in a real cluster. */
  readonly autoscalerSyncSeconds: number;
  readonly downscaleStabilizationSeconds: number;
  readonly cpuInitializationSeconds: number;
  readonly initialReadinessSeconds: number;
}

export const realTimes: ControlPlaneTimes = {
  nodeGraceSeconds: 50,
  tolerationSeconds: 300,
  autoscalerSyncSeconds: 15,
  downscaleStabilizationSeconds: 300,
  cpuInitializationSeconds: 300,
  initialReadinessSeconds: 30,
};

const readyWithinMs = 60_000;
const pollMs = 100;

/**
 * etcd, API server, controller-manager and scheduler on loopback, with a folder and ports of their own (live-stack §9).
 * They die with this process, however it ends.
 */
export class ControlPlane {
  readonly api: KubeApi;
  readonly folder: string;
  readonly kubeconfigPath: string;
  readonly certificatePath: string;
  readonly #servers: Server[] = [];
  readonly #guard: Guard;
  readonly #binaries: ServerBinaries;
  readonly #times: ControlPlaneTimes;

  private constructor(
    api: KubeApi,
    folder: string,
    guard: Guard,
    binaries: ServerBinaries,
    times: ControlPlaneTimes,
  ) {
    this.api = api;
    this.folder = folder;
    this.kubeconfigPath = join(folder, 'kubeconfig');
    this.certificatePath = join(folder, 'certificates', 'apiserver.crt');
    this.#guard = guard;
    this.#binaries = binaries;
    this.#times = times;
  }

  /** Errors: `LiveProblem` where a server is missing or does not become ready. */
  static async start(times: ControlPlaneTimes = realTimes): Promise<ControlPlane> {
    const binaries = findServers();
    if (!('etcd' in binaries))
      throw new LiveProblem(`Kubernetes ${kubernetesVersion} is not installed`, installCommand);
    const folder = mkdtempSync(join(tmpdir(), 'tfdc-kubernetes-'));
    const guard = new Guard(folder);
    try {
      return await ControlPlane.#startIn(folder, guard, binaries, times);
    } catch (error) {
      await guard.end();
      throw error;
    }
  }

  static async #startIn(
    folder: string,
    guard: Guard,
    binaries: ServerBinaries,
    times: ControlPlaneTimes,
  ): Promise<ControlPlane> {
    const [etcdPort = 0, peerPort = 0, apiPort = 0] = await freePorts(3);
    const token = randomBytes(16).toString('hex');
    const { privateKey, publicKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    });
    const file = (name: string, text: string): string => {
      const path = join(folder, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    };
    const keyPath = file('accounts.key', privateKey);
    const publicPath = file('accounts.pub', publicKey);
    const tokensPath = file('tokens', `${token},admin,admin,"system:masters"\n`);
    const certificates = join(folder, 'certificates');
    mkdirSync(certificates);
    const etcdUrl = `http://127.0.0.1:${etcdPort}`;
    const peerUrl = `http://127.0.0.1:${peerPort}`;
    const server = (name: keyof ServerBinaries, flags: readonly string[]): Server =>
      new Server(name, binaries[name], flags, join(folder, `${name}.log`), guard);
    const etcd = server('etcd', [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${etcdUrl}`,
      `--advertise-client-urls=${etcdUrl}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      '--unsafe-no-fsync',
    ]);
    const apiServer = server('kube-apiserver', [
      `--etcd-servers=${etcdUrl}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--secure-port=${apiPort}`,
      `--cert-dir=${certificates}`,
      `--token-auth-file=${tokensPath}`,
      '--authorization-mode=AlwaysAllow',
      '--disable-admission-plugins=ServiceAccount',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${keyPath}`,
      `--service-account-key-file=${publicPath}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      `--default-not-ready-toleration-seconds=${times.tolerationSeconds}`,
      `--default-unreachable-toleration-seconds=${times.tolerationSeconds}`,
    ]);
    const certificatePath = join(certificates, 'apiserver.crt');
    await until(() => existsSync(certificatePath), [etcd, apiServer], folder);
    const api = new KubeApi(apiPort, token, certificatePath);
    const plane = new ControlPlane(api, folder, guard, binaries, times);
    plane.#servers.push(etcd, apiServer);
    await until(() => answers(api), plane.#servers, folder);
    writeFileSync(plane.kubeconfigPath, kubeconfig(`https://127.0.0.1:${apiPort}`, token, certificatePath));
    plane.#startManager(plane.kubeconfigPath, '*,-horizontal-pod-autoscaler-controller', 'controllers');
    plane.#startServer('kube-scheduler', 'scheduler', [
      `--kubeconfig=${plane.kubeconfigPath}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
    ]);
    return plane;
  }

  /** The autoscalers alone, which see the API through `url`: so metrics can be given to them. */
  startAutoscalers(url: string): void {
    const path = join(this.folder, 'kubeconfig-autoscalers');
    writeFileSync(path, kubeconfig(url, this.api.token, undefined));
    this.#startManager(path, 'horizontal-pod-autoscaler-controller', 'autoscalers');
  }

  /** Ends all servers and removes the folder. */
  async stop(): Promise<void> {
    this.api.close();
    for (const server of this.#servers.toReversed()) await server.stop();
    await this.#guard.end();
  }

  #startManager(kubeconfigPath: string, controllers: string, logName: string): void {
    const times = this.#times;
    this.#startServer('kube-controller-manager', logName, [
      `--kubeconfig=${kubeconfigPath}`,
      `--controllers=${controllers}`,
      '--leader-elect=false',
      '--secure-port=0',
      '--kube-api-qps=500',
      '--kube-api-burst=1000',
      '--kube-api-content-type=application/json',
      '--node-monitor-period=1s',
      `--node-monitor-grace-period=${times.nodeGraceSeconds}s`,
      `--horizontal-pod-autoscaler-sync-period=${times.autoscalerSyncSeconds}s`,
      `--horizontal-pod-autoscaler-downscale-stabilization=${times.downscaleStabilizationSeconds}s`,
      `--horizontal-pod-autoscaler-cpu-initialization-period=${times.cpuInitializationSeconds}s`,
      `--horizontal-pod-autoscaler-initial-readiness-delay=${times.initialReadinessSeconds}s`,
    ]);
  }

  #startServer(name: keyof ServerBinaries, logName: string, flags: readonly string[]): void {
    const logPath = join(this.folder, `${logName}.log`);
    this.#servers.push(new Server(name, this.#binaries[name], flags, logPath, this.#guard));
  }
}

async function answers(api: KubeApi): Promise<boolean> {
  try {
    await api.get('/readyz');
    await api.get('/api/v1/namespaces/default');
    return true;
  } catch {
    return false;
  }
}

async function until(
  reached: () => boolean | Promise<boolean>,
  servers: readonly Server[],
  folder: string,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < readyWithinMs; waitedMs += pollMs) {
    if (await reached()) return;
    const dead = servers.find((server) => !server.running);
    if (dead !== undefined) throw new LiveProblem(`${dead.name} ended by itself`, `see ${folder}`);
    await sleep(pollMs);
  }
  throw new LiveProblem('the API server is not ready after 60 s', 'run again on a machine that is less busy');
}

function kubeconfig(url: string, token: string, certificatePath: string | undefined): string {
  const authority = certificatePath === undefined ? {} : { 'certificate-authority': certificatePath };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'local', cluster: { server: url, ...authority } }],
    users: [{ name: 'admin', user: { token } }],
    contexts: [{ name: 'local', context: { cluster: 'local', user: 'admin' } }],
    'current-context': 'local',
  });
}
