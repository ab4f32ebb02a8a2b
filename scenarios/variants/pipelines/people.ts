import { PortError } from '../../../system/ports/errors.ts';
import { parseJson } from '../../../system/routing/json.ts';
import { pipelinePaths } from '../../../system/routing/variants/pipelines/start.ts';
import { releaseSchema, type PipelineStep } from '../../../system/routing/variants/pipelines/state.ts';
import { z } from 'zod';
import type { Stage, StagePorts } from '../stage.ts';
import type { TwoSides, Quality } from './cluster.ts';
import { pipelineTimes } from './times.ts';

type Order = keyof typeof pipelinePaths;

const answerSchema = z.object({
  accepted: z.boolean(),
  reason: z.string(),
  release: z.exactOptional(releaseSchema),
});
type Answer = z.infer<typeof answerSchema>;

const authority = 'pipelines:8095';
const timeoutMs = 8000;
const askAgainMs = 4000;
/** Steps that an order leads to. */
const carriedOut: Readonly<Record<Order, readonly PipelineStep[]>> = {
  begin: ['deploying', 'waiting-ready', 'testing', 'tested'],
  approve: ['flipping', 'draining', 'watching', 'live'],
  retire: ['retiring', 'done'],
  rollBack: ['rolling-back', 'rolled-back'],
};
const qualities: readonly Quality[] = [
  'good',
  'good',
  'good',
  'good',
  'good',
  'never-ready',
  'fails-tests',
  'logs-errors',
  'fails-live',
];

/** Build servers and people: they order too early, twice, from two sides, too late, or not at all (delivery F75–F82). */
export class People {
  readonly #stage: Stage;
  readonly #sides: TwoSides;
  readonly #ports: StagePorts;

  constructor(stage: Stage, sides: TwoSides, ports: StagePorts) {
    this.#stage = stage;
    this.#sides = sides;
    this.#ports = ports;
  }

  async work(untilMs: number): Promise<void> {
    const { random } = this.#stage.director;
    for (let number = 1; this.#stage.nowMs < untilMs; number++) {
      const build = `b${number}`;
      this.#sides.quality(build, random.pick(qualities));
      await this.#release(build);
      await this.#stage.wait(random.integer(2000, 20_000));
    }
  }

  async #release(build: string): Promise<void> {
    const { random } = this.#stage.director;
    if (!(await this.#insist('begin', build, 600_000))) return;
    if (random.chance(0.5)) await this.#give('retire', build);
    if (random.chance(0.4)) {
      await this.#stage.wait(random.integer(1000, 60_000));
      await this.#give('begin', `${build}-rival`);
    }
    if (random.chance(0.25)) return;
    this.#mean('approve', build);
    if (!(await this.#insist('approve', build, 200_000))) return;
    if (random.chance(0.5)) await this.#give('retire', build);
    const withdraws = random.chance(0.3);
    const wait = withdraws
      ? random.integer(0, pipelineTimes.soakMs)
      : pipelineTimes.soakMs - random.integer(0, 40_000);
    await this.#stage.wait(wait);
    if (withdraws) {
      await this.#insist('rollBack', build, 60_000);
      return;
    }
    this.#mean('retire', build);
    if (random.chance(0.5)) this.#silenceAlerts();
    if (await this.#insist('retire', build, 180_000)) await this.#give('rollBack', build);
    else await this.#insist('rollBack', build, 60_000);
  }

  /** The alert query breaks just when the go depends on it (delivery F77). */
  #silenceAlerts(): void {
    const stage = this.#stage;
    const lastMs = stage.director.random.integer(40_000, 100_000);
    const begin = (): (() => void) => {
      this.#sides.alertsUnreadable = true;
      return () => {
        this.#sides.alertsUnreadable = false;
      };
    };
    stage.play(() => stage.fault('alerts-unreadable', 'alerts-unreadable', lastMs, begin));
  }

  /** Orders until it is taken, or the release is over, or this long. */
  async #insist(order: Order, build: string, withinMs: number): Promise<boolean> {
    const endMs = this.#stage.nowMs + withinMs;
    while (this.#stage.nowMs < endMs) {
      const answer = await this.#give(order, build);
      if (answer?.accepted === true) return true;
      const step = answer?.release?.build === build ? answer.release.step : undefined;
      // An order that was taken may not have been heard of.
      if (step !== undefined && carriedOut[order].includes(step)) return true;
      if (step === 'failed' || step === 'expired' || step === 'rolled-back' || step === 'done') return false;
      await this.#stage.wait(askAgainMs);
    }
    return false;
  }

  #mean(order: Order, build: string): void {
    this.#stage.history.record('people', { kind: 'pipeline.meant', order, build });
  }

  async #give(order: Order, build: string): Promise<Answer | undefined> {
    const request = {
      method: 'POST',
      path: pipelinePaths[order],
      headers: {},
      body: JSON.stringify({ build }),
    } as const;
    try {
      const response = await this.#ports.http.request(authority, request, timeoutMs);
      const answer = parseJson(answerSchema, response.body);
      if (answer === undefined) return undefined;
      const { accepted, reason } = answer;
      const { alerts } = this.#sides;
      this.#stage.history.record('people', {
        kind: 'pipeline.ordered',
        order,
        build,
        accepted,
        alerts,
        reason,
      });
      return answer;
    } catch (error) {
      if (error instanceof PortError) return undefined;
      throw error;
    }
  }
}
