import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeApi } from './kube-api.ts';
import type { KubeObject } from './objects.ts';

interface List<T> {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly T[];
}

export type Change = 'added' | 'modified' | 'deleted';
export type InformerHandler<T> = (change: Change, object: T, before: T | undefined) => void;

const relistDelayMs = 200;

/** All objects of one kind as the API server tells them: a list, then a watch, in the order of its revisions. */
export class Informer<T extends KubeObject> {
  readonly objects = new Map<string, T>();
  readonly #api: KubeApi;
  readonly #path: string;
  readonly #handlers: InformerHandler<T>[] = [];
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(api: KubeApi, path: string) {
    this.#api = api;
    this.#path = path;
  }

  onChange(handler: InformerHandler<T>): void {
    this.#handlers.push(handler);
  }

  /** Resolves when the first list is there. */
  async start(): Promise<void> {
    const version = await this.#list();
    this.#loop = this.#follow(version);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #list(): Promise<string> {
    const { items, metadata } = await this.#api.get<List<T>>(this.#path);
    const present = new Set<string>();
    for (const item of items) {
      const key = keyOf(item);
      present.add(key);
      const before = this.objects.get(key);
      if (before?.metadata.resourceVersion === item.metadata.resourceVersion) continue;
      this.objects.set(key, item);
      this.#tell(before === undefined ? 'added' : 'modified', item, before);
    }
    for (const [key, object] of this.objects) {
      if (present.has(key)) continue;
      this.objects.delete(key);
      this.#tell('deleted', object, object);
    }
    return metadata.resourceVersion;
  }

  async #follow(firstVersion: string): Promise<void> {
    let version = firstVersion;
    while (!this.#stop.signal.aborted) {
      try {
        await this.#api.watch<T>(this.#path, version, this.#stop.signal, ({ type, object }) => {
          if (type === 'BOOKMARK' || type === 'ERROR') return;
          const key = keyOf(object);
          const before = this.objects.get(key);
          if (type === 'DELETED') this.objects.delete(key);
          else this.objects.set(key, object);
          this.#tell(
            type === 'DELETED' ? 'deleted' : before === undefined ? 'added' : 'modified',
            object,
            before,
          );
        });
      } catch (error) {
        if (!(error instanceof Error)) throw error;
      }
      if (this.#stop.signal.aborted) return;
      await sleep(relistDelayMs);
      version = await this.#list().catch(() => version);
    }
  }

  #tell(change: Change, object: T, before: T | undefined): void {
    for (const handler of this.#handlers) handler(change, object, before);
  }
}

function keyOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}
