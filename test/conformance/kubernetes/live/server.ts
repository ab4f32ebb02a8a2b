import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import type { Guard } from '../../../../chaos/live/nats/guard.ts';

/** One server of a control plane; its output goes to a file. */
export class Server {
  readonly name: string;
  readonly #child: ChildProcess;
  #ended = false;

  constructor(name: string, binary: string, flags: readonly string[], logPath: string, guard: Guard) {
    this.name = name;
    this.#child = guard.spawn([binary, ...flags], 'pipe', 'pipe');
    const log = createWriteStream(logPath);
    this.#child.stdout?.pipe(log, { end: false });
    this.#child.stderr?.pipe(log, { end: false });
    this.#child.once('exit', () => {
      this.#ended = true;
      log.end();
    });
    this.#child.once('error', () => {
      this.#ended = true;
    });
  }

  get running(): boolean {
    return !this.#ended;
  }

  /** SIGTERM, and SIGKILL after 10 s. */
  async stop(): Promise<void> {
    if (this.#ended) return;
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGTERM');
    const killer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(killer);
  }
}
