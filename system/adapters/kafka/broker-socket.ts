import { connect, type Socket } from 'node:net';
import { PortError } from '../../ports/errors.ts';
import type { KafkaConnectOptions } from '../../ports/kafka.ts';
import { WireReader } from './wire-reader.ts';
import { WireWriter } from './wire-writer.ts';

/** Which request, in which version. */
export interface RequestKind {
  readonly apiKey: number;
  readonly apiVersion: number;
}

interface Waiting {
  readonly resolve: (answer: WireReader) => void;
  readonly reject: (error: PortError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Frames, correlation and time-outs of one TCP connection to a broker. A late answer is dropped. */
export class BrokerSocket {
  readonly #socket: Socket;
  readonly #clientId: string;
  readonly #waiting = new Map<number, Waiting>();
  #received: Buffer = Buffer.alloc(0);
  #nextCorrelationId = 1;
  #isClosed = false;

  private constructor(socket: Socket, clientId: string) {
    this.#socket = socket;
    this.#clientId = clientId;
    socket.setNoDelay(true);
    socket.on('data', (bytes) => {
      this.#receive(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    });
    socket.on('error', (error) => {
      this.#end(error);
    });
    socket.on('close', () => {
      this.#end(undefined);
    });
  }

  static open({ address, clientId, timeoutMs }: KafkaConnectOptions): Promise<BrokerSocket> {
    return new Promise((resolve, reject) => {
      const socket = connect(address.port, address.host);
      const timer = setTimeout(() => {
        socket.destroy();
        reject(
          new PortError(`no connection to ${address.host}:${address.port} in ${timeoutMs} ms`, 'timeout'),
        );
      }, timeoutMs);
      const refuse = (cause: Error): void => {
        clearTimeout(timer);
        reject(
          new PortError(`no connection to ${address.host}:${address.port}`, 'connection-refused', { cause }),
        );
      };
      socket.once('error', refuse);
      socket.once('connect', () => {
        clearTimeout(timer);
        socket.off('error', refuse);
        resolve(new BrokerSocket(socket, clientId));
      });
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  request(kind: RequestKind, body: WireWriter, timeoutMs: number): Promise<WireReader> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(new PortError('the connection to the broker is closed', 'disconnected'));
        return;
      }
      const correlationId = this.#send(kind, body);
      const timer = setTimeout(() => {
        this.#waiting.delete(correlationId);
        reject(new PortError(`no answer from the broker in ${timeoutMs} ms`, 'timeout'));
      }, timeoutMs);
      this.#waiting.set(correlationId, { resolve, reject, timer });
    });
  }

  /** For the one request that is never answered: produce with `acks` 0. */
  tell(kind: RequestKind, body: WireWriter): void {
    if (this.#isClosed) throw new PortError('the connection to the broker is closed', 'disconnected');
    this.#send(kind, body);
  }

  close(): void {
    this.#socket.destroy();
    this.#end(undefined);
  }

  #send({ apiKey, apiVersion }: RequestKind, body: WireWriter): number {
    const correlationId = this.#nextCorrelationId++;
    const message = new WireWriter()
      .int16(apiKey)
      .int16(apiVersion)
      .int32(correlationId)
      .nullableString(this.#clientId)
      .raw(body.finish())
      .finish();
    this.#socket.write(new WireWriter().bytes(message).finish());
    return correlationId;
  }

  #receive(bytes: Buffer): void {
    this.#received = this.#received.length === 0 ? bytes : Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 4) {
      const end = 4 + this.#received.readInt32BE(0);
      if (this.#received.length < end) return;
      const answer = new WireReader(this.#received.subarray(4, end));
      this.#received = this.#received.subarray(end);
      const correlationId = answer.int32();
      const waiting = this.#waiting.get(correlationId);
      if (waiting === undefined) continue;
      this.#waiting.delete(correlationId);
      clearTimeout(waiting.timer);
      waiting.resolve(answer);
    }
  }

  #end(cause: Error | undefined): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(
        new PortError(
          'the connection to the broker closed',
          'disconnected',
          cause === undefined ? {} : { cause },
        ),
      );
    }
    this.#waiting.clear();
  }
}
