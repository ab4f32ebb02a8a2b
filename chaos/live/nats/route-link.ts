import { connect, createServer, type Server, type Socket } from 'node:net';
import { LiveProblem } from './live-problem.ts';

export type Direction = 'forward' | 'backward';

interface Pair {
  readonly dialler: Socket;
  readonly target: Socket;
}

/**
 * A forwarder between two servers' route ports. While a direction is cut its bytes wait in the senders' buffers, as on
 * a wire that drops everything and is healed later: nothing is lost inside a connection, sockets stay open (jetstream C19).
 */
export class RouteLink {
  readonly port: number;
  readonly #targetPort: number;
  readonly #server: Server;
  readonly #pairs = new Set<Pair>();
  readonly #cut: Record<Direction, boolean> = { forward: false, backward: false };

  constructor(port: number, targetPort: number) {
    this.port = port;
    this.#targetPort = targetPort;
    this.#server = createServer((dialler) => this.#accept(dialler));
  }

  /** Errors: `LiveProblem` where somebody else listens there. */
  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error) =>
        reject(
          new LiveProblem(
            `a port of a route is in use: ${error.message}`,
            'end what listens there, then run again',
            { cause: error },
          ),
        ),
      );
      this.#server.listen(this.port, '127.0.0.1', () => resolve());
    });
  }

  /** `forward`: from the server that dials. */
  cut(direction: Direction): void {
    this.#cut[direction] = true;
    for (const pair of this.#pairs) this.#source(pair, direction).pause();
  }

  heal(direction: Direction): void {
    this.#cut[direction] = false;
    for (const pair of this.#pairs) this.#source(pair, direction).resume();
  }

  /** Closes all connections too. */
  close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const { dialler, target } of this.#pairs) {
      dialler.destroy();
      target.destroy();
    }
    return closed;
  }

  #accept(dialler: Socket): void {
    const target = connect(this.#targetPort, '127.0.0.1');
    const pair = { dialler, target };
    this.#pairs.add(pair);
    this.#join(pair, 'forward');
    this.#join(pair, 'backward');
  }

  #join(pair: Pair, direction: Direction): void {
    const source = this.#source(pair, direction);
    const sink = direction === 'forward' ? pair.target : pair.dialler;
    source.setNoDelay(true);
    source.on('data', (bytes) => {
      if (sink.write(bytes)) return;
      source.pause();
      sink.once('drain', () => {
        if (!this.#cut[direction]) source.resume();
      });
    });
    if (this.#cut[direction]) source.pause();
    source.on('error', () => sink.destroy());
    source.on('close', () => {
      this.#pairs.delete(pair);
      sink.destroy();
    });
  }

  #source(pair: Pair, direction: Direction): Socket {
    return direction === 'forward' ? pair.dialler : pair.target;
  }
}
