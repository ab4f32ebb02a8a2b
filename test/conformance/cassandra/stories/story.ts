import type { CassandraOptions } from '../../../../sim/cassandra/index.ts';
import type { WideConsistency, WideOptions, WideOutcome } from '../../../../system/ports/cql-wide.ts';
import { statementTimeoutMs } from '../observation.ts';
import type { Rig } from '../rig.ts';
import { fromRow, toStatement, type RowSpec, type StatementSpec } from '../step.ts';
import type { TableName } from '../tables.ts';

/** What a story saw, in order: a label and a short answer. */
export type Sighting = readonly [label: string, answer: string];

/** A course of faults and operations whose answers are certain: real nodes and the model must tell the same. */
export interface Story {
  readonly name: string;
  /** The rule it shows. */
  readonly rule: string;
  readonly nodesByDataCentre: readonly number[];
  /** Overrides of `cassandra.yaml` and their like in the model. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly options: Partial<CassandraOptions>;
  tell(teller: Teller): Promise<void>;
}

export type Execution = Partial<Pick<WideOptions, 'timeoutMs' | 'serialConsistency'>> & {
  readonly client?: number;
  readonly clientTimestampUs?: number;
};

/** Executes for a story and keeps what it sees. */
export class Teller {
  readonly rig: Rig;
  readonly sightings: Sighting[] = [];
  readonly #prefix: string;
  #stampUs = 0;

  constructor(rig: Rig, prefix: string) {
    this.rig = rig;
    this.#prefix = prefix;
  }

  /** Executes at a coordinator and notes the answer; without a label it is not noted. */
  async at(
    coordinator: number,
    consistency: WideConsistency,
    statement: StatementSpec,
    label?: string,
    { client = 0, timeoutMs = statementTimeoutMs, serialConsistency, clientTimestampUs }: Execution = {},
  ): Promise<WideOutcome> {
    const outcome = await this.rig.execute(client, toStatement(statement, this.rig.baseUs, this.#prefix), {
      consistency,
      timeoutMs,
      coordinator,
      clientTimestampUs: this.rig.baseUs + (clientTimestampUs ?? this.nextStampUs()),
      ...(serialConsistency === undefined ? {} : { serialConsistency }),
    });
    if (label !== undefined) this.note(label, told(outcome));
    return outcome;
  }

  /** The partition key that the nodes see. */
  key(k: string): string {
    return `${this.#prefix}/${k}`;
  }

  /** Strictly increasing, in the order in which a story asks, whatever the clocks say. */
  nextStampUs(): number {
    this.#stampUs = Math.max(this.#stampUs + 1, this.rig.nowUs());
    return this.#stampUs;
  }

  note(label: string, answer: string): void {
    this.sightings.push([label, answer]);
  }

  async pass(milliseconds: number): Promise<void> {
    await this.rig.sleepUntil(this.rig.nowUs() + milliseconds * 1000);
  }

  /** Repeats until the answer is as wished; notes whether it came within the time. */
  async within(
    milliseconds: number,
    label: string,
    attempt: () => Promise<WideOutcome>,
    wished: string,
  ): Promise<void> {
    const giveUpUs = this.rig.nowUs() + milliseconds * 1000;
    let answer = told(await attempt());
    while (answer !== wished && this.rig.nowUs() < giveUpUs) {
      await this.pass(300);
      answer = told(await attempt());
    }
    this.note(label, answer);
  }
}

/** `put`, `get` and their like on one-row tables: a story reads better with few words. */
export function put(table: TableName, k: string, values: RowSpec): StatementSpec {
  return { kind: 'insert', table, values: { k, ...values } };
}

export function get(table: TableName, k: string): StatementSpec {
  return { kind: 'select', table, values: { k } };
}

export function remove(table: TableName, k: string): StatementSpec {
  return { kind: 'delete', table, values: { k } };
}

export function told(outcome: WideOutcome): string {
  switch (outcome.kind) {
    case 'written':
      return 'written';
    case 'rows':
      return outcome.rows.length === 0
        ? 'nothing'
        : outcome.rows.map((row) => shown(fromRow(row))).join(' | ');
    case 'conditional':
      return outcome.applied
        ? 'applied'
        : `not applied${outcome.rows.map((row) => ` ${shown(fromRow(row))}`).join('')}`;
    case 'failed': {
      const { failure } = outcome;
      switch (failure.kind) {
        case 'unavailable':
          return `unavailable ${failure.consistency} ${failure.alive}/${failure.required}`;
        case 'write-timeout':
        case 'write-failure':
          return `${failure.kind} ${failure.consistency} ${failure.writeType} ${failure.received}/${failure.required}`;
        case 'read-timeout':
        case 'read-failure':
          return `${failure.kind} ${failure.consistency} ${failure.received}/${failure.required}${failure.dataPresent ? ' with data' : ''}`;
        case 'overloaded':
        case 'bootstrapping':
        case 'invalid':
        case 'client-timeout':
        case 'disconnected':
        case 'not-connected':
          return failure.kind;
      }
    }
  }
}

function shown(row: RowSpec): string {
  return Object.entries(row)
    .filter(([column, value]) => column !== 'k' && value !== null)
    .map(([column, value]) => `${column}=${JSON.stringify(value)}`)
    .join(' ');
}
