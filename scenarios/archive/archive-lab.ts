import { startArchive } from '../../system/collector/archive/start.ts';
import { defaultArchiveSettings } from '../../system/collector/archive/settings.ts';
import type { ArchivePolicies } from '../../system/collector/archive/settings.ts';
import type { CqlSession, CqlStatement } from '../../system/ports/cql.ts';
import type { Process } from '../../system/ports/process.ts';
import { uchartArchiveTable, uchartMonth, uchartTable } from '../../system/ports/tables.ts';
import { CassandraRing } from '../../sim/cassandra/index.ts';
import type { History } from '../../sim/history/history.ts';
import { epochUs, HostClock, SimProcess } from '../../sim/kernel/index.ts';
import type { Kernel } from '../../sim/kernel/index.ts';
import type { Network } from '../../sim/network/index.ts';
import { PodTelemetry } from '../../sim/prometheus/index.ts';

/** A year of charts in small: an hour, of which the last quarter is the job's. */
const retentionSeconds = 3600;
const leadSeconds = 900;
const passMs = 150_000;
const chartEveryMs = 20_000;
const timeoutMs = 12_000;
const recipe = 'r';
const units = ['u1', 'u2', 'u3', 'u4'];
const table = { ...uchartTable, defaultTtlSeconds: retentionSeconds };
const insertChart: CqlStatement = { kind: 'insert', table };
const minuteMs = 60_000;

/** A store whose charts expire within hours, an offline store, the archive job between them, and faults of all three. */
export class ArchiveLab {
  readonly #kernel: Kernel;
  readonly #network: Network;
  readonly #history: History;
  readonly #policies: ArchivePolicies;
  readonly #store: CassandraRing;
  readonly #offline: CassandraRing;
  readonly #director: SimProcess;
  #jobs = 0;

  constructor(kernel: Kernel, network: Network, history: History, policies: ArchivePolicies) {
    this.#kernel = kernel;
    this.#network = network;
    this.#history = history;
    this.#policies = policies;
    const size = { nodeCount: 3, replicationFactor: 3, cold: {} };
    this.#store = new CassandraRing(kernel, network, { ...size, name: 'charts', tables: [table] });
    this.#offline = new CassandraRing(kernel, network, {
      ...size,
      name: 'offline',
      tables: [uchartArchiveTable],
    });
    this.#director = this.#process('archive-lab');
  }

  play(): void {
    void this.#write();
    void this.#archive();
    void this.#disturb();
  }

  #process(name: string): SimProcess {
    return new SimProcess(this.#kernel, name, `${name}/${this.#kernel.nowUs}`, new HostClock(this.#kernel));
  }

  async #session(ring: CassandraRing, process: SimProcess, host: number): Promise<CqlSession> {
    return await ring.connectorFor(process, host).connect(process.name);
  }

  /** Charts of all units; one in ten comes so late that the job has passed its neighbours. */
  async #write(): Promise<void> {
    const writer = this.#process('chart-writer');
    const session = await this.#session(this.#store, writer, this.#network.addHost('chart-writer'));
    for (let sequence = 1; ; sequence++) {
      const late = writer.random.chance(0.1) ? writer.random.integer(50, 57) * minuteMs : 0;
      const endUs = epochUs + this.#kernel.nowUs - late * 1000;
      const unit = writer.random.pick(units);
      const key = { unit, recipe, month: uchartMonth(endUs), end_us: endUs, context_sequence: sequence };
      const result = new Uint8Array([sequence & 0xff, sequence >>> 8]);
      const values = { ...key, result, judgement: `{"sequence":${sequence}}` };
      await session
        .execute(insertChart, values, { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs })
        .then(
          () => this.#watch(key, result),
          () => undefined,
        );
      await writer.sleep(chartEveryMs);
    }
  }

  /** Looks into the offline store in the second before a chart expires. */
  #watch(
    key: { unit: string; recipe: string; month: number; end_us: number; context_sequence: number },
    result: Uint8Array,
  ): void {
    this.#director.after(retentionSeconds * 1000 - 2000, () => {
      const { unit, month, end_us: endUs, context_sequence: sequence } = key;
      const rows = this.#offline.inspect(uchartArchiveTable, { unit, recipe, month });
      const found = rows.find((row) => row['end_us'] === endUs && row['context_sequence'] === sequence);
      const bytes = found?.['result'];
      const archived = bytes instanceof Uint8Array && bytes.every((byte, index) => byte === result[index]);
      this.#history.record('archive-lab', {
        kind: 'archive.expired',
        chart: `${unit}/${endUs}/${sequence}`,
        archived,
      });
    });
  }

  /** The job, started again a minute after each of its deaths. */
  async #archive(): Promise<void> {
    const host = this.#network.addHost('archive');
    for (;;) {
      const process = this.#process(`archive-${this.#jobs++}`);
      void this.#work(process, host);
      await this.#director.sleep(this.#director.random.integer(20, 40) * minuteMs);
      this.#network.closeAllOf(process, host);
      process.kill();
      await this.#director.sleep(minuteMs);
    }
  }

  async #work(process: SimProcess, host: number): Promise<void> {
    const telemetry = new PodTelemetry(process.name, (source, event) => this.#history.record(source, event));
    const settings = {
      ...defaultArchiveSettings(units.map((unit) => ({ unit, recipe }))),
      retentionSeconds,
      leadSeconds,
      passMs,
      policies: this.#policies,
    };
    const ports = {
      clock: process,
      random: process.random,
      cql: this.#store.connectorFor(process, host),
      offline: this.#offline.connectorFor(process, host),
      process: processPort(process),
      telemetry,
    };
    await startArchive(ports, settings);
  }

  /** Nodes die, one at a time in the store, two in the offline one, so that it has no quorum for a while. */
  async #disturb(): Promise<void> {
    for (;;) {
      await this.#director.sleep(this.#director.random.integer(5, 15) * minuteMs);
      const ring = this.#director.random.chance(0.5) ? this.#store : this.#offline;
      const down = ring === this.#store ? [0] : [0, 1];
      for (const index of down) ring.killNode(index);
      await this.#director.sleep(this.#director.random.integer(2, 5) * minuteMs);
      for (const index of down) ring.restartNode(index);
    }
  }
}

/** A process that nobody terminates politely and nobody probes. */
function processPort(process: SimProcess): Process {
  return {
    name: process.name,
    uid: process.uid,
    environment: {},
    onTerminate: () => undefined,
    setReady: () => undefined,
    setAlive: () => undefined,
    exit: () => process.kill(),
    work: (_stage, typicalMs) => process.sleep(typicalMs),
  };
}
