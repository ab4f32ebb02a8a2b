import type { Clock } from '../../ports/clock.ts';
import { PortError } from '../../ports/errors.ts';
import type { Http } from '../../ports/http.ts';
import type { RpcMetadata } from '../../ports/rpc.ts';
import type { Random } from '../../ports/random.ts';
import type { Store } from '../../ports/store.ts';
import type { Counter, Gauge, Telemetry } from '../../ports/telemetry.ts';
import { bearing } from '../bearer.ts';
import { managementPaths } from '../paths.ts';
import { parseSnapshot, type RoutingSnapshot } from '../snapshot.ts';
import { RouteFloors, type RouteFloor } from './route-floors.ts';
import { routeListOf, type RouteList } from './route-list.ts';
import type { GatewaySettings } from './settings.ts';

const gatewayStoreKey = 'routing-snapshot';
const floorsStoreKey = 'routing-floors';

export interface RouteKeeperPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly http: Http;
  readonly store: Store;
  readonly telemetry: Telemetry;
}

/** A list that was offered and not taken over (delivery F5–F7): kept for people to look at. */
export interface RefusedSnapshot {
  readonly reason: 'older-revision' | 'unexplained-change';
  readonly atMs: number;
  readonly snapshot: RoutingSnapshot;
}

/**
 * Holds the one snapshot a gateway routes by (delivery 62): refreshed off the request path by one request at a time,
 * taken over from a push at once, kept for as long as Management is silent. What the gateway reports as its revision is
 * what would survive its restart: a confirmed rollback cannot be undone by a crash.
 */
export class RouteKeeper {
  readonly #ports: RouteKeeperPorts;
  readonly #name: string;
  readonly #settings: GatewaySettings;
  readonly #onApplied: (list: RouteList) => void;
  readonly #refusedSnapshots: Counter;
  readonly #staleAlarms: Counter;
  readonly #revisionGauge: Gauge;
  readonly #silenceGauge: Gauge;
  readonly #pollPath: string;
  readonly #headers: Readonly<Record<string, string>>;
  #list: RouteList | undefined;
  /** The snapshot of the last life, until there is a list. */
  #stored: RoutingSnapshot | undefined;
  #durableRevision = 0;
  #saving: Promise<void> | undefined;
  #refreshing: Promise<boolean> | undefined;
  #contactMs: number;
  #stale = false;
  readonly #floors = new RouteFloors();
  #lastRefused: RefusedSnapshot | undefined;

  constructor(
    ports: RouteKeeperPorts,
    name: string,
    controlAuthority: string,
    settings: GatewaySettings,
    onApplied: (list: RouteList) => void,
  ) {
    this.#ports = ports;
    this.#name = name;
    this.#settings = settings;
    this.#onApplied = onApplied;
    const { telemetry } = ports;
    this.#refusedSnapshots = telemetry.counter('tfdc_gateway_refused_snapshots_total', { gateway: name });
    this.#staleAlarms = telemetry.counter('tfdc_gateway_stale_alarms_total', { gateway: name });
    this.#revisionGauge = telemetry.gauge('tfdc_gateway_routing_revision', { gateway: name });
    this.#silenceGauge = telemetry.gauge('tfdc_gateway_management_silence_seconds', { gateway: name });
    this.#contactMs = ports.clock.monotonicMs();
    const query = new URLSearchParams({ gateway: name, authority: controlAuthority });
    this.#headers = bearing(settings.managementToken);
    this.#pollPath = `${managementPaths.snapshot}?${query.toString()}&revision=`;
  }

  /** What requests are routed by; undefined before the first list. */
  get list(): RouteList | undefined {
    return this.#list;
  }

  get lastRefused(): RefusedSnapshot | undefined {
    return this.#lastRefused;
  }

  /** Where this tool goes against our list, since a collector has heard of a later one; undefined: the list decides. */
  floorOf(tool: string): RouteFloor | undefined {
    return this.#floors.isEmpty ? undefined : this.#floors.of(tool, this.#list?.snapshot.revision ?? 0);
  }

  /** Takes over what a collector said of a list that we have not seen; one that we know by now says nothing. */
  learnFloor(tool: string, trailers: RpcMetadata): void {
    if (this.#floors.learn(tool, trailers)) void this.#saveText(floorsStoreKey, this.#floors.text());
  }

  /** The revision that is applied and stored: the acknowledgement. */
  get durableRevision(): number {
    return this.#durableRevision;
  }

  /**
   * First the word of Management; where it cannot be had, or is older than the snapshot of the last life, that snapshot
   * (delivery F7, F12). Resolves when there is a list.
   */
  async start(): Promise<void> {
    const { clock } = this.#ports;
    const stored = await this.#load();
    this.#stored = stored;
    if (this.#settings.keepsFloors) this.#floors.restore((await this.#loadText(floorsStoreKey)) ?? '');
    await this.refresh();
    if (stored !== undefined && this.#list === undefined) this.#apply(stored, stored.revision);
    while (this.#list === undefined) {
      await clock.sleep(this.#pauseMs());
      await this.refresh();
    }
    this.#scheduleRefresh();
  }

  /** A pushed snapshot; resolves to the revision that the gateway now stands for. */
  async offer(snapshot: RoutingSnapshot): Promise<number> {
    this.#heard();
    await this.#take(snapshot);
    return this.#durableRevision;
  }

  /** One refresh at a time; those who ask meanwhile get its result: whether Management answered with sense. */
  refresh(): Promise<boolean> {
    this.#refreshing ??= this.#poll().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  #scheduleRefresh(): void {
    this.#ports.clock.after(this.#pauseMs(), () => {
      void this.refresh().then(() => this.#scheduleRefresh());
    });
  }

  #pauseMs(): number {
    const { refreshMs, refreshJitter } = this.#settings;
    return Math.round(refreshMs * (1 + refreshJitter * (2 * this.#ports.random.float() - 1)));
  }

  async #poll(): Promise<boolean> {
    const answered = await this.#ask();
    if (answered) this.#heard();
    else this.#noteSilence();
    return answered;
  }

  async #ask(): Promise<boolean> {
    const { managementAuthority, refreshTimeoutMs } = this.#settings;
    // A second question reports what the first one brought: the change is confirmed without waiting for a period.
    for (let round = 0; round < 2; round += 1) {
      const reported = this.#durableRevision;
      const path = `${this.#pollPath}${reported}`;
      try {
        const response = await this.#ports.http.request(
          managementAuthority,
          { method: 'GET', path, headers: this.#headers, body: '' },
          refreshTimeoutMs,
        );
        if (response.status === 304) return true;
        const snapshot = response.status === 200 ? parseSnapshot(response.body) : undefined;
        if (snapshot === undefined) {
          this.#refusedSnapshots.add(1);
          return false;
        }
        await this.#take(snapshot);
      } catch (error) {
        if (!(error instanceof PortError)) throw error;
        return round > 0;
      }
      if (this.#durableRevision === reported) return true;
    }
    return true;
  }

  async #take(snapshot: RoutingSnapshot): Promise<void> {
    const current = this.#list?.snapshot ?? this.#stored;
    const isAsStored = this.#list === undefined && current?.revision === snapshot.revision;
    if (isAsStored || this.#settings.policies.accepts(current, snapshot)) {
      this.#apply(snapshot, this.#durableRevision);
    } else if (current !== undefined && current.revision !== snapshot.revision) {
      const reason = snapshot.revision < current.revision ? 'older-revision' : 'unexplained-change';
      this.#lastRefused = { reason, atMs: this.#ports.clock.wallMs(), snapshot };
      this.#refusedSnapshots.add(1);
    }
    await this.#makeDurable();
  }

  #apply(snapshot: RoutingSnapshot, durableRevision: number): void {
    const list = routeListOf(snapshot);
    this.#list = list;
    this.#stored = undefined;
    this.#floors.forgetUpTo(snapshot.revision);
    this.#durableRevision = durableRevision;
    this.#revisionGauge.set(snapshot.revision);
    this.#onApplied(list);
    this.#ports.telemetry.event({ kind: 'routing.applied', gateway: this.#name, epoch: snapshot.revision });
  }

  /** One write at a time, always of the newest; those who wait get the one that covers theirs. */
  async #makeDurable(): Promise<void> {
    while (this.#saving !== undefined) await this.#saving;
    const snapshot = this.#list?.snapshot;
    if (snapshot === undefined || snapshot.revision === this.#durableRevision) return;
    this.#saving = this.#save(snapshot).finally(() => {
      this.#saving = undefined;
    });
    await this.#saving;
  }

  async #save(snapshot: RoutingSnapshot): Promise<void> {
    if (await this.#saveText(gatewayStoreKey, JSON.stringify(snapshot))) {
      this.#durableRevision = snapshot.revision;
    }
  }

  async #load(): Promise<RoutingSnapshot | undefined> {
    const text = await this.#loadText(gatewayStoreKey);
    return text === undefined ? undefined : parseSnapshot(text);
  }

  async #saveText(key: string, text: string): Promise<boolean> {
    try {
      await this.#ports.store.save(key, text);
      return true;
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return false;
    }
  }

  /** Undefined, too, where the store does not answer: a gateway starts without it. */
  async #loadText(key: string): Promise<string | undefined> {
    try {
      return await this.#ports.store.load(key);
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      return undefined;
    }
  }

  #heard(): void {
    this.#contactMs = this.#ports.clock.monotonicMs();
    this.#stale = false;
    this.#silenceGauge.set(0);
  }

  #noteSilence(): void {
    const ageMs = this.#ports.clock.monotonicMs() - this.#contactMs;
    this.#silenceGauge.set(ageMs / 1000);
    const list = this.#list;
    if (this.#stale || list === undefined || ageMs < this.#settings.staleAlarmMs) return;
    this.#stale = true;
    this.#staleAlarms.add(1);
    this.#ports.telemetry.event({
      kind: 'routing.stale',
      gateway: this.#name,
      epoch: list.snapshot.revision,
      ageMs,
    });
    this.#list = this.#settings.policies.listWhenStale(list);
  }
}
