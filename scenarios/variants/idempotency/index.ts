import type { CqlRow, CqlSession } from '../../../system/ports/cql.ts';
import { PortError } from '../../../system/ports/errors.ts';
import { ingestMethods } from '../../../system/ports/ingest.ts';
import type { Operation } from '../../../system/routing/variants/idempotency/operation.ts';
import { operationName } from '../../../system/routing/variants/idempotency/operation.ts';
import { startIdempotentService } from '../../../system/routing/variants/idempotency/service.ts';
import {
  correctIdempotencyPolicies,
  defaultIdempotencySettings,
  type IdempotencyPolicies,
} from '../../../system/routing/variants/idempotency/settings.ts';
import {
  idempotencyTables,
  operationTable,
  shadowWriteTable,
} from '../../../system/routing/variants/idempotency/tables.ts';
import { shadowTableOf } from '../../../system/routing/variants/mirror/isolation.ts';
import { CassandraRing } from '../../../sim/cassandra/index.ts';
import { goal } from '../../catalog/scenario.ts';
import type { Component, Stage, StagePorts } from '../stage.ts';
import type { Variant } from '../variant.ts';
import { idempotencyBugs } from './bugs.ts';

const minutes = 12;
const serviceCount = 2;
const clients = ['tool-0001', 'tool-0002', 'tool-0003', 'tool-0004', 'tool-0005', 'tool-0006'];
const deadlineMs = 4000;
const stopMs = (minutes - 3) * 60_000;
const auditMs = 60_000;
/** Younger rows may still be on their way to the shadow, and are not compared. */
const settledUs = 90_000_000;

class IdempotencyStage {
  readonly #stage: Stage;
  readonly #ring: CassandraRing;
  readonly #services: readonly Component[];
  /** When a client first heard that a write is done. */
  readonly #doneMs = new Map<string, number>();
  readonly #corrupted = new Set<string>();
  #intruder: CqlSession | undefined;

  constructor(stage: Stage, policies: IdempotencyPolicies) {
    this.#stage = stage;
    this.#ring = new CassandraRing(stage.kernel, stage.network, {
      name: 'operations',
      nodeCount: 3,
      replicationFactor: 3,
      tables: idempotencyTables,
      cold: {},
      // Two nodes die at once here: what they had acknowledged and not synced would be lost, which no service can mend.
      killLossUs: 0,
    });
    this.#services = Array.from({ length: serviceCount }, (_, index) =>
      stage.add({
        name: `operation-service-${index}`,
        service: 'operation-service',
        start: async (ports, component) => {
          const connector = this.#ring.connectorFor(component.process, component.host);
          const session = await connector.connect(component.name);
          startIdempotentService(ports, session, { ...defaultIdempotencySettings(clients), policies });
        },
      }),
    );
    stage.add({
      name: 'operation-clients',
      start: (ports) => {
        for (const client of clients) void this.#write(ports, client);
      },
    });
    stage.add({
      name: 'operation-intruder',
      start: async (_ports, component) => {
        this.#intruder = await this.#ring
          .connectorFor(component.process, component.host)
          .connect(component.name);
      },
    });
    stage.director.every(auditMs, () => this.#audit());
    stage.director.every(50_000, () => void this.#corrupt());
  }

  play(): void {
    this.#stage.disturb({
      fromMs: 20_000,
      untilMs: stopMs,
      everyMs: 15_000,
      killed: this.#services,
      cut: this.#services,
      acts: [
        {
          kind: 'store-node',
          begin: () => {
            this.#ring.killNode(1);
            return () => this.#ring.restartNode(1);
          },
        },
        {
          kind: 'store-majority',
          begin: () => {
            this.#ring.killNode(1);
            this.#ring.killNode(2);
            return () => {
              this.#ring.restartNode(1);
              this.#ring.restartNode(2);
            };
          },
        },
      ],
    });
  }

  /** One write after the other, each until it is answered, some of them twice, some with a rival that says otherwise. */
  async #write(ports: StagePorts, client: string): Promise<void> {
    const { clock, random } = ports;
    for (let context = 1; this.#stage.nowMs < stopMs; context++) {
      const operation: Operation = {
        client,
        context,
        chunk: random.integer(0, 3),
        operationType: 'send',
        payload: `${random.uint32()}`,
        requestId: `${client}-${context}`,
      };
      const rival = { ...operation, payload: `${random.uint32()}`, requestId: `${client}-${context}-rival` };
      const both = [this.#send(ports, operation)];
      if (random.float() < 0.2) both.push(this.#send(ports, rival));
      await Promise.all(both);
      if (random.float() < 0.3) {
        await clock.sleep(random.integer(10, 3000));
        await this.#send(ports, operation);
      }
      await clock.sleep(random.integer(500, 4000));
    }
  }

  async #send({ clock, rpc }: StagePorts, operation: Operation): Promise<void> {
    for (;;) {
      const options = { metadata: { 'tool-id': operation.client }, deadlineMs };
      const outcome = await this.#call(rpc, operation, options);
      const { payload } = operation;
      const name = operationName(operation);
      if (outcome.status === 'OK') {
        if (!this.#doneMs.has(name)) this.#doneMs.set(name, this.#stage.nowMs);
        const result = String(outcome.response);
        this.#say({ kind: 'operation.answered', operation: name, payload, result });
        return;
      }
      if (outcome.status === 'FAILED_PRECONDITION') {
        this.#say({ kind: 'operation.answered', operation: name, payload, result: undefined });
        return;
      }
      await clock.sleep(500);
    }
  }

  #call(
    rpc: StagePorts['rpc'],
    operation: Operation,
    options: Parameters<StagePorts['rpc']['call']>[3],
  ): Promise<Parameters<Parameters<StagePorts['rpc']['call']>[4]>[0]> {
    return new Promise((resolve) => {
      rpc.call('operation-service:9000', ingestMethods.send, operation, options, resolve);
    });
  }

  #say(observation: Parameters<Stage['history']['record']>[1]): void {
    this.#stage.history.record('operation-clients', observation);
  }

  #audit(): void {
    let mainRows = 0;
    let foreignRows = 0;
    for (const client of clients) {
      const main = this.#ring.inspect(operationTable, { client });
      const shadow = this.#ring.inspect(shadowTableOf(operationTable), { client });
      mainRows += main.length;
      foreignRows += main.filter((row) => row['writer'] !== 'main').length;
      const inShadow = new Set(shadow.map((row) => row['operation'] ?? ''));
      const byOperation = new Map<string, CqlRow[]>();
      for (const row of main) {
        const name = String(row['operation']);
        byOperation.set(name, [...(byOperation.get(name) ?? []), row]);
      }
      for (const [name, doneMs] of this.#doneMs) {
        if (!name.startsWith(`${client}/`)) continue;
        const rows = byOperation.get(name) ?? [];
        const payload = rows[0]?.['payload'];
        this.#say({
          kind: 'operation.audited',
          operation: name,
          rows: rows.length,
          payload: typeof payload === 'string' ? payload : undefined,
          inShadow: inShadow.has(name),
          owedMs: this.#stage.nowMs - doneMs,
        });
      }
    }
    this.#say({ kind: 'shadow.audited', rows: mainRows, foreignRows });
  }

  /** Changes one row of the shadow store that is paid for and old enough to be compared. */
  async #corrupt(): Promise<void> {
    const client = this.#stage.director.random.pick(clients);
    const rows = this.#ring.inspect(shadowWriteTable, { client });
    const nowUs = this.#stage.director.wallUs();
    const settled = rows.filter(
      (row) => row['shadow_status'] === 'processed' && nowUs - Number(row['created_us']) > settledUs,
    );
    const row = settled.at(-1);
    const key = row?.['key'];
    if (row === undefined || typeof key !== 'string' || this.#corrupted.has(key)) return;
    this.#corrupted.add(key);
    const { shadow_status: _status, ...values } = row;
    try {
      await this.#intruder?.execute(
        { kind: 'insert', table: shadowTableOf(operationTable) },
        { ...values, payload: 'corrupted' },
        { consistency: 'LOCAL_QUORUM', idempotent: true, timeoutMs: 2000 },
      );
      this.#say({ kind: 'operation.corrupted', key, isCertain: true });
    } catch (error) {
      if (!(error instanceof PortError)) throw error;
      this.#say({ kind: 'operation.corrupted', key, isCertain: false });
    }
  }
}

export const idempotencyVariant: Variant = {
  name: 'idempotency',
  summary: 'writes that come twice, or from two, are done once and copied to a shadow store',
  minutes,
  sharedTags: ['shadow'],
  goals: [
    goal('another payload came first', 'operation.answered', ({ result }) => result === undefined),
    goal('a row of the shadow was changed', 'operation.corrupted'),
    goal('a difference was found', 'consistency.checked', ({ different }) => different.length > 0),
  ],
  begin(stage, bug) {
    const policies = bug === undefined ? undefined : idempotencyBugs[bug];
    new IdempotencyStage(stage, policies ?? correctIdempotencyPolicies).play();
  },
};
