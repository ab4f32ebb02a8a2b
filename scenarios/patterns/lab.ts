import type { CassandraOptions, DriverPolicy } from '../../sim/cassandra/index.ts';
import { CassandraRing } from '../../sim/cassandra/index.ts';
import { epochUs, HostClock, SimProcess, SimulationError } from '../../sim/kernel/index.ts';
import type { Kernel } from '../../sim/kernel/index.ts';
import type { Network } from '../../sim/network/index.ts';
import type { PatternObservation } from '../../sim/history/pattern-event.ts';
import { Effects } from './effects.ts';
import { isWhole, versionOf } from './job.ts';
import type { Job } from './job.ts';
import { claimTable, markTable, resultTable, tallyTable, versionTable } from './tables.ts';
import type { Schedule } from './schedule.ts';
import { Worker } from './worker.ts';
import type { Seen, WritePattern } from './write-pattern.ts';

export interface LabOptions {
  readonly ring: Partial<CassandraOptions>;
  readonly retentionSeconds: number;
  readonly claimTtlSeconds: number;
  readonly computeMs: number;
  /** Level at which claims are committed where there are several data centres. */
  readonly claimConsistency: 'QUORUM' | 'LOCAL_QUORUM';
}

export const defaultLabOptions: LabOptions = {
  ring: {},
  retentionSeconds: 3 * 86_400,
  claimTtlSeconds: 30,
  computeMs: 20,
  claimConsistency: 'QUORUM',
};

/** One message and what became of it. */
export interface Delivery {
  readonly job: Job;
  acknowledged: boolean;
  attempts: number;
  /** Resolves when it is acknowledged or given up. */
  readonly settled: Promise<void>;
}

const nodeCount = 3;
const openMs = 200;

/** A ring of its own in a world, with workers and a queue that delivers at least once: where one schedule meets one pattern. */
export class Lab {
  readonly kernel: Kernel;
  readonly network: Network;
  readonly ring: CassandraRing;
  readonly pattern: WritePattern;
  readonly effects = new Effects();
  readonly claimTtlSeconds: number;
  readonly computeMs: number;
  readonly claimConsistency: 'QUORUM' | 'LOCAL_QUORUM';
  readonly schedule: string;
  readonly #retentionSeconds: number;
  readonly #director: SimProcess;
  readonly #observed: (observation: PatternObservation) => void;
  #workers = 0;
  #increments = 0;

  constructor(
    kernel: Kernel,
    network: Network,
    schedule: string,
    pattern: WritePattern,
    options: Partial<LabOptions>,
    observed: (observation: PatternObservation) => void,
  ) {
    const settings = { ...defaultLabOptions, ...options };
    const { ring, retentionSeconds, claimTtlSeconds, computeMs } = settings;
    this.kernel = kernel;
    this.network = network;
    this.schedule = schedule;
    this.pattern = pattern;
    this.claimTtlSeconds = claimTtlSeconds;
    this.computeMs = computeMs;
    this.claimConsistency = settings.claimConsistency;
    this.#retentionSeconds = retentionSeconds;
    this.#observed = observed;
    this.ring = new CassandraRing(kernel, network, {
      name: 'lab',
      nodeCount,
      replicationFactor: nodeCount,
      tables: [
        resultTable(retentionSeconds),
        versionTable(retentionSeconds),
        claimTable,
        markTable(retentionSeconds),
        tallyTable,
      ],
      cold: {},
      killLossUs: 0,
      ...ring,
    });
    this.#director = new SimProcess(kernel, 'lab', 'lab', new HostClock(kernel));
  }

  get isLocal(): boolean {
    return this.ring.core.topology.datacentres.length > 1;
  }

  get retentionSeconds(): number {
    return this.#retentionSeconds;
  }

  /** Starts a schedule; an error of the schedule itself ends the run. */
  play(schedule: Schedule): void {
    schedule.run(this).catch((error: unknown) => {
      this.kernel.fail(new SimulationError(`schedule ${schedule.name}: ${String(error)}`, 'crash'));
    });
  }

  wait(durationMs: number): Promise<void> {
    return this.#director.sleep(durationMs);
  }

  /** A number between the two, from the seed. */
  draw(low: number, high: number): number {
    return low + (high - low) * this.#director.random.float();
  }

  nextIncrement(): number {
    return this.#increments++;
  }

  job(context: number, version: number, round = 1): Job {
    const eventEndUs = epochUs + Math.floor(this.kernel.nowUs / 1000) * 1000;
    return { context, version, round, eventEndUs, retentionSeconds: this.#retentionSeconds };
  }

  /** `only`: the nodes it can reach, so that these coordinate for it. */
  async worker(
    options: {
      readonly offsetMs?: number;
      readonly policy?: Partial<DriverPolicy>;
      readonly format?: number;
      readonly timeoutMs?: number;
      readonly only?: readonly number[];
    } = {},
  ): Promise<Worker> {
    const name = `lab-worker-${this.#workers++}`;
    const host = this.network.addHost(name);
    const clock = new HostClock(this.kernel, (options.offsetMs ?? 0) * 1000);
    const worker = new Worker(
      this,
      name,
      host,
      clock,
      new SimProcess(this.kernel, name, `${name}/0`, clock),
      {
        policy: options.policy ?? {},
        format: options.format ?? 0,
        timeoutMs: options.timeoutMs ?? 5000,
      },
    );
    const { only } = options;
    if (only !== undefined) {
      const hidden = this.ring.nodes.filter((node) => !only.includes(node.index)).map((node) => node.host);
      this.network.impose({ cut: true }, [host], hidden);
      this.network.impose({ cut: true }, hidden, [host]);
    }
    await this.#open(worker);
    return worker;
  }

  /** The process dies and starts again on its machine, with a new driver. */
  async restart(worker: Worker): Promise<void> {
    this.kill(worker);
    const uid = `${worker.name}/${this.kernel.nowUs}`;
    worker.process = new SimProcess(this.kernel, worker.name, uid, worker.clock);
    await this.#open(worker);
  }

  kill(worker: Worker): void {
    this.network.closeAllOf(worker.process, worker.host);
    worker.process.kill();
  }

  async #open(worker: Worker): Promise<void> {
    void worker.open();
    // What a worker cannot reach keeps it waiting for 5 s.
    await this.wait(openMs + 5100);
  }

  /**
   * Gives a job to the first of the workers, and to the next ones when it is not acknowledged within `ackWaitMs`; at most
   * so often. A worker that is dead is passed over.
   */
  deliver(workers: readonly Worker[], job: Job, most = 300, ackWaitMs = 30_000): Delivery {
    let settle = (): void => undefined;
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    const delivery: Delivery = { job, acknowledged: false, attempts: 0, settled };
    void this.#work(delivery, workers, most, ackWaitMs).then(settle);
    return delivery;
  }

  async #work(
    delivery: Delivery,
    workers: readonly Worker[],
    most: number,
    ackWaitMs: number,
  ): Promise<void> {
    while (delivery.attempts < most && !delivery.acknowledged) {
      const turn = Math.min(delivery.attempts, workers.length - 1);
      const worker = workers.slice(turn).find((each) => each.process.alive);
      delivery.attempts++;
      if (worker === undefined) {
        await this.wait(1000);
        continue;
      }
      const handled = this.pattern.handle(worker, delivery.job).then(
        () => {
          delivery.acknowledged = true;
          return true;
        },
        () => false,
      );
      const late = this.wait(ackWaitMs).then(() => false);
      const done = await Promise.race([handled, late]);
      if (!done) await this.wait(1000);
    }
  }

  /** Cuts links between nodes of the ring, both ways; returns how to heal them. */
  cutNodes(from: readonly number[], to: readonly number[], oneWay = false): () => void {
    const hostsOf = (indices: readonly number[]): number[] =>
      indices.map((index) => this.ring.nodes[index]?.host ?? -1);
    return this.cut(hostsOf(from), hostsOf(to), oneWay);
  }

  cut(from: readonly number[], to: readonly number[], oneWay = false): () => void {
    const conditions = [this.network.impose({ cut: true }, from, to)];
    if (!oneWay) conditions.push(this.network.impose({ cut: true }, to, from));
    return () => {
      for (const condition of conditions) this.network.lift(condition);
    };
  }

  /**
   * Reads a job by a worker and judges what it finds. `newest`: the delivery of the newest version, whose result must be
   * there if it was acknowledged. `expired`: nothing may be there any more. `tries`: for a reader that meets errors.
   */
  async observe(
    worker: Worker,
    newest: Delivery,
    expectation: { readonly expired?: boolean; readonly mustBeDone?: boolean } = {},
  ): Promise<void> {
    let seen: Seen | undefined;
    for (let attempt = 0; attempt < 5 && seen === undefined; attempt++) {
      seen = await this.pattern.read(worker, newest.job).catch(() => undefined);
      if (seen === undefined) await this.wait(2000);
    }
    const { job, acknowledged } = newest;
    const result = seen?.result;
    const version = result === undefined ? 0 : versionOf(result.value);
    this.#observed({
      kind: 'pattern.observed',
      schedule: this.schedule,
      pattern: this.pattern.id,
      job: `${job.context}/${job.version}`,
      acknowledged,
      readable: seen !== undefined,
      seenVersion: version,
      expectedVersion: job.version,
      isWhole: result === undefined || isWhole(result, job),
      effects: seen?.effects ?? 1,
      expired: expectation.expired ?? false,
      mustBeDone: expectation.mustBeDone ?? true,
    });
  }
}
