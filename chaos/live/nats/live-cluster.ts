import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Guard } from './guard.ts';
import { LiveProblem } from './live-problem.ts';
import { at, monitor } from './monitor.ts';
import { NamespaceLinks } from './namespace-links.ts';
import { ProxiedLinks } from './proxied-links.ts';
import { findServer } from './server-binary.ts';
import { serverConfig } from './server-config.ts';
import type { LinkKind, ServerLinks, ServerPlace } from './server-links.ts';
import { ServerProcess } from './server-process.ts';
import type { ServerVersion } from './server-version.ts';

export interface LiveClusterOptions {
  readonly version: ServerVersion;
  readonly name: string;
  readonly nodeCount: number;
  /** Until the cluster must have formed. */
  readonly formWithinMs: number;
  readonly syncAlways?: boolean;
  /** Without: `proxies`. */
  readonly links?: LinkKind;
}

interface LiveNode {
  readonly name: string;
  readonly place: ServerPlace;
  readonly process: ServerProcess;
}

const pollMs = 50;

/**
 * A cluster of real servers with folders and addresses of its own, on loopback or in network namespaces. Servers are
 * numbered from 0 and named `n0`, `n1`… Every server dies and every folder goes with this process, however it ends.
 */
export class LiveCluster {
  readonly name: string;
  readonly version: ServerVersion;
  readonly nodes: readonly LiveNode[];
  readonly #links: ServerLinks;
  readonly #guard: Guard;

  private constructor(
    options: LiveClusterOptions,
    nodes: readonly LiveNode[],
    links: ServerLinks,
    guard: Guard,
  ) {
    this.name = options.name;
    this.version = options.version;
    this.nodes = nodes;
    this.#links = links;
    this.#guard = guard;
  }

  /** Errors: `LiveProblem` where the server is missing, a port is taken, or the cluster does not form in time. */
  static async start(options: LiveClusterOptions): Promise<LiveCluster> {
    const binary = await findServer(options.version);
    if (binary.kind === 'missing') throw new LiveProblem(binary.problem, binary.command);
    const folder = mkdtempSync(join(tmpdir(), 'tfdc-nats-'));
    const guard = new Guard(folder);
    try {
      const links = await LiveCluster.#linksOf(options, guard);
      const cluster = LiveCluster.#assemble(options, binary.path, folder, guard, links);
      await cluster.#form(options.formWithinMs);
      return cluster;
    } catch (error) {
      await guard.end();
      throw error;
    }
  }

  static async #linksOf(
    { links = 'proxies', nodeCount }: LiveClusterOptions,
    guard: Guard,
  ): Promise<ServerLinks> {
    switch (links) {
      case 'proxies':
        return await ProxiedLinks.open(nodeCount);
      case 'namespaces':
        return NamespaceLinks.open(nodeCount, guard);
    }
  }

  static #assemble(
    options: LiveClusterOptions,
    binary: string,
    folder: string,
    guard: Guard,
    links: ServerLinks,
  ): LiveCluster {
    const nodes = links.places.map((place, index): LiveNode => {
      const name = `n${index}`;
      const home = join(folder, name);
      mkdirSync(home);
      const configPath = join(home, 'server.conf');
      const text = serverConfig(options.version, {
        name,
        clusterName: options.name,
        place,
        storeFolder: join(home, 'store'),
        syncAlways: options.syncAlways ?? false,
      });
      writeFileSync(configPath, text);
      return { name, place, process: new ServerProcess([...place.prefix, binary], configPath, guard) };
    });
    return new LiveCluster(options, nodes, links, guard);
  }

  get urls(): readonly string[] {
    return this.nodes.map((_, index) => this.url(index));
  }

  url(index: number): string {
    const { address, clientPort } = this.#node(index).place;
    return `nats://${address}:${clientPort}`;
  }

  restart(index: number): void {
    this.#node(index).process.start();
  }

  /** `kill -9`. */
  kill(index: number): Promise<void> {
    return this.#node(index).process.signal('SIGKILL');
  }

  terminate(index: number): Promise<void> {
    return this.#node(index).process.signal('SIGTERM');
  }

  pause(index: number): Promise<void> {
    return this.#node(index).process.signal('SIGSTOP');
  }

  resume(index: number): Promise<void> {
    return this.#node(index).process.signal('SIGCONT');
  }

  /** Bytes from one server to another stop; sockets stay open. */
  cut(from: number, to: number): void {
    this.#links.cut(from, to);
  }

  heal(from: number, to: number): void {
    this.#links.heal(from, to);
  }

  /** Both directions between one server and all others. */
  isolate(index: number): void {
    for (const other of this.nodes.keys()) {
      if (other === index) continue;
      this.cut(index, other);
      this.cut(other, index);
    }
  }

  healAll(): void {
    for (const from of this.nodes.keys()) {
      for (const to of this.nodes.keys()) if (from !== to) this.heal(from, to);
    }
  }

  /** Index of the server that says it leads a stream; undefined while none does, or where there are two. */
  async streamLeader(stream: string): Promise<number | undefined> {
    const answers = await Promise.all(this.nodes.map(({ place }) => monitor(place, '/jsz?streams=true')));
    const leaders = this.nodes.keys().filter((index) => {
      const name = this.#node(index).name;
      const accounts = at(answers[index], 'account_details');
      if (!Array.isArray(accounts)) return false;
      return accounts.some((account: unknown) => {
        const streams = at(account, 'stream_detail');
        return (
          Array.isArray(streams) &&
          streams.some(
            (detail: unknown) => at(detail, 'name') === stream && at(detail, 'cluster', 'leader') === name,
          )
        );
      });
    });
    const found = [...leaders];
    return found.length === 1 ? found[0] : undefined;
  }

  /** Every running server is healthy and knows the same meta leader, which has heard of all of them. */
  async settled(): Promise<boolean> {
    const nodes = this.nodes.filter(({ process }) => process.running);
    const answers = await Promise.all(
      nodes.map(async ({ place }) => {
        const [state, health] = await Promise.all([
          monitor(place, '/jsz?config=1'),
          monitor(place, '/healthz'),
        ]);
        return { meta: at(state, 'meta_cluster'), healthy: at(health, 'status') === 'ok' };
      }),
    );
    const leaders = new Set(answers.map(({ meta }) => at(meta, 'leader')));
    const [leader] = leaders;
    const replicas = at(answers.find((_, place) => nodes[place]?.name === leader)?.meta, 'replicas');
    return (
      answers.every(({ healthy }) => healthy) &&
      leaders.size === 1 &&
      Array.isArray(replicas) &&
      replicas.filter((replica: unknown) => at(replica, 'current') === true).length === nodes.length - 1
    );
  }

  /** False: not within the time. */
  async untilSettled(withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (performance.now() < end) {
      if (await this.settled()) return true;
      await sleep(pollMs);
    }
    return false;
  }

  /** Kills all and removes the folder. */
  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ process }) => process.signal('SIGKILL')));
    await this.#links.close();
    await this.#guard.end();
  }

  async #form(withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    for (const { process } of this.nodes) process.start();
    while (performance.now() < end) {
      const ended = this.nodes.find(({ process }) => !process.running);
      if (ended !== undefined) {
        const problem = ended.process.problem();
        await this.#abandon();
        throw problem;
      }
      if (await this.settled()) return;
      await sleep(pollMs);
    }
    await this.#abandon();
    throw new LiveProblem(
      `the cluster of nats-server ${this.version} did not form within ${withinMs} ms`,
      'run again while the machine is less busy',
    );
  }

  async #abandon(): Promise<void> {
    await Promise.all(this.nodes.map(({ process }) => process.signal('SIGKILL')));
    await this.#links.close();
  }

  #node(index: number): LiveNode {
    const node = this.nodes[index];
    if (node === undefined) throw new RangeError(`there is no server ${index}`);
    return node;
  }
}
