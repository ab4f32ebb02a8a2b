import type { History } from '../../sim/history/history.ts';
import type { Colour } from '../../system/ports/colour.ts';
import { watchMaps } from './map-in-force.ts';

/** One Defender that holds an id. */
export interface Holder {
  readonly colour: Colour;
  readonly pod: string;
  readonly defenderId: string;
  readonly sinceUs: number;
}

/** Who holds which id and which ids the maps name, as the history tells it: the truth that rules judge by. */
export class DefenderRoster {
  readonly #byPod = new Map<string, Holder>();
  readonly #members: Record<Colour, Set<string>> = { blue: new Set(), green: new Set() };
  readonly #held: Record<Colour, number> = { blue: 0, green: 0 };
  readonly #nodeOf = new Map<string, string>();

  constructor(history: History) {
    history.on('identity.claimed', ({ colour, pod, defenderId }, timeUs) => {
      this.#drop(pod);
      this.#byPod.set(pod, { colour, pod, defenderId, sinceUs: timeUs });
      this.#held[colour]++;
    });
    history.on('identity.released', ({ pod }) => this.#drop(pod));
    history.on('pod.restarting', ({ pod }) => this.#drop(pod));
    history.on('pod.scheduled', ({ pod, deployment, node }) => {
      if (deployment.startsWith('defender-')) this.#nodeOf.set(pod, node);
    });
    history.on('pod.ended', ({ pod }) => {
      this.#drop(pod);
      this.#nodeOf.delete(pod);
    });
    // Kubernetes tells of the end of these pods minutes later.
    history.on('node.down', ({ node }) => {
      for (const { pod } of this.holdersOn(node)) this.#drop(pod);
    });
    watchMaps(history, ({ colour, joined, left }) => {
      for (const id of joined) this.#members[colour].add(id);
      for (const id of left) this.#members[colour].delete(id);
    });
  }

  holderIn(pod: string): Holder | undefined {
    return this.#byPod.get(pod);
  }

  holderOf(colour: Colour, defenderId: string): Holder | undefined {
    for (const holder of this.#byPod.values()) {
      if (holder.defenderId === defenderId && holder.colour === colour) return holder;
    }
    return undefined;
  }

  holdersOn(node: string): readonly Holder[] {
    return [...this.#byPod.values()].filter(({ pod }) => this.#nodeOf.get(pod) === node);
  }

  holdersIn(colour: Colour): readonly Holder[] {
    return [...this.#byPod.values()].filter((holder) => holder.colour === colour);
  }

  /** Defenders of the colour that hold an id. */
  held(colour: Colour): number {
    return this.#held[colour];
  }

  /** Whether the colour's last map names the id. */
  isMember(colour: Colour, defenderId: string): boolean {
    return this.#members[colour].has(defenderId);
  }

  #drop(pod: string): void {
    const holder = this.#byPod.get(pod);
    if (holder === undefined) return;
    this.#byPod.delete(pod);
    this.#held[holder.colour]--;
  }
}
