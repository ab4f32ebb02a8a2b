import type { Clock } from '../../../system/ports/clock.ts';
import type { Colour } from '../../../system/ports/colour.ts';
import { PortError } from '../../../system/ports/errors.ts';
import type { Random } from '../../../system/ports/random.ts';
import type {
  EnvironmentState,
  PipelineEnvironment,
} from '../../../system/routing/variants/pipelines/environment.ts';
import type { Stage } from '../stage.ts';

/** What is wrong with a build, as the seed draws it. */
export type Quality = 'good' | 'never-ready' | 'fails-tests' | 'logs-errors' | 'fails-live';

interface Side {
  build: string;
  replicas: number;
  /** When the replicas asked for are ready; Infinity where they never are. */
  readyAtMs: number;
}

export const demand = 2;
const startMs = { low: 12_000, high: 30_000 };
const testsMs = 12_000;
const callMs = { low: 50, high: 300 };

/** Two sides, one route, and what the platform says of them: the truth that the pipelines only see through calls. */
export class TwoSides {
  readonly #stage: Stage;
  readonly #qualities = new Map<string, Quality>();
  readonly #sides: Readonly<Record<Colour, Side>> = {
    blue: { build: 'b0', replicas: demand, readyAtMs: 0 },
    green: { build: 'none', replicas: 0, readyAtMs: 0 },
  };
  #live: Colour = 'blue';
  #flippedMs = 0;
  /** Calls fail; some of them after they took effect. */
  outage = false;
  routeUnreadable = false;
  alertsUnreadable = false;
  secretsDiffer = false;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  quality(build: string, quality: Quality): void {
    this.#qualities.set(build, quality);
  }

  get alerts(): number | undefined {
    if (this.alertsUnreadable) return undefined;
    return this.#isFailing(this.#live) ? 3 : 0;
  }

  /** The environment as one process sees it. */
  environmentFor(clock: Clock, random: Random): PipelineEnvironment {
    const call = async <T>(effect: () => T): Promise<T> => {
      await clock.sleep(random.integer(callMs.low, callMs.high));
      if (!this.outage) return effect();
      if (random.float() < 0.5) effect();
      await clock.sleep(2000);
      throw new PortError('the platform does not answer', 'timeout');
    };
    return {
      liveColour: () => call(() => (this.routeUnreadable ? undefined : this.#live)),
      patchRoute: (colour) => call(() => this.#patch(colour)),
      setBuild: (colour, build) => call(() => this.#setBuild(colour, build)),
      scale: (colour, replicas) => call(() => this.#scale(colour, replicas)),
      state: (colour) => call(() => this.#state(colour)),
      runTests: async (colour) => {
        await clock.sleep(testsMs);
        return await call(() => this.#test(colour));
      },
      recentErrors: (colour) => call(() => (this.#isFailing(colour) ? 40 : 2)),
      criticalAlerts: () => call(() => this.alerts),
      secretsAgree: () => call(() => !this.secretsDiffer),
    };
  }

  #patch(colour: Colour): void {
    this.#changed('route', colour);
    if (this.#live !== colour) this.#flippedMs = this.#stage.nowMs;
    this.#live = colour;
  }

  #setBuild(colour: Colour, build: string): void {
    this.#changed('build', colour, build);
    const side = this.#sides[colour];
    if (side.build === build) return;
    side.build = build;
    if (side.replicas > 0) this.#restart(side);
  }

  #scale(colour: Colour, replicas: number): void {
    this.#changed('scale', colour, this.#sides[colour].build, replicas);
    const side = this.#sides[colour];
    if (replicas > side.replicas) this.#restart(side);
    side.replicas = replicas;
  }

  #restart(side: Side): void {
    const isNever = this.#qualities.get(side.build) === 'never-ready';
    const { low, high } = startMs;
    side.readyAtMs = isNever ? Infinity : this.#stage.nowMs + this.#stage.director.random.integer(low, high);
  }

  #state(colour: Colour): EnvironmentState {
    const { build, replicas } = this.#sides[colour];
    return { build: build === 'none' ? undefined : build, replicas, ready: this.#ready(colour) };
  }

  #ready(colour: Colour): number {
    const { replicas, readyAtMs } = this.#sides[colour];
    return this.#stage.nowMs >= readyAtMs ? replicas : 0;
  }

  #test(colour: Colour): boolean {
    const { build } = this.#sides[colour];
    const passed = this.#ready(colour) >= demand && this.#qualities.get(build) !== 'fails-tests';
    if (passed) this.#stage.history.record('pipeline-tests', { kind: 'pipeline.tested', colour, build });
    return passed;
  }

  #isFailing(colour: Colour): boolean {
    const quality = this.#qualities.get(this.#sides[colour].build);
    if (quality === 'logs-errors') return true;
    return quality === 'fails-live' && colour === this.#live && this.#stage.nowMs - this.#flippedMs > 8000;
  }

  #changed(
    what: 'route' | 'build' | 'scale',
    colour: Colour,
    build: string = this.#sides[colour].build,
    replicas: number = this.#sides[colour].replicas,
  ): void {
    const ready = this.#ready(colour);
    this.#stage.history.record('pipeline-platform', {
      kind: 'pipeline.changed',
      what,
      colour,
      build,
      replicas,
      ready,
      live: this.#live,
    });
  }
}
