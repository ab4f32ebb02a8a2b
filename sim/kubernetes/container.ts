import type { Process } from '../../system/ports/process.ts';
import {
  SimProcess,
  type Deferred,
  type HostClock,
  type Kernel,
  type RandomStream,
} from '../kernel/index.ts';
import type { ProbeAnswer } from './probe.ts';
import type { PodEnd } from './kubernetes-event.ts';

/** Spread of the time that computing takes, as the deviation of its logarithm. */
const workSigma = 0.25;

/** Who runs the container. */
export interface ContainerSupervisor {
  probeAnswersChanged(container: Container): void;
  containerEnded(container: Container, how: PodEnd): void;
}

/** One start of a pod's container: a process, and the `Process` port that it sees. */
export class Container implements Process {
  readonly name: string;
  readonly uid: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly process: SimProcess;
  readonly startedUs: number;
  readonly #kernel: Kernel;
  readonly #supervisor: ContainerSupervisor;
  readonly #workRandom: RandomStream;
  #terminateHandler: (() => void) | undefined;
  #ready = false;
  #isReadinessFailing = false;
  #healthy = true;
  #end: PodEnd = 'crashed';

  constructor(
    kernel: Kernel,
    supervisor: ContainerSupervisor,
    name: string,
    uid: string,
    environment: Readonly<Record<string, string>>,
    clock: HostClock,
  ) {
    this.name = name;
    this.uid = uid;
    this.environment = environment;
    this.process = new SimProcess(kernel, name, uid, clock);
    this.startedUs = kernel.nowUs;
    this.#kernel = kernel;
    this.#supervisor = supervisor;
    this.#workRandom = kernel.stream('work', uid);
    this.process.onEnd(() => supervisor.containerEnded(this, this.#end));
  }

  onTerminate(handler: () => void): void {
    this.#terminateHandler = handler;
  }

  setReady(ready: boolean): void {
    this.#ready = ready;
    this.#supervisor.probeAnswersChanged(this);
  }

  setAlive(alive: boolean): void {
    this.#healthy = alive;
    this.#supervisor.probeAnswersChanged(this);
  }

  exit(code: number): void {
    this.end(code === 0 ? 'exited' : 'failed');
  }

  /** Every stage is drawn in the same way around its typical cost. */
  work(_stage: string, typicalMs: number): Promise<void> {
    const deferred = this.process.deferred<void>();
    const durationUs = this.#workRandom.logNormal(typicalMs * 1000, workSigma);
    this.#kernel.after(durationUs, finishWork, deferred, undefined);
    return deferred.promise;
  }

  /** SIGTERM. As process 1 of its container, a process without a handler ignores it; one handler call is all. */
  terminate(): void {
    if (this.process.state === 'running') this.#kernel.wake();
    this.process.run(Container.#deliverTerminate, this, undefined);
  }

  /** SIGKILL, or the process's own exit: it ends now, frozen or not. */
  end(how: PodEnd): void {
    if (!this.process.alive) return;
    this.#end = how;
    this.process.kill();
  }

  /** SIGSTOP. */
  freeze(): void {
    this.process.freeze();
    this.#supervisor.probeAnswersChanged(this);
  }

  /** SIGCONT. */
  resume(): void {
    this.process.resume();
    this.#supervisor.probeAnswersChanged(this);
  }

  /** Its readiness probe is answered no, whatever the process says; other probes are not touched. */
  failReadiness(isFailing: boolean): void {
    this.#isReadinessFailing = isFailing;
    this.#supervisor.probeAnswersChanged(this);
  }

  readinessAnswer(): ProbeAnswer {
    return this.#answer(this.#ready && !this.#isReadinessFailing);
  }

  livenessAnswer(): ProbeAnswer {
    return this.#answer(this.#healthy);
  }

  #answer(good: boolean): ProbeAnswer {
    if (this.process.state === 'frozen') return 'silence';
    return good ? 'success' : 'failure';
  }

  static #deliverTerminate(container: Container): void {
    const handler = container.#terminateHandler;
    container.#terminateHandler = undefined;
    handler?.();
  }
}

function finishWork(deferred: Deferred<void>): void {
  deferred.resolve();
}
