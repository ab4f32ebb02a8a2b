import { z } from 'zod';
import { PortError } from '../../../ports/errors.ts';
import type { Http, HttpHandler, HttpRequest, HttpResponse } from '../../../ports/http.ts';
import type { Store } from '../../../ports/store.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import { jsonResponse, parseJson } from '../../json.ts';
import { canaryConfigSchema, canaryPaths, type CanaryConfig } from './config.ts';

export interface CanaryControlPorts {
  readonly http: Http;
  readonly store: Store;
  readonly telemetry: Telemetry;
}

export interface CanaryControlSettings {
  readonly port: number;
  /** Shares that may be asked for, ascending (delivery R148, R156). */
  readonly ladder: readonly number[];
  readonly initialRelease: string;
}

export const canaryControlPort = 8090;

/** Delivery R156: weeks of 5 %, of 10 %, then all. */
export const defaultCanaryControlSettings: CanaryControlSettings = {
  port: canaryControlPort,
  ladder: [5, 10, 100],
  initialRelease: 'v1',
};

const storeKey = 'canary-config';
const weightSchema = z.object({
  release: z.string().min(1),
  weightPercent: z.number(),
  ifRevision: z.int(),
});
const releaseSchema = z.object({ release: z.string().min(1), ifRevision: z.int() });
const rollbackSchema = z.object({ release: z.string().min(1) });

/**
 * The one writer of the canary's share. `GET /canary-status` (delivery R141); weight and release by compare-and-set on the
 * revision; a rollback needs none, comes before everything, and is idempotent (F9, F10). Statuses: 200; 400; 404; 409
 * where the revision is another or the change is not allowed; 503 where it could not be made durable (ask again).
 */
export async function startCanaryControl(
  ports: CanaryControlPorts,
  settings: CanaryControlSettings,
): Promise<void> {
  const control = new CanaryControl(ports, settings, await load(ports.store, settings));
  ports.http.serve(settings.port, control.handle);
}

async function load(store: Store, { initialRelease }: CanaryControlSettings): Promise<CanaryConfig> {
  const text = await store.load(storeKey);
  const stored = text === undefined ? undefined : parseJson(canaryConfigSchema, text);
  return (
    stored ?? { revision: 1, release: initialRelease, enabled: false, weightPercent: 0, shrinking: false }
  );
}

class CanaryControl {
  readonly #ports: CanaryControlPorts;
  readonly #settings: CanaryControlSettings;
  #config: CanaryConfig;
  /** One change at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: CanaryControlPorts, settings: CanaryControlSettings, config: CanaryConfig) {
    this.#ports = ports;
    this.#settings = settings;
    this.#config = config;
  }

  readonly handle: HttpHandler = async (request) => {
    const name = Object.entries(canaryPaths).find(([, path]) => path === request.path)?.[0];
    switch (name as keyof typeof canaryPaths | undefined) {
      case undefined:
        return jsonResponse(404, { error: 'not-found' });
      case 'status':
        return jsonResponse(200, this.#config);
      case 'weight':
        return await this.#change(request, weightSchema, (asked, config) => {
          const isStep = this.#settings.ladder.includes(asked.weightPercent);
          return isStep && config.enabled && !config.shrinking && asked.weightPercent > config.weightPercent
            ? { ...config, weightPercent: asked.weightPercent }
            : undefined;
        });
      case 'reduce':
        return await this.#change(request, weightSchema, (asked, config) =>
          config.enabled && asked.weightPercent >= 0 && asked.weightPercent < config.weightPercent
            ? { ...config, weightPercent: asked.weightPercent, shrinking: true }
            : undefined,
        );
      case 'release':
        return await this.#change(request, releaseSchema, (asked, config) =>
          config.enabled
            ? undefined
            : { ...config, release: asked.release, enabled: true, weightPercent: 0, shrinking: false },
        );
      case 'rollback':
        return await this.#rollBack(request);
    }
  };

  async #change<Asked extends { readonly release: string; readonly ifRevision: number }>(
    request: HttpRequest,
    schema: z.ZodType<Asked>,
    next: (asked: Asked, config: CanaryConfig) => CanaryConfig | undefined,
  ): Promise<HttpResponse> {
    const asked = parseJson(schema, request.body);
    if (asked === undefined) return jsonResponse(400, { error: 'bad-request' });
    return await this.#alone(async () => {
      const config = this.#config;
      const changed = asked.ifRevision === config.revision ? next(asked, config) : undefined;
      return changed === undefined ? jsonResponse(409, config) : await this.#save(changed);
    });
  }

  async #rollBack(request: HttpRequest): Promise<HttpResponse> {
    const asked = parseJson(rollbackSchema, request.body);
    if (asked === undefined) return jsonResponse(400, { error: 'bad-request' });
    return await this.#alone(async () => {
      const config = this.#config;
      if (asked.release !== config.release) return jsonResponse(409, config);
      if (!config.enabled) return jsonResponse(200, config);
      return await this.#save({ ...config, enabled: false, weightPercent: 0 });
    });
  }

  async #save(changed: CanaryConfig): Promise<HttpResponse> {
    const config: CanaryConfig = { ...changed, revision: this.#config.revision + 1 };
    try {
      await this.#ports.store.save(storeKey, JSON.stringify(config));
    } catch (error) {
      if (error instanceof PortError) return jsonResponse(503, { error: 'not-durable' });
      throw error;
    }
    this.#config = config;
    const { release, revision, enabled, weightPercent } = config;
    this.#ports.telemetry.event({
      kind: 'canary.configured',
      release,
      revision,
      enabled,
      weightPercent,
    });
    return jsonResponse(200, config);
  }

  #alone(act: () => Promise<HttpResponse>): Promise<HttpResponse> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
