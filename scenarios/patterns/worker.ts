import type { CqlOptions, CqlResult, CqlRow, CqlSession, CqlStatement } from '../../system/ports/cql.ts';
import type { WideCqlSession, WideOptions, WideOutcome, WideStatement } from '../../system/ports/cql-wide.ts';
import type { DriverPolicy } from '../../sim/cassandra/index.ts';
import type { HostClock, SimProcess } from '../../sim/kernel/index.ts';
import type { Job } from './job.ts';
import type { Lab } from './lab.ts';

/** A worker process with its own clock and its own driver. */
export class Worker {
  readonly name: string;
  readonly lab: Lab;
  readonly host: number;
  readonly clock: HostClock;
  readonly policy: Partial<DriverPolicy>;
  /** How it prints numbers (`resultOf`). */
  readonly format: number;
  /** For how long it waits for an answer. */
  readonly timeoutMs: number;
  process: SimProcess;
  #session: CqlSession | undefined;
  #wide: WideCqlSession | undefined;
  #lastStampUs = 0;

  constructor(
    lab: Lab,
    name: string,
    host: number,
    clock: HostClock,
    process: SimProcess,
    options: { readonly policy: Partial<DriverPolicy>; readonly format: number; readonly timeoutMs: number },
  ) {
    this.lab = lab;
    this.name = name;
    this.host = host;
    this.clock = clock;
    this.process = process;
    this.policy = options.policy;
    this.format = options.format;
    this.timeoutMs = options.timeoutMs;
  }

  async open(): Promise<void> {
    this.#lastStampUs = 0;
    const connector = this.lab.ring.connectorFor(this.process, this.host, this.policy);
    this.#session = await connector.connect(this.name);
    this.#wide = await connector.connectWide(this.name);
  }

  /** By the driver, with its retries and its timestamps. Rejects with a `PortError`. */
  execute(
    statement: CqlStatement,
    values: CqlRow,
    options: Pick<CqlOptions, 'consistency' | 'idempotent' | 'timestampUs' | 'ttlSeconds'>,
  ): Promise<CqlResult> {
    if (this.#session === undefined) throw new TypeError(`${this.name} is not connected`);
    return this.#session.execute(statement, values, { ...options, timeoutMs: this.timeoutMs });
  }

  /** One attempt, every answer as it is. */
  attempt(statement: WideStatement, options: Omit<WideOptions, 'timeoutMs'>): Promise<WideOutcome> {
    if (this.#wide === undefined) throw new TypeError(`${this.name} is not connected`);
    return this.#wide.execute(statement, { timeoutMs: this.timeoutMs, ...options });
  }

  /** A timestamp as the driver makes them. */
  stampUs(): number {
    const nowUs = Math.floor(this.process.wallUs() / 1000) * 1000;
    this.#lastStampUs = Math.max(nowUs, this.#lastStampUs + 1);
    return this.#lastStampUs;
  }

  get nowUs(): number {
    return this.process.wallUs();
  }

  /** What a computation takes. */
  async compute(): Promise<void> {
    await this.process.sleep(this.lab.computeMs);
  }

  /** The one act outside the store that a job may cause. `fence`: only the newest holder of the job may. */
  effect(job: Job, fence?: number): void {
    this.lab.effects.add(job, fence);
  }
}
