import { execFile, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Guard } from '../nats/guard.ts';
import type { Distribution } from './distribution.ts';
import { moduleFlags, serverFlags } from './java-flags.ts';
import { nativePort } from './loopback.ts';
import { logbackSettings, type NodeSettings } from './node-settings.ts';

const run = promisify(execFile);
const startTimeoutMs = 180_000;

/** What one node is started with. */
export interface NodeProcessOptions {
  readonly distribution: Distribution;
  readonly folder: string;
  readonly settings: NodeSettings;
  readonly dataCentre: string;
  readonly rack: string;
  readonly address: string;
  /** Where `nodetool` reaches it, on loopback. */
  readonly managementPort: number;
  readonly guard: Guard;
  /** What runs the server's command, for example in a network namespace. */
  readonly prefix?: readonly string[];
}

/** One real Cassandra node: a Java process with its own folder. */
export class NodeProcess {
  readonly #options: NodeProcessOptions;
  #child: ChildProcess | undefined;

  constructor(options: NodeProcessOptions) {
    this.#options = options;
    const { folder, settings, dataCentre, rack } = options;
    const folders = ['data', 'log', 'temporary', 'triggers'];
    for (const name of folders) mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, 'cassandra.yaml'), JSON.stringify(settings, undefined, 2));
    writeFileSync(join(folder, 'rackdc.properties'), `dc=${dataCentre}\nrack=${rack}\n`);
    writeFileSync(join(folder, 'logback.xml'), logbackSettings);
  }

  get running(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Starts the process; it serves when `ready` resolves. */
  start(flags: readonly string[] = []): void {
    const { folder, distribution, address, managementPort, guard, prefix = [] } = this.#options;
    const archived = existsSync(distribution.classArchive) && flags.length === 0;
    const command = [
      ...prefix,
      ...withoutMemoryLock(),
      'java',
      ...(archived ? [`-XX:SharedArchiveFile=${distribution.classArchive}`, '-Xshare:auto'] : flags),
      ...serverFlags,
      ...moduleFlags,
      '-cp',
      join(distribution.libraries, '*'),
      `-Djava.io.tmpdir=${folder}/temporary`,
      `-Dcassandra.config=file://${folder}/cassandra.yaml`,
      `-Dcassandra-rackdc.properties=file://${folder}/rackdc.properties`,
      `-Dlogback.configurationFile=${folder}/logback.xml`,
      `-Dcassandra.storagedir=${folder}/data`,
      `-Dcassandra.logdir=${folder}/log`,
      `-Dcassandra.triggers_dir=${folder}/triggers`,
      `-Dcassandra.jmx.local.port=${managementPort}`,
      `-Dcassandra.settings.listen_address=${address}`,
      `-Dcassandra.settings.rpc_address=${address}`,
      'org.apache.cassandra.service.CassandraDaemon',
    ];
    const output = openSync(join(folder, 'log', 'output.log'), 'a');
    const child = guard.spawn(command, output, output, folder);
    closeSync(output);
    this.#child = child;
    child.once('error', () => undefined);
  }

  /** Resolves when clients can connect. Rejects with the end of the log where the process ended instead. */
  async ready(): Promise<void> {
    const giveUpMs = Date.now() + startTimeoutMs;
    while (Date.now() < giveUpMs) {
      if (!this.running) throw new Error(`Cassandra ended while starting:\n${this.#logEnd()}`);
      if (await accepts(this.#options.address, nativePort)) return;
      await sleep(100);
    }
    throw new Error(`Cassandra does not serve after ${startTimeoutMs} ms:\n${this.#logEnd()}`);
  }

  /** SIGKILL; resolves when the process is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** SIGTERM: a clean stop that tells the other nodes. */
  async stop(): Promise<void> {
    await this.#end('SIGTERM');
  }

  /** SIGSTOP. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  /** SIGCONT. */
  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** Empties the disk of a node that does not run. */
  loseDisk(): void {
    if (this.running) throw new Error('only a stopped node can lose its disk');
    const data = join(this.#options.folder, 'data');
    rmSync(data, { recursive: true, force: true });
    mkdirSync(data);
  }

  /** Runs `nodetool` against the node and returns what it prints. */
  async nodetool(...parameters: readonly string[]): Promise<string> {
    const { distribution, managementPort } = this.#options;
    const { stdout } = await run(
      'java',
      [
        '-Xmx96M',
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        ...moduleFlags,
        '-cp',
        join(distribution.libraries, '*'),
        'org.apache.cassandra.tools.NodeTool',
        '-p',
        String(managementPort),
        ...parameters,
      ],
      { timeout: 300_000, cwd: this.#options.folder },
    );
    return stdout;
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || !this.running) return;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), 60_000);
    await ended;
    clearTimeout(late);
  }

  #logEnd(): string {
    return ['output.log', 'system.log']
      .map((name) => join(this.#options.folder, 'log', name))
      .filter((path) => existsSync(path))
      .map((path) => readFileSync(path, 'utf8').split('\n').slice(-25).join('\n'))
      .join('\n');
  }
}

/** As root the server would pin its heap in memory (live-stack §1). */
function withoutMemoryLock(): readonly string[] {
  const isRoot = process.getuid?.() === 0;
  return isRoot && existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--bounding-set=-ipc_lock', '--inh-caps=-ipc_lock']
    : [];
}

function accepts(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    socket.setTimeout(2_000, () => socket.destroy());
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
