import type { EventHandle, Kernel, RandomStream } from '../kernel/index.ts';
import type { Network } from '../network/index.ts';
import type { CassandraNode } from './cassandra-node.ts';
import type { CassandraOptions } from './settings.ts';

interface View {
  readonly observer: CassandraNode;
  readonly subject: CassandraNode;
  alive: boolean;
  /** When it was convicted. */
  downSinceUs: number;
  pending: EventHandle | undefined;
}

/**
 * What each node believes of each other one (cassandra-and-live 6, 7). Heartbeats travel by gossip also over third
 * nodes, so a node is silent for another when no chain of working links joins them: two nodes with only their own link
 * cut go on seeing each other up. No event is spent while nothing changes.
 * Not modelled: the arrival statistics behind phi; the time to conviction is drawn.
 */
export class FailureDetector {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #options: CassandraOptions;
  readonly #nodes: readonly CassandraNode[];
  readonly #random: RandomStream;
  readonly #views: View[] = [];
  readonly #onRevived: (observer: CassandraNode, subject: CassandraNode) => void;
  readonly #onConvicted: (observer: CassandraNode, subject: CassandraNode) => void;
  readonly #onChange: () => void;

  constructor(
    kernel: Kernel,
    network: Network,
    options: CassandraOptions,
    nodes: readonly CassandraNode[],
    onChange: () => void,
    onRevived: (observer: CassandraNode, subject: CassandraNode) => void,
    onConvicted: (observer: CassandraNode, subject: CassandraNode) => void,
  ) {
    this.#kernel = kernel;
    this.#network = network;
    this.#options = options;
    this.#nodes = nodes;
    this.#random = kernel.stream(options.name, 'failure-detector');
    this.#onChange = onChange;
    this.#onRevived = onRevived;
    this.#onConvicted = onConvicted;
    for (const observer of nodes) {
      for (const subject of nodes) {
        this.#views.push({ observer, subject, alive: true, downSinceUs: 0, pending: undefined });
      }
    }
  }

  sees(observer: number, subject: number): boolean {
    return observer === subject || this.#view(observer, subject).alive;
  }

  downSinceUs(observer: number, subject: number): number {
    return this.#view(observer, subject).downSinceUs;
  }

  /** True while the node is up in all views and sees all others up. */
  undoubted(index: number): boolean {
    return this.#nodes.every((node) => this.sees(index, node.index) && this.sees(node.index, index));
  }

  /** Looks at links and nodes again after something changed. */
  reassess(): void {
    const islands = this.#islands();
    for (const view of this.#views) {
      if (view.observer === view.subject || !view.observer.running) continue;
      const heard = islands[view.observer.index] === islands[view.subject.index] && view.subject.running;
      if (heard === view.alive) {
        if (view.pending !== undefined) this.#kernel.cancel(view.pending);
        view.pending = undefined;
      } else if (view.pending === undefined) {
        const span = heard ? this.#options.revivalUs : this.#options.convictionUs;
        const delayUs = this.#random.integer(span.least, span.most);
        view.pending = this.#kernel.after(
          delayUs,
          heard ? FailureDetector.#revive : FailureDetector.#convict,
          this,
          view,
        );
      }
    }
  }

  /** The node said goodbye: the others know within a gossip round, here at once. */
  leave(index: number): void {
    for (const node of this.#nodes) {
      if (node.index !== index) this.#convictNow(this.#view(node.index, index));
    }
    this.#onChange();
  }

  /** A fresh process knows of the others what gossip tells it at its start. */
  restart(index: number): void {
    const islands = this.#islands();
    for (const node of this.#nodes) {
      if (node.index === index) continue;
      const view = this.#view(index, node.index);
      if (view.pending !== undefined) this.#kernel.cancel(view.pending);
      view.pending = undefined;
      view.alive = node.running && islands[node.index] === islands[index];
      view.downSinceUs = this.#kernel.nowUs;
    }
  }

  #convictNow(view: View): void {
    if (view.pending !== undefined) this.#kernel.cancel(view.pending);
    view.pending = undefined;
    if (!view.alive) return;
    view.alive = false;
    view.downSinceUs = this.#kernel.nowUs;
  }

  static #convict(detector: FailureDetector, view: View): void {
    view.pending = undefined;
    // A node that was itself paused distrusts its own judgement for a while (Cassandra's local-pause rule).
    if (!view.observer.running) return;
    detector.#convictNow(view);
    detector.#onConvicted(view.observer, view.subject);
    detector.#onChange();
  }

  static #revive(detector: FailureDetector, view: View): void {
    view.pending = undefined;
    if (!view.observer.running) return;
    view.alive = true;
    detector.#onChange();
    detector.#onRevived(view.observer, view.subject);
  }

  /** Numbers the groups of running nodes that links in both directions join. */
  #islands(): number[] {
    const islands = this.#nodes.map(() => -1);
    for (const start of this.#nodes) {
      if (islands[start.index] !== -1) continue;
      islands[start.index] = start.index;
      if (!start.running) continue;
      const frontier = [start];
      for (let node = frontier.pop(); node !== undefined; node = frontier.pop()) {
        for (const other of this.#nodes) {
          if (islands[other.index] !== -1 || !other.running) continue;
          if (!this.#network.reachable(node.host, other.host)) continue;
          if (!this.#network.reachable(other.host, node.host)) continue;
          islands[other.index] = start.index;
          frontier.push(other);
        }
      }
    }
    return islands;
  }

  #view(observer: number, subject: number): View {
    const view = this.#views[observer * this.#nodes.length + subject];
    if (view === undefined) throw new RangeError(`no node ${observer} or ${subject}`);
    return view;
  }
}
