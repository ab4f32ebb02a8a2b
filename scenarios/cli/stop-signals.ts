import { exitCodes, type ExitCode } from './exit-code.ts';

type StopSignal = 'SIGINT' | 'SIGTERM';

/** One Ctrl-C may come twice at once: from the terminal to all of the group, and passed on by npm. */
const sameMs = 250;

/** Ctrl-C and SIGTERM while there is work: the first asks to stop, the second stops at once. */
export class StopSignals {
  readonly #stop: () => void;
  readonly #onInterrupt = (): void => this.#received('SIGINT');
  readonly #onTerminate = (): void => this.#received('SIGTERM');
  #first: { readonly signal: StopSignal; readonly atMs: number } | undefined;

  constructor(stop: () => void) {
    this.#stop = stop;
    process.on('SIGINT', this.#onInterrupt);
    process.on('SIGTERM', this.#onTerminate);
  }

  /** Undefined where no signal came. */
  get exitCode(): ExitCode | undefined {
    return this.#first === undefined ? undefined : codeOf(this.#first.signal);
  }

  release(): void {
    process.off('SIGINT', this.#onInterrupt);
    process.off('SIGTERM', this.#onTerminate);
  }

  #received(signal: StopSignal): void {
    const nowMs = performance.now();
    const first = this.#first;
    if (first === undefined) {
      this.#first = { signal, atMs: nowMs };
      this.#stop();
    } else if (signal !== first.signal || nowMs - first.atMs > sameMs) {
      process.exit(codeOf(signal));
    }
  }
}

function codeOf(signal: StopSignal): ExitCode {
  switch (signal) {
    case 'SIGINT':
      return exitCodes.interrupted;
    case 'SIGTERM':
      return exitCodes.terminated;
  }
}
