import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';

/** What one pod uses, as a metrics server would say. */
export interface PodUsage {
  readonly pod: string;
  readonly cpuMilli: number;
}

/** Told of what autoscalers do. `app` is the label that they select by. */
export interface AutoscalerWatcher {
  /** An autoscaler asks for measurements: the answer. */
  measure(app: string): readonly PodUsage[];
  /** It read the scale of its target, which asks for so many replicas. */
  scaleRead(app: string, replicas: number): void;
  /** Its write met another and is tried again. */
  scaleRefused(app: string): void;
  /** It wants so many replicas. */
  scaleWritten(app: string, replicas: number): void;
}

/** The window that each measurement covers. */
export const metricWindowSeconds = 1;

const scalePath = /^\/apis\/apps\/v1\/namespaces\/default\/deployments\/([a-z0-9-]+)\/scale/;

/** Stands between the autoscalers and the API server: answers for the metrics server, passes on everything else. */
export class MetricsProxy {
  readonly #server: Server;
  readonly #apiPort: number;
  readonly #token: string;
  readonly #certificate: Buffer;
  readonly #watcher: AutoscalerWatcher;

  constructor(apiPort: number, token: string, certificate: Buffer, watcher: AutoscalerWatcher) {
    this.#apiPort = apiPort;
    this.#token = token;
    this.#certificate = certificate;
    this.#watcher = watcher;
    this.#server = createServer((incoming, response) => this.#answer(incoming, response));
  }

  /** Resolves with its address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #answer(incoming: IncomingMessage, response: ServerResponse): void {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    if (url.pathname === '/apis/metrics.k8s.io/v1beta1/namespaces/default/pods') {
      const app = /app=([a-z0-9-]+)/.exec(url.searchParams.get('labelSelector') ?? '')?.[1] ?? '';
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(podMetrics(this.#watcher.measure(app))));
      return;
    }
    this.#pass(incoming, response, scalePath.exec(url.pathname)?.[1]);
  }

  #pass(incoming: IncomingMessage, response: ServerResponse, scaled: string | undefined): void {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: this.#apiPort,
        method: incoming.method,
        path: incoming.url,
        // Clients keep their token to themselves where the address is not secure.
        headers: { ...incoming.headers, authorization: `Bearer ${this.#token}` },
        ca: this.#certificate,
        checkServerIdentity: () => undefined,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        if (scaled !== undefined && incoming.method === 'PUT' && answer.statusCode !== 200) {
          this.#watcher.scaleRefused(scaled);
        } else if (scaled !== undefined && answer.statusCode === 200) {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => this.#tellScale(incoming.method, scaled, Buffer.concat(parts)));
        }
        answer.pipe(response);
      },
    );
    outgoing.on('error', () => response.destroy());
    incoming.on('error', () => outgoing.destroy());
    response.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  #tellScale(method: string | undefined, app: string, body: Buffer): void {
    const { spec } = JSON.parse(body.toString()) as { readonly spec: { readonly replicas?: number } };
    const replicas = spec.replicas ?? 0;
    if (method === 'GET') this.#watcher.scaleRead(app, replicas);
    if (method === 'PUT') this.#watcher.scaleWritten(app, replicas);
  }
}

function podMetrics(usages: readonly PodUsage[]): unknown {
  const timestamp = new Date().toISOString();
  return {
    kind: 'PodMetricsList',
    apiVersion: 'metrics.k8s.io/v1beta1',
    metadata: {},
    items: usages.map(({ pod, cpuMilli }) => ({
      metadata: { name: pod, namespace: 'default' },
      timestamp,
      window: `${metricWindowSeconds}s`,
      containers: [{ name: 'app', usage: { cpu: `${cpuMilli}m`, memory: '100Mi' } }],
    })),
  };
}
