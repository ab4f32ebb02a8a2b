import { PortError } from '../../../system/ports/errors.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import { parseJson } from '../../../system/routing/json.ts';
import {
  defaultMirrorSettings,
  shadowMetricsPath,
  startMirrorGateway,
} from '../../../system/routing/variants/mirror/gateway.ts';
import { shadowTableOf } from '../../../system/routing/variants/mirror/isolation.ts';
import { CassandraRing } from '../../../sim/cassandra/index.ts';
import { z } from 'zod';
import { goal } from '../../catalog/scenario.ts';
import type { Component, Stage, StagePorts } from '../stage.ts';
import type { Variant } from '../variant.ts';
import { MirrorAccount } from './account.ts';
import { correctMirror, mirrorBugs, type MirrorParts } from './bugs.ts';
import { recordTable, startRecordService } from './record-service.ts';
import { watchedRpc } from './watched-rpc.ts';

const minutes = 10;
const gatewayCount = 2;
const toolCount = 24;
const periodMs = 4000;
const deadlineMs = 4000;
/** An hour of the comparison in small. */
const windowMs = 180_000;
const auditMs = 30_000;
const clientsStopMs = (minutes - 1) * 60_000;

const viewSchema = z.object({
  tools: z.array(z.object({ tool: z.string(), messages: z.int(), differences: z.int() })),
});

/** The new version decides otherwise about one value in seven. */
function differs(value: number): boolean {
  return value % 7 === 0;
}

class MirrorStage {
  readonly #stage: Stage;
  readonly #parts: MirrorParts;
  readonly #ring: CassandraRing;
  readonly #accounts = new Map<string, MirrorAccount>();
  readonly #gateways: readonly Component[];
  readonly #live: Component;
  readonly #shadow: Component;
  #shadowDelayMs = 25;
  #haste = 1;

  constructor(stage: Stage, parts: MirrorParts) {
    this.#stage = stage;
    this.#parts = parts;
    this.#ring = new CassandraRing(stage.kernel, stage.network, {
      name: 'mirror',
      nodeCount: 3,
      replicationFactor: 3,
      tables: [recordTable, shadowTableOf(recordTable)],
      cold: {},
    });
    this.#live = this.#service('live', false);
    this.#shadow = this.#service('shadow', true);
    this.#gateways = Array.from({ length: gatewayCount }, (_, index) => this.#gateway(index));
    stage.add({
      name: 'mirror-tools',
      start: (ports) => {
        for (let index = 0; index < toolCount; index++) this.#tool(ports, index);
      },
    });
    stage.add({ name: 'mirror-reader', start: (ports) => this.#read(ports) });
  }

  play(): void {
    const stage = this.#stage;
    stage.disturb({
      fromMs: 30_000,
      untilMs: clientsStopMs,
      everyMs: 25_000,
      killed: [this.#shadow, this.#live, ...this.#gateways],
      cut: [this.#shadow],
      acts: [
        {
          kind: 'slow-shadow',
          begin: () => {
            this.#shadowDelayMs = 1500;
            return () => {
              this.#shadowDelayMs = 25;
            };
          },
        },
        {
          kind: 'rush',
          begin: () => {
            this.#haste = 300;
            stage.director.after(5000, () => {
              this.#haste = 1;
            });
            return () => undefined;
          },
        },
        {
          kind: 'store-node',
          begin: () => {
            this.#ring.killNode(0);
            return () => this.#ring.restartNode(0);
          },
        },
      ],
    });
  }

  #service(name: 'live' | 'shadow', runsAsShadow: boolean): Component {
    return this.#stage.add({
      name: `mirror-${name}`,
      start: async (ports, component) => {
        const own = await this.#ring.connectorFor(component.process, component.host).connect(name);
        startRecordService(ports, runsAsShadow ? this.#parts.shadowSession(own) : own, {
          runsAsShadow,
          compute: (value) => ({
            digest: runsAsShadow && differs(value) ? value + 1 : value,
            alarm: value % 10 === 0,
          }),
          delayMs: () => (runsAsShadow ? this.#shadowDelayMs : 20),
        });
      },
    });
  }

  #gateway(index: number): Component {
    const name = `mirror-gateway-${index}`;
    const settings = {
      ...defaultMirrorSettings(name, gatewayCount, { windowMs }),
      policies: this.#parts.policies,
    };
    return this.#stage.add({
      name,
      service: 'mirror-gateway',
      start: (ports) => {
        const account = new MirrorAccount(this.#stage, name, settings.shadowTarget, differs);
        this.#accounts.set(name, account);
        startMirrorGateway({ ...ports, rpc: watchedRpc(ports.rpc, account) }, settings);
      },
    });
  }

  #tool({ clock, random, rpc }: StagePorts, index: number): void {
    const tool = `tool-${String(index).padStart(4, '0')}`;
    let sequence = 0;
    const send = (): void => {
      if (this.#stage.nowMs > clientsStopMs) return;
      const request = { tool, sequence: ++sequence, value: random.integer(1, 1000) };
      const metadata = { 'tool-id': tool, host: 'gateway', 'user-agent': 'tool', 'x-real-ip': tool };
      rpc.call('mirror-gateway:9000', ingestMethods.send, request, { metadata, deadlineMs }, () => next());
    };
    const next = (): void => {
      clock.after((periodMs / this.#haste) * (0.5 + random.float()), send);
    };
    next();
  }

  /** Compares what each gateway shows with what it really did, and looks at whose rows live reads. */
  #read({ clock, http }: StagePorts): void {
    clock.every(auditMs, () => {
      this.#audit();
      for (const { name } of this.#gateways) void this.#view(http, name);
    });
  }

  async #view(http: StagePorts['http'], name: string): Promise<void> {
    const account = this.#accounts.get(name);
    const request = { method: 'GET', path: shadowMetricsPath, headers: {}, body: '' } as const;
    const askedMs = this.#stage.nowMs;
    try {
      const answer = await http.request(`${name}:8080`, request, 2000);
      const view = parseJson(viewSchema, answer.body);
      if (view === undefined || account === undefined || this.#accounts.get(name) !== account) return;
      const total = (of: (row: { messages: number; differences: number }) => number): number =>
        view.tools.reduce((sum, row) => sum + of(row), 0);
      // A part of the window at its beginning, and what came while the answer was on its way, may be in or out.
      const youngest = account.since(this.#stage.nowMs - windowMs + windowMs / 60 + 1);
      const oldest = account.since(askedMs - windowMs - windowMs / 60);
      const late = account.since(askedMs);
      this.#stage.history.record(name, {
        kind: 'shadow.viewed',
        gateway: name,
        messages: total(({ messages }) => messages),
        fewestMessages: youngest.messages - late.messages,
        mostMessages: oldest.messages,
        differences: total(({ differences }) => differences),
        fewestDifferences: youngest.differences - late.differences,
        mostDifferences: oldest.differences,
      });
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
    }
  }

  #audit(): void {
    let rows = 0;
    let foreignRows = 0;
    for (let index = 0; index < toolCount; index++) {
      const partition = { tool: `tool-${String(index).padStart(4, '0')}` };
      for (const row of this.#ring.inspect(recordTable, partition)) {
        rows++;
        if (row['writer'] !== 'live') foreignRows++;
      }
    }
    this.#stage.history.record('mirror-store', { kind: 'shadow.audited', rows, foreignRows });
  }
}

export const mirrorVariant: Variant = {
  name: 'mirror',
  summary: 'live requests are copied to a shadow that is slow, cut off, or gone',
  minutes,
  sharedTags: ['shadow'],
  goals: [
    goal('a request was copied', 'shadow.sent', ({ side }) => side === 'shadow'),
    goal('differences were counted', 'shadow.viewed', ({ differences }) => differences > 0),
  ],
  begin(stage, bug) {
    new MirrorStage(stage, bug === undefined ? correctMirror : (mirrorBugs[bug] ?? correctMirror)).play();
  },
};
