import { z } from 'zod';
import type { Clock, Timer } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { Http } from '../../ports/http.ts';
import type { Gauge, Telemetry } from '../../ports/telemetry.ts';
import { parseJson } from '../json.ts';
import { gatewayPaths } from '../paths.ts';
import type { RoutingSnapshot } from '../snapshot.ts';
import type { ManagementSettings } from './settings.ts';
import type { KnownGateway } from './state.ts';

const acknowledgementSchema = z.object({ revision: z.int().min(0) });

/** What is known of one gateway. Not durable: after a restart a gateway counts as unconfirmed until it reports again. */
export interface GatewayReport {
  readonly gateway: string;
  readonly authority: string;
  /** Newest revision that the gateway said it routes by, durably; 0: none yet. */
  readonly revision: number;
  /** Milliseconds since it was last heard of; null: not since Management started. */
  readonly seenAgoMs: number | null;
}

interface Link {
  authority: string;
  revision: number;
  seenMs: number | undefined;
  pushing: boolean;
  retry: Timer | undefined;
  retryMs: number;
  readonly revisionGauge: Gauge;
}

/**
 * Who routes, and by which revision. A new snapshot is pushed to each gateway, one request at a time, repeated until
 * it is acknowledged or a poll shows that it arrived (delivery 62; C12: push invalidation).
 */
export class GatewayRegistry {
  readonly #clock: Clock;
  readonly #http: Http;
  readonly #settings: ManagementSettings;
  readonly #telemetry: Telemetry;
  readonly #links = new Map<string, Link>();
  #snapshot: RoutingSnapshot;
  #snapshotText: string;

  constructor(
    ports: { readonly clock: Clock; readonly http: Http; readonly telemetry: Telemetry },
    settings: ManagementSettings,
    snapshot: RoutingSnapshot,
    known: readonly KnownGateway[],
  ) {
    this.#clock = ports.clock;
    this.#http = ports.http;
    this.#telemetry = ports.telemetry;
    this.#settings = settings;
    this.#snapshot = snapshot;
    this.#snapshotText = JSON.stringify(snapshot);
    for (const { gateway, authority } of known) this.learn(gateway, authority);
  }

  /** The text every poll and push of this revision carries: made once. */
  get snapshotText(): string {
    return this.#snapshotText;
  }

  learn(gateway: string, authority: string): void {
    const link = this.#links.get(gateway);
    if (link !== undefined) {
      link.authority = authority;
      return;
    }
    const created: Link = {
      authority,
      revision: 0,
      seenMs: undefined,
      pushing: false,
      retry: undefined,
      retryMs: this.#settings.pushRetryMs,
      revisionGauge: this.#telemetry.gauge('tfdc_management_gateway_revision', { gateway }),
    };
    this.#links.set(gateway, created);
  }

  forget(gateway: string): void {
    this.#links.get(gateway)?.retry?.cancel();
    this.#links.delete(gateway);
  }

  /** A gateway's own word: the revision it routes by. It may go back, where a gateway lost its disk. */
  report(gateway: string, revision: number): void {
    const link = this.#links.get(gateway);
    if (link === undefined) return;
    link.revision = revision;
    link.seenMs = this.#clock.monotonicMs();
    link.revisionGauge.set(revision);
  }

  publish(snapshot: RoutingSnapshot): void {
    this.#snapshot = snapshot;
    this.#snapshotText = JSON.stringify(snapshot);
    this.pushToAll();
  }

  pushToAll(): void {
    for (const [gateway, link] of this.#links) {
      link.retry?.cancel();
      link.retryMs = this.#settings.pushRetryMs;
      void this.#push(gateway, link);
    }
  }

  reports(): readonly GatewayReport[] {
    const nowMs = this.#clock.monotonicMs();
    return [...this.#links].map(([gateway, link]) => ({
      gateway,
      authority: link.authority,
      revision: link.revision,
      seenAgoMs: link.seenMs === undefined ? null : nowMs - link.seenMs,
    }));
  }

  async #push(gateway: string, link: Link): Promise<void> {
    if (link.pushing || this.#links.get(gateway) !== link) return;
    const { revision } = this.#snapshot;
    if (link.revision >= revision) return;
    link.pushing = true;
    const acknowledged = await this.#post(link.authority);
    link.pushing = false;
    if (acknowledged !== undefined) this.report(gateway, acknowledged);
    if (link.revision >= this.#snapshot.revision) return;
    if (revision < this.#snapshot.revision) {
      void this.#push(gateway, link);
      return;
    }
    link.retry = this.#clock.after(link.retryMs, () => void this.#push(gateway, link));
    link.retryMs = Math.min(link.retryMs * 2, this.#settings.pushRetryMaxMs);
  }

  async #post(authority: string): Promise<number | undefined> {
    const request = {
      method: 'POST',
      path: gatewayPaths.routing,
      headers: { 'content-type': 'application/json' },
      body: this.#snapshotText,
    } as const;
    try {
      const response = await this.#http.request(authority, request, this.#settings.pushTimeoutMs);
      return response.status === 200 ? parseJson(acknowledgementSchema, response.body)?.revision : undefined;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return undefined;
    }
  }
}
