import type { FaultWorld } from './world-access.ts';

/** How a readiness probe flaps: in each period it is answered no first, then truly. Milliseconds. */
export interface FlapRhythm {
  readonly periodMs: number;
  readonly failingMs: number;
}

interface FlappingPod {
  readonly name: string;
  isFailing: boolean;
}

/** Readiness probes that are answered no and yes in turn, each pod in its own time. */
export class ReadinessFlap {
  readonly #world: FaultWorld;
  readonly #rhythm: FlapRhythm;
  readonly #pods = new Map<string, FlappingPod>();
  #isOver = false;
  #turnedUnready = 0;

  constructor(world: FaultWorld, rhythm: FlapRhythm) {
    this.#world = world;
    this.#rhythm = rhythm;
    world.history.on('pod.unready', ({ pod }) => {
      if (!this.#isOver && this.#pods.has(pod)) this.#turnedUnready++;
    });
  }

  /** How often the kubelet believed it: what is shorter than its row of failures nobody sees (delivery 70). */
  get hits(): number {
    return this.#turnedUnready;
  }

  has(pod: string): boolean {
    return this.#pods.has(pod);
  }

  /** Its first no comes after the delay. */
  add(name: string, delayMs: number): void {
    if (this.#rhythm.failingMs === 0) return;
    const pod: FlappingPod = { name, isFailing: false };
    this.#pods.set(name, pod);
    if (delayMs === 0) ReadinessFlap.#fail(this, pod);
    else this.#world.kernel.after(delayMs * 1000, ReadinessFlap.#fail, this, pod);
  }

  /** The container in it is a new one. */
  restarted(name: string): void {
    if (this.#pods.get(name)?.isFailing === true) this.#world.kubernetes.failReadiness(name, true);
  }

  end(): void {
    this.#isOver = true;
    for (const { name, isFailing } of this.#pods.values()) {
      if (isFailing) this.#world.kubernetes.failReadiness(name, false);
    }
  }

  static #fail(flap: ReadinessFlap, pod: FlappingPod): void {
    if (flap.#isOver) return;
    pod.isFailing = true;
    flap.#world.kubernetes.failReadiness(pod.name, true);
    const { failingMs, periodMs } = flap.#rhythm;
    if (failingMs < periodMs) flap.#world.kernel.after(failingMs * 1000, ReadinessFlap.#recover, flap, pod);
  }

  static #recover(flap: ReadinessFlap, pod: FlappingPod): void {
    if (flap.#isOver) return;
    pod.isFailing = false;
    flap.#world.kubernetes.failReadiness(pod.name, false);
    const { failingMs, periodMs } = flap.#rhythm;
    flap.#world.kernel.after((periodMs - failingMs) * 1000, ReadinessFlap.#fail, flap, pod);
  }
}
