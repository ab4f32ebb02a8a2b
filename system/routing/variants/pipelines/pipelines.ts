import { otherColour, type Colour } from '../../../ports/colour.ts';
import type { Clock } from '../../../ports/clock.ts';
import { PortError } from '../../../ports/errors.ts';
import type { Store } from '../../../ports/store.ts';
import type { Telemetry } from '../../../ports/telemetry.ts';
import { parseJson } from '../../json.ts';
import type { PipelineEnvironment } from './environment.ts';
import type { PipelineSettings } from './settings.ts';
import { isOver, releaseSchema, type PipelineStep, type Release } from './state.ts';

export interface PipelinePorts {
  readonly clock: Clock;
  readonly store: Store;
  readonly telemetry: Telemetry;
  readonly environment: PipelineEnvironment;
}

/** Whether an order was taken, and why not. Taken means durable: it will be carried out, by whichever process. */
export interface OrderAnswer {
  readonly accepted: boolean;
  readonly reason: string;
}

const storeKey = 'pipeline-release';

/**
 * P1 builds and tests the dark side, P2 flips the route after an approval, P3 retires the old side after a day and a go
 * (delivery R222–R240, R252–R257). One release at a time, recorded before every step and carried on after a restart; each
 * step may be done twice. Nothing is ever done to a side that the route names, whatever the record says (F77, F81, F84).
 *
 * Not modelled: database options and migrations (R219, R220), GitOps commits (R251), notification texts (R228, R240).
 */
export class Pipelines {
  readonly #ports: PipelinePorts;
  readonly #settings: PipelineSettings;
  #release: Release | undefined;
  /** One thing at a time: an order, or a step. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(ports: PipelinePorts, settings: PipelineSettings, release: Release | undefined) {
    this.#ports = ports;
    this.#settings = settings;
    this.#release = release;
  }

  static async load(ports: PipelinePorts, settings: PipelineSettings): Promise<Pipelines> {
    const text = await ports.store.load(storeKey);
    return new Pipelines(ports, settings, text === undefined ? undefined : parseJson(releaseSchema, text));
  }

  get release(): Release | undefined {
    return this.#release;
  }

  async run(): Promise<void> {
    for (;;) {
      await this.#alone(() => this.#step()).catch((error: unknown) => {
        if (!(error instanceof PortError)) throw error;
      });
      await this.#ports.clock.sleep(this.#settings.tickMs);
    }
  }

  /** P1: a new build (delivery R222–R229). */
  begin(build: string): Promise<OrderAnswer> {
    return this.#order(async () => {
      const known = this.#release;
      if (known?.build === build) return refused(`${build} was begun before`);
      if (this.#settings.policies.locks && known !== undefined && !isOver(known)) {
        return refused(`${known.dark} belongs to ${known.build}, which is ${known.step}`);
      }
      const old = await this.#ports.environment.liveColour();
      if (old === undefined) return refused('nobody knows which side is live');
      await this.#save({
        build,
        dark: otherColour(old),
        old,
        step: 'deploying',
        sinceMs: this.#nowMs,
        reason: 'begun',
      });
      return accepted;
    });
  }

  /** P2: a person approves this build (delivery R230–R235). */
  approve(build: string): Promise<OrderAnswer> {
    return this.#order(async () => {
      const release = this.#release;
      if (release?.build !== build) return refused(`${build} is not in the pipelines`);
      const isReady = !this.#settings.policies.needsTests || release.step === 'tested';
      if (!isReady || isOver(release)) return refused(`${build} is ${release.step}`);
      const lack = await this.#lackOf(release);
      if (lack !== undefined) return refused(lack);
      await this.#enter('flipping', 'approved');
      return accepted;
    });
  }

  /** P3: the go, a day after the flip (delivery R236–R241, R256, R266). */
  retire(build: string): Promise<OrderAnswer> {
    return this.#order(async () => {
      const release = this.#release;
      if (release?.build !== build) return refused(`${build} is not in the pipelines`);
      if (release.step !== 'live') return refused(`${build} is ${release.step}`);
      const { soakMs, policies } = this.#settings;
      if (this.#nowMs - (release.flippedMs ?? Infinity) < soakMs) return refused('it is too early for a go');
      const alerts = (await this.#ports.environment.criticalAlerts()) ?? policies.unknownAlerts;
      if (alerts === undefined) return refused('nobody knows whether there are critical alerts');
      if (alerts > 0) return refused(`${alerts} critical alerts`);
      const live = await this.#ports.environment.liveColour();
      if (live !== release.dark) return refused(`the route names ${live ?? 'nothing'}, not ${release.dark}`);
      await this.#enter('retiring', 'go');
      return accepted;
    });
  }

  /** Back to the old side, which runs in full until it is retired (delivery R241, R246); after that only forward (R257, F82). */
  rollBack(build: string): Promise<OrderAnswer> {
    return this.#order(async () => {
      const release = this.#release;
      if (release?.build !== build) return refused(`${build} is not in the pipelines`);
      switch (release.step) {
        case 'flipping':
        case 'draining':
        case 'watching':
        case 'live':
        case 'rolling-back':
          await this.#enter('rolling-back', 'ordered');
          return accepted;
        case 'retiring':
        case 'done':
          return refused(`${build} is past the point of no return`);
        case 'deploying':
        case 'waiting-ready':
        case 'testing':
        case 'tested':
        case 'failing':
        case 'failed':
        case 'expired':
        case 'rolled-back':
          return refused(`${build} is not live`);
      }
    });
  }

  async #step(): Promise<void> {
    const release = this.#release;
    if (release === undefined) return;
    const { environment } = this.#ports;
    const { replicas, keptReplicas, drainMs, policies } = this.#settings;
    const elapsedMs = this.#nowMs - release.sinceMs;
    switch (release.step) {
      case 'deploying':
        if (!(await this.#isDark(release.dark))) return await this.#enter('failed', 'the dark side is live');
        await environment.setBuild(release.dark, release.build);
        await environment.scale(release.dark, replicas);
        return await this.#enter('waiting-ready', 'deployed');
      case 'waiting-ready':
        if ((await environment.state(release.dark)).ready >= replicas)
          return await this.#enter('testing', 'ready');
        if (elapsedMs < this.#settings.readyTimeoutMs) return;
        return await this.#enter('failing', 'not ready in time');
      case 'testing':
        return (await environment.runTests(release.dark))
          ? await this.#enter('tested', 'tests passed')
          : await this.#enter('failing', 'tests failed');
      case 'tested':
        if (!policies.expires || elapsedMs < this.#settings.approvalTimeoutMs) return;
        return await this.#enter('expired', 'nobody approved');
      case 'flipping':
        await environment.patchRoute(release.dark);
        return await this.#save({
          ...release,
          step: 'draining',
          sinceMs: this.#nowMs,
          flippedMs: this.#nowMs,
          reason: 'flipped',
        });
      case 'draining':
        return elapsedMs < drainMs ? undefined : await this.#enter('watching', 'drained');
      case 'watching':
        return await this.#watch(release, elapsedMs);
      case 'live':
        return;
      case 'rolling-back':
        await environment.patchRoute(release.old);
        return await this.#enter('rolled-back', release.reason);
      case 'retiring': {
        const live = await environment.liveColour();
        const retired = policies.retiresRecorded ? release.old : (live ?? release.dark);
        if (policies.retiresRecorded && live !== release.dark) return;
        await environment.scale(retired, keptReplicas);
        return await this.#enter('done', 'retired');
      }
      case 'failing':
        if (await this.#isDark(release.dark)) await environment.scale(release.dark, 0);
        return await this.#enter('failed', release.reason);
      case 'done':
      case 'failed':
      case 'expired':
      case 'rolled-back':
        return;
    }
  }

  /** Five minutes in which errors lead back at once (delivery R234). */
  async #watch({ dark }: Release, elapsedMs: number): Promise<void> {
    const errors = await this.#ports.environment.recentErrors(dark);
    if (errors !== undefined && errors > this.#settings.mostErrors) {
      return await this.#enter('rolling-back', `${errors} errors after the flip`);
    }
    if (elapsedMs >= this.#settings.watchMs) await this.#enter('live', 'watched');
  }

  /** What speaks against a flip now (delivery R231, R232, R248, R265, F60, F75, F81, F84). */
  async #lackOf({ dark, old, build }: Release): Promise<string | undefined> {
    const { environment } = this.#ports;
    const { replicas, mostErrors, policies } = this.#settings;
    const state = await environment.state(dark);
    if (state.build !== build) return `${dark} runs ${state.build ?? 'nothing'}`;
    if (state.ready < replicas) return `${state.ready} of ${replicas} are ready`;
    const errors = await environment.recentErrors(dark);
    if (errors === undefined) return 'nobody knows the errors of the last hour';
    if (errors > mostErrors) return `${errors} errors in the last hour`;
    const agrees = await environment.secretsAgree();
    if (policies.comparesSecrets && !agrees) return 'the secrets of the sides differ';
    const live = await environment.liveColour();
    return live === old ? undefined : `the route names ${live ?? 'nothing'}, not ${old}`;
  }

  async #isDark(colour: Colour): Promise<boolean> {
    const live = await this.#ports.environment.liveColour();
    return live !== undefined && live !== colour;
  }

  get #nowMs(): number {
    return this.#ports.clock.wallMs();
  }

  async #enter(step: PipelineStep, reason: string): Promise<void> {
    const release = this.#release;
    if (release !== undefined) await this.#save({ ...release, step, reason, sinceMs: this.#nowMs });
  }

  async #save(release: Release): Promise<void> {
    await this.#ports.store.save(storeKey, JSON.stringify(release));
    this.#release = release;
    const { build, dark, old, step, reason } = release;
    this.#ports.telemetry.event({ kind: 'pipeline.entered', build, dark, old, step, reason });
  }

  #order(act: () => Promise<OrderAnswer>): Promise<OrderAnswer> {
    return this.#alone(async () => {
      try {
        return await act();
      } catch (error) {
        if (error instanceof PortError) return refused(error.message);
        throw error;
      }
    });
  }

  #alone<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

const accepted: OrderAnswer = { accepted: true, reason: '' };

function refused(reason: string): OrderAnswer {
  return { accepted: false, reason };
}
