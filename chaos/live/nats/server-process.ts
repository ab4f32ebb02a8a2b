import type { ChildProcess } from 'node:child_process';
import type { Guard } from './guard.ts';
import { LiveProblem } from './live-problem.ts';

const keptLogBytes = 20_000;

/** One nats-server, started as often as it takes. */
export class ServerProcess {
  readonly #command: readonly string[];
  readonly #configPath: string;
  readonly #guard: Guard;
  #child: ChildProcess | undefined;
  #log = '';

  /** `command`: the binary, after whatever starts it (which must become it: its process id is the server's). */
  constructor(command: readonly string[], configPath: string, guard: Guard) {
    this.#command = command;
    this.#configPath = configPath;
    this.#guard = guard;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  /** The end of what it logged. */
  get log(): string {
    return this.#log;
  }

  start(): void {
    if (this.#child !== undefined) throw new Error('the server runs already');
    const child = this.#guard.spawn([...this.#command, '-c', this.#configPath], 'pipe', 'pipe');
    this.#child = child;
    const keep = (bytes: Buffer): void => {
      this.#log = (this.#log + bytes.toString()).slice(-keptLogBytes);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    child.once('error', (error) => {
      this.#log += error.message;
      this.#child = undefined;
    });
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
  }

  /** `SIGKILL` and `SIGTERM` resolve when the process is gone, the others at once. */
  async signal(signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    switch (signal) {
      case 'SIGSTOP':
      case 'SIGCONT':
        child.kill(signal);
        return;
      case 'SIGTERM':
      case 'SIGKILL': {
        const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
        child.kill(signal);
        await ended;
        return;
      }
    }
  }

  /** Why it ended by itself. */
  problem(): LiveProblem {
    const line = this.#log
      .split('\n')
      .findLast((text) => /\[FTL\]|\[ERR\]|address already in use/.test(text));
    const said = line?.replace(/^.*\[(FTL|ERR)\]\s*/, '') ?? 'it said nothing';
    if (/address already in use/.test(said))
      return new LiveProblem(
        `a port of nats-server is in use: ${said}`,
        'end what listens there, then run again',
      );
    return new LiveProblem(`nats-server ended by itself: ${said}`, 'npm run scenario -- doctor');
  }
}
