import type { HttpResponse } from '../../../system/ports/http.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import type { RpcMetadata, RpcOutcome } from '../../../system/ports/rpc.ts';
import type { CanaryBackend } from '../../../system/ports/variant-event.ts';
import { PortError } from '../../../system/ports/errors.ts';
import {
  canaryConfigSchema,
  canaryPaths,
  type CanaryConfig,
} from '../../../system/routing/variants/percentage/config.ts';
import {
  startCanaryControl,
  type CanaryControlSettings,
} from '../../../system/routing/variants/percentage/control.ts';
import {
  defaultCanaryGatewaySettings,
  startCanaryGateway,
  type CanaryGatewayPolicies,
} from '../../../system/routing/variants/percentage/gateway.ts';
import { canaryHeader } from '../../../system/routing/variants/percentage/split.ts';
import { parseJson } from '../../../system/routing/json.ts';
import type { Component, Stage, StagePorts } from '../stage.ts';

/** How a side answers: after so long, and in what share with an error. */
export interface Behaviour {
  readonly delayMs: number;
  readonly errorShare: number;
}

export interface FleetOptions {
  readonly gateways: number;
  readonly clients: number;
  readonly periodMs: number;
  /** Share of requests of a tester, who asks for the canary by header or for a side by cookie. */
  readonly forcedShare: number;
  readonly control: CanaryControlSettings;
  readonly policies: CanaryGatewayPolicies;
  readonly behaviour: (backend: CanaryBackend) => Behaviour;
  /** Told of every start of a gateway or side, as who scrapes them. */
  readonly started?: (component: Component) => void;
}

const controlAuthority = 'canary-control:8090';
const callDeadlineMs = 5000;
const operatorTimeoutMs = 3000;
const operatorRetryMs = 1000;

/** Control, gateways, both sides and the clients of a percentage canary. */
export class CanaryFleet {
  readonly stage: Stage;
  readonly control: Component;
  readonly gateways: readonly Component[];
  readonly backends: Readonly<Record<CanaryBackend, Component>>;
  /** How often clients send now, as a multiple of the usual. */
  haste = 1;
  readonly #options: FleetOptions;
  #operator: StagePorts | undefined;

  constructor(stage: Stage, options: FleetOptions) {
    this.stage = stage;
    this.#options = options;
    this.control = stage.add({
      name: 'canary-control',
      start: (ports) => startCanaryControl(ports, options.control),
    });
    this.backends = { stable: this.#backend('stable'), canary: this.#backend('canary') };
    this.gateways = Array.from({ length: options.gateways }, (_, index) =>
      stage.add({
        name: `canary-gateway-${index}`,
        service: 'canary-gateway',
        start: (ports, component) => {
          options.started?.(component);
          const settings = defaultCanaryGatewaySettings(`canary-gateway-${index}`, options.gateways);
          startCanaryGateway(ports, { ...settings, policies: options.policies });
        },
      }),
    );
    stage.add({
      name: 'canary-clients',
      start: (ports) => {
        for (let index = 0; index < options.clients; index++) this.#client(ports, index);
      },
    });
    stage.add({
      name: 'canary-operator',
      start: (ports) => {
        this.#operator = ports;
      },
    });
  }

  /** Asks until it is answered what the share is. */
  async status(): Promise<CanaryConfig> {
    for (;;) {
      const answer = await this.#ask('GET', canaryPaths.status, '');
      const config = answer === undefined ? undefined : parseJson(canaryConfigSchema, answer.body);
      if (config !== undefined) return config;
      await this.stage.wait(operatorRetryMs);
    }
  }

  /** Begins a release, unless it has begun. */
  async release(release: string): Promise<void> {
    for (;;) {
      const { revision, release: known, enabled } = await this.status();
      if (enabled && known === release) return;
      await this.#ask('POST', canaryPaths.release, JSON.stringify({ release, ifRevision: revision }));
    }
  }

  /** Gives the canary this share, unless it has that or more. */
  async weight(release: string, weightPercent: number): Promise<void> {
    for (;;) {
      const { revision, weightPercent: known, enabled } = await this.status();
      if (!enabled || known >= weightPercent) return;
      const body = JSON.stringify({ release, weightPercent, ifRevision: revision });
      await this.#ask('POST', canaryPaths.weight, body);
    }
  }

  async rollBack(release: string): Promise<void> {
    for (;;) {
      const answer = await this.#ask('POST', canaryPaths.rollback, JSON.stringify({ release }));
      if (answer?.status === 200) return;
      await this.stage.wait(operatorRetryMs);
    }
  }

  async #ask(method: 'GET' | 'POST', path: string, body: string): Promise<HttpResponse | undefined> {
    try {
      const request = { method, path, headers: {}, body };
      return await this.#operator?.http.request(controlAuthority, request, operatorTimeoutMs);
    } catch (error) {
      if (error instanceof PortError) return undefined;
      throw error;
    }
  }

  #backend(backend: CanaryBackend): Component {
    return this.stage.add({
      name: `canary-backend-${backend}`,
      start: ({ rpc, clock, random }, component) => {
        this.#options.started?.(component);
        rpc.serve(9000, {
          [ingestMethods.send]: (_call, reply) => {
            const { delayMs, errorShare } = this.#options.behaviour(backend);
            const fails = random.float() < errorShare;
            const spread = 0.7 + 0.6 * random.float();
            clock.after(delayMs * spread, () => reply(fails ? failed : served));
          },
        });
      },
    });
  }

  #client(ports: StagePorts, index: number): void {
    const client = `tool-${String(index).padStart(4, '0')}`;
    const { clock, random, rpc } = ports;
    let cookies = '';
    const next = (): void => {
      const periodMs = this.#options.periodMs / this.haste;
      clock.after(periodMs * (0.5 + random.float()), send);
    };
    const send = (): void => {
      const forced = random.float() < this.#options.forcedShare;
      const metadata: RpcMetadata = {
        'tool-id': client,
        ...(cookies === '' ? {} : { cookie: cookies }),
        ...(forced ? wishes[random.integer(0, wishes.length - 1)] : {}),
      };
      const options = { metadata, deadlineMs: callDeadlineMs };
      rpc.call('canary-gateway:9000', ingestMethods.send, { tool: client }, options, (outcome) => {
        cookies = outcome.metadata['set-cookie'] ?? cookies;
        if (outcome.status === 'OK') this.#answered(client, outcome, forced);
        next();
      });
    };
    next();
  }

  #answered(client: string, { metadata }: RpcOutcome, forced: boolean): void {
    this.stage.history.record(client, {
      kind: 'canary.answered',
      client,
      backend: metadata['x-canary-backend'] === 'canary' ? 'canary' : 'stable',
      release: metadata['x-canary-release'] ?? '',
      forced,
    });
  }
}

/** What a tester adds to a request. */
const wishes: readonly RpcMetadata[] = [
  { [canaryHeader]: 'true' },
  { cookie: 'canary=always' },
  { cookie: 'canary=never' },
];
const served: RpcOutcome = { status: 'OK', message: '', response: {}, metadata: {} };
const failed: RpcOutcome = { status: 'INTERNAL', message: 'drawn', metadata: {} };
