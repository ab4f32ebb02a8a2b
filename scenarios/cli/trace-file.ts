import { closeSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { WorldEvent } from '../../sim/history/world-event.ts';
import { cannotWrite, temporaryName } from './output-folder.ts';

const blockCharacters = 1_000_000;
/** A trace stops growing here, with a last line that says so. */
const mostBytes = 2 * 1024 * 1024 * 1024;

/**
 * The history of a run as JSON lines, gzip: `{"n": event index, "t": virtual µs, "source": …, …event}`. It is written
 * block by block (members of one gzip file) between slices of the simulation, when files are in reach, and gets its
 * name when it is complete. All but `add` throw an `OutputError`.
 */
export class TraceFile {
  readonly #path: string;
  readonly #file: number;
  #lines: string[] = [];
  #characters = 0;
  #bytes = 0;
  #full = false;

  constructor(path: string) {
    this.#path = path;
    this.#file = attempt(path, () => openSync(temporaryName(path), 'w'));
  }

  add(event: WorldEvent, timeUs: number, source: string, eventIndex: number): void {
    if (this.#full) return;
    const line = JSON.stringify({ n: eventIndex, t: timeUs, source, ...event });
    this.#lines.push(line);
    this.#characters += line.length;
  }

  flush(): void {
    if (this.#characters >= blockCharacters) this.#write();
  }

  close(): void {
    this.#write();
    attempt(this.#path, () => {
      closeSync(this.#file);
      renameSync(temporaryName(this.#path), this.#path);
    });
  }

  /** Leaves nothing behind. */
  discard(): void {
    closeSync(this.#file);
    rmSync(temporaryName(this.#path), { force: true });
  }

  #write(): void {
    if (this.#lines.length === 0) return;
    const block = gzipSync(`${this.#lines.join('\n')}\n`, { level: 1 });
    this.#lines = [];
    this.#characters = 0;
    this.#append(block);
    if (this.#bytes > mostBytes && !this.#full) {
      this.#full = true;
      this.#append(gzipSync(`${JSON.stringify({ limit: 'the trace reached its largest size' })}\n`));
    }
  }

  #append(block: Buffer): void {
    // Unlike writeSync, this goes on after a short write.
    attempt(this.#path, () => writeFileSync(this.#file, block));
    this.#bytes += block.length;
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw cannotWrite(path, error);
  }
}
