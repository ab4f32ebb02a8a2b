import { execFile, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePorts } from '../nats/index.ts';
import { Guard } from '../nats/guard.ts';
import { obtainKafka } from './distribution.ts';

const run = promisify(execFile);
const startTimeoutMs = 240_000;
const startAttempts = 3;
const java: string = 'java';
/** Any 16 bytes in base64. */
const clusterId = 'dGZkYy1jb25mb3JtYQ';

export interface LiveBrokerOptions {
  /** Lines for server.properties, by name. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** One real broker that is its own controller (KRaft), on loopback, with a folder that goes with it. */
export class LiveBroker {
  readonly address: { readonly host: string; readonly port: number };
  readonly #libraries: string;
  readonly #folder: string;
  readonly #guard: Guard;
  #child: ChildProcess | undefined;

  private constructor(libraries: string, folder: string, port: number) {
    this.#libraries = libraries;
    this.#folder = folder;
    this.#guard = new Guard(folder);
    this.address = { host: '127.0.0.1', port };
  }

  /** Throws `LiveProblem` where it cannot be got. */
  static async start({ settings }: LiveBrokerOptions): Promise<LiveBroker> {
    const libraries = await obtainKafka();
    const folder = mkdtempSync(join(tmpdir(), 'tfdc-kafka-'));
    const [port = 0, controllerPort = 0] = await freePorts(2);
    const lines: Readonly<Record<string, string | number>> = {
      'process.roles': 'broker,controller',
      'node.id': 1,
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'log.dirs': join(folder, 'data'),
      'offsets.topic.replication.factor': 1,
      'offsets.topic.num.partitions': 1,
      'transaction.state.log.replication.factor': 1,
      'transaction.state.log.min.isr': 1,
      'auto.create.topics.enable': 'false',
      ...settings,
    };
    const text = Object.entries(lines).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(join(folder, 'server.properties'), text.join(''));
    const broker = new LiveBroker(libraries, folder, port);
    await run(java, broker.#java('kafka.tools.StorageTool', 'format', '-t', clusterId, '-c'), {
      cwd: folder,
      timeout: startTimeoutMs,
    });
    await broker.restart();
    return broker;
  }

  /** kill -9; resolves when the process is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts the process on the data it has; resolves when it can be connected to. */
  async restart(): Promise<void> {
    // Meanwhile some client may have been given the port of the broker for its own end of a connection.
    for (let attempt = 1; !(await this.#tryStart()); attempt++) {
      if (attempt === startAttempts) {
        const log = readFileSync(join(this.#folder, 'output.log'), 'utf8');
        throw new Error(`Kafka does not serve:\n${log.split('\n').slice(-20).join('\n')}`);
      }
      await sleep(1_000);
    }
  }

  /** Ends it and removes its folder. */
  async stop(): Promise<void> {
    await this.kill();
    await this.#guard.end();
  }

  async #tryStart(): Promise<boolean> {
    const output = openSync(join(this.#folder, 'output.log'), 'a');
    const child = this.#guard.spawn([java, ...this.#java('kafka.Kafka')], output, output, this.#folder);
    closeSync(output);
    this.#child = child;
    const giveUpMs = Date.now() + startTimeoutMs;
    while (child.exitCode === null && Date.now() < giveUpMs) {
      if (await this.#accepts()) return true;
      await sleep(50);
    }
    await this.kill();
    return false;
  }

  #java(mainClass: string, ...parameters: readonly string[]): string[] {
    return [
      '-Xmx256m',
      '-XX:+UseSerialGC',
      '-cp',
      join(this.#libraries, '*'),
      mainClass,
      ...parameters,
      'server.properties',
    ];
  }

  #accepts(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = connect(this.address.port, this.address.host);
      socket.once('connect', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
  }
}
