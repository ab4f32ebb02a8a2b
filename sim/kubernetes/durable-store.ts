import { PortError } from '../../system/ports/errors.ts';
import type { Store } from '../../system/ports/store.ts';
import type { Deferred, Kernel, RandomStream, SimProcess } from '../kernel/index.ts';
import { drawUs, type DurationRange } from './settings.ts';

export interface DurableStoreSettings {
  readonly writeLatency: DurationRange;
  readonly readLatency: DurationRange;
  /** After which a caller gives up on an answer that was lost. */
  readonly timeoutMs: number;
}

export const defaultDurableStoreSettings: DurableStoreSettings = {
  writeLatency: { lowMs: 2, highMs: 10 },
  readLatency: { lowMs: 1, highMs: 5 },
  timeoutMs: 5_000,
};

export type StoreWatcher = (component: string, key: string, value: string) => void;

/**
 * Volumes that outlive the pods: one for each component, whoever runs it. A write is on disk half-way through its
 * latency: who dies later has written, who dies earlier has not.
 */
export class DurableStore {
  readonly kernel: Kernel;
  readonly settings: DurableStoreSettings;
  readonly #volumes = new Map<string, Map<string, string>>();
  readonly #watchers: StoreWatcher[] = [];
  #outage = false;

  constructor(kernel: Kernel, settings: DurableStoreSettings = defaultDurableStoreSettings) {
    this.kernel = kernel;
    this.settings = settings;
  }

  /** During an outage new calls are refused with `unavailable`; writes under way end in an ambiguous `timeout`. */
  setOutage(on: boolean): void {
    this.#outage = on;
  }

  /** The volume's disk is lost: what was on it is gone. Returns whether there was anything. */
  loseVolume(component: string): boolean {
    const volume = this.#volumes.get(component);
    const hadAny = volume !== undefined && volume.size > 0;
    volume?.clear();
    return hadAny;
  }

  get outage(): boolean {
    return this.#outage;
  }

  /** From now on told of every value at the moment it is on disk. A watcher looks, and must not act on the world. */
  watch(watcher: StoreWatcher): void {
    this.#watchers.push(watcher);
  }

  /** A value reached the disk. */
  written(component: string, key: string, value: string): void {
    for (const watcher of this.#watchers) watcher(component, key, value);
  }

  /** The `Store` port of one process, on the volume of `component`. */
  storeFor(component: string, process: SimProcess): Store {
    let volume = this.#volumes.get(component);
    if (volume === undefined) {
      volume = new Map();
      this.#volumes.set(component, volume);
    }
    return new VolumeClient(this, component, volume, process);
  }
}

interface Write {
  readonly key: string;
  readonly value: string;
  readonly deferred: Deferred<void>;
  readonly remainingUs: number;
}

interface Read {
  readonly key: string;
  readonly deferred: Deferred<string | undefined>;
}

class VolumeClient implements Store {
  readonly #store: DurableStore;
  readonly #component: string;
  readonly #volume: Map<string, string>;
  readonly #process: SimProcess;
  readonly #random: RandomStream;

  constructor(store: DurableStore, component: string, volume: Map<string, string>, process: SimProcess) {
    this.#store = store;
    this.#component = component;
    this.#volume = volume;
    this.#process = process;
    this.#random = store.kernel.stream('durable-store', process.uid);
  }

  load(key: string): Promise<string | undefined> {
    if (this.#store.outage) return this.#refuse();
    const deferred = this.#process.deferred<string | undefined>();
    const delayUs = drawUs(this.#random, this.#store.settings.readLatency);
    this.#store.kernel.after(delayUs, VolumeClient.#read, this, { key, deferred });
    return deferred.promise;
  }

  save(key: string, value: string): Promise<void> {
    if (this.#store.outage) return this.#refuse();
    const deferred = this.#process.deferred<void>();
    const halfUs = drawUs(this.#random, this.#store.settings.writeLatency) / 2;
    const write: Write = { key, value, deferred, remainingUs: halfUs };
    this.#store.kernel.after(halfUs, VolumeClient.#reachDisk, this, write);
    return deferred.promise;
  }

  static #read(client: VolumeClient, read: Read): void {
    if (client.#store.outage) read.deferred.reject(unavailable());
    else read.deferred.resolve(client.#volume.get(read.key));
  }

  static #reachDisk(client: VolumeClient, write: Write): void {
    const { kernel, outage, settings } = client.#store;
    if (outage || !client.#process.alive) {
      kernel.after(settings.timeoutMs * 1000, VolumeClient.#lose, write, undefined);
      return;
    }
    client.#volume.set(write.key, write.value);
    client.#store.written(client.#component, write.key, write.value);
    kernel.after(write.remainingUs, VolumeClient.#confirm, client, write);
  }

  static #confirm(client: VolumeClient, write: Write): void {
    const { kernel, outage, settings } = client.#store;
    if (outage) kernel.after(settings.timeoutMs * 1000, VolumeClient.#lose, write, undefined);
    else write.deferred.resolve();
  }

  static #lose(write: Write): void {
    write.deferred.reject(new PortError('the volume does not answer', 'timeout'));
  }

  #refuse(): Promise<never> {
    const deferred = this.#process.deferred<never>();
    deferred.reject(unavailable());
    return deferred.promise;
  }
}

function unavailable(): PortError {
  return new PortError('the volume cannot be reached', 'unavailable');
}
