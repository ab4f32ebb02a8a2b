import { connect, createServer, type Server, type Socket } from 'node:net';

/** Who opened a connection, told from its first bytes; undefined while they are too few to tell. */
export type SourceReader = (firstBytes: Buffer) => string | undefined;

interface Link {
  readonly near: Socket;
  readonly far: Socket;
  source: string | undefined;
  /** When the last bytes that were held back go on. */
  dueMs: number;
  /** What is held back, oldest first. */
  readonly held: Buffer[];
}

/**
 * A TCP forwarder that can be cut for some sources. While it is cut its bytes go nowhere and sockets stay open, as when
 * packets vanish; healing closes what was cut, because links between nodes whose bytes were dropped stayed dead for
 * over a minute otherwise (live-stack §1).
 */
export class Forwarder {
  readonly #address: string;
  readonly #port: number;
  readonly #target: { readonly host: string; readonly port: number };
  readonly #readSource: SourceReader;
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #cut = new Set<string>();
  readonly #delayMs = new Map<string, number>();

  constructor(
    address: string,
    port: number,
    target: { readonly host: string; readonly port: number },
    readSource: SourceReader,
  ) {
    this.#address = address;
    this.#port = port;
    this.#target = target;
    this.#readSource = readSource;
    this.#server = createServer({ pauseOnConnect: true }, (near) => this.#accept(near));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, this.#address, () => resolve());
    });
  }

  /** From now on nothing passes between the source and the target, in either direction of its connections. */
  cut(source: string): void {
    this.#cut.add(source);
    for (const link of this.#links) {
      if (link.source !== source) continue;
      link.near.pause();
      link.far.pause();
    }
  }

  heal(source: string): void {
    this.#cut.delete(source);
    for (const link of this.#links) if (link.source === source) close(link);
  }

  /** What the source sends arrives so much later; 0 ends it. */
  delay(source: string, milliseconds: number): void {
    this.#delayMs.set(source, milliseconds);
  }

  async close(): Promise<void> {
    for (const link of this.#links) close(link);
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(near: Socket): void {
    const far = connect(this.#target.port, this.#target.host);
    far.pause();
    const link: Link = { near, far, source: undefined, dueMs: 0, held: [] };
    this.#links.add(link);
    near.setNoDelay(true);
    far.setNoDelay(true);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.#links.delete(link);
        other.destroy();
      });
    }
    let head = Buffer.alloc(0);
    const learn = (bytes: Buffer): void => {
      head = Buffer.concat([head, bytes]);
      const source = this.#readSource(head);
      if (source === undefined) return;
      near.off('data', learn);
      near.pause();
      link.source = source;
      // While the source is cut, what it said is never passed on: the connection ends when the link heals.
      if (this.#cut.has(source)) return;
      this.#passLater(link, source, head);
      near.on('data', (bytes: Buffer) => this.#passLater(link, source, bytes));
      near.resume();
      pass(far, near);
    };
    near.on('data', learn);
    near.resume();
  }

  #passLater(link: Link, source: string, bytes: Buffer): void {
    const nowMs = performance.now();
    const dueMs = Math.max(link.dueMs, nowMs + (this.#delayMs.get(source) ?? 0));
    if (dueMs <= nowMs && link.held.length === 0) {
      if (link.far.write(bytes)) return;
      link.near.pause();
      link.far.once('drain', () => {
        if (!this.#cut.has(source)) link.near.resume();
      });
      return;
    }
    link.dueMs = dueMs;
    link.held.push(bytes);
    // A timer may fire a millisecond before one that was set earlier, so each lets the oldest bytes go, not its own.
    setTimeout(() => {
      const oldest = link.held.shift();
      // Cut meanwhile: these bytes were still on their way.
      if (oldest !== undefined && !this.#cut.has(source)) link.far.write(oldest);
    }, dueMs - nowMs);
  }
}

function pass(from: Socket, to: Socket): void {
  from.on('data', (bytes) => {
    if (to.write(bytes)) return;
    from.pause();
    to.once('drain', () => from.resume());
  });
  from.resume();
}

function close(link: Link): void {
  link.near.resetAndDestroy();
  link.far.resetAndDestroy();
}
