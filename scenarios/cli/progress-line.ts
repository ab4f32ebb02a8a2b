import { formatClock, formatDuration } from '../../reports/format.ts';
import type { Progress } from '../run-result.ts';

const plainMs = 10_000;
const redrawMs = 100;

/** Progress of long work: one line that is redrawn on a terminal, elsewhere a plain line every ten seconds. */
export class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  readonly #runs: number;
  readonly #startMs = performance.now();
  readonly #latest = new Map<number, Progress>();
  #milestone = '';
  #finished = 0;
  #shownMs = -Infinity;
  #drawn = false;

  constructor(stream: NodeJS.WriteStream, runs: number) {
    this.#stream = stream;
    this.#runs = runs;
    this.#shownMs = performance.now();
  }

  update(index: number, progress: Progress): void {
    this.#latest.set(index, progress);
    if (progress.milestone !== undefined) this.#milestone = progress.milestone;
    const nowMs = performance.now();
    if (nowMs - this.#shownMs < (this.#stream.isTTY ? redrawMs : plainMs)) return;
    this.#shownMs = nowMs;
    this.#show();
  }

  finish(index: number): void {
    this.#latest.delete(index);
    this.#finished++;
  }

  /** Takes the line away, so that something else can be printed. */
  clear(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[2K');
    this.#drawn = false;
  }

  #show(): void {
    const text = this.#text();
    if (!this.#stream.isTTY) {
      this.#stream.write(`${text}\n`);
      return;
    }
    const width = Math.max(20, (this.#stream.columns ?? 100) - 1);
    this.#stream.write(`\r\u001b[2K${text.slice(0, width)}`);
    this.#drawn = true;
  }

  #text(): string {
    const elapsedMs = performance.now() - this.#startMs;
    const [current] = this.#latest.values();
    const runs = this.#runs > 1 ? `${this.#finished} of ${this.#runs} runs · ` : '';
    if (current === undefined) return `${runs}${formatDuration(elapsedMs)}`;
    const share = Math.min(1, current.virtualUs / current.virtualEndUs);
    const blocks = Math.round(share * 20);
    const bar = `${'━'.repeat(blocks)}${'╌'.repeat(20 - blocks)}`;
    const ratio = current.virtualUs / 1000 / elapsedMs;
    const speed = this.#runs > 1 ? '' : ` ${ratio.toFixed(0)} ×`;
    return `${runs}${bar} ${formatClock(current.virtualUs)} of ${formatClock(current.virtualEndUs)}${speed}  ${this.#milestone}`;
  }
}
